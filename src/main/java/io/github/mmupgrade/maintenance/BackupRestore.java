package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.backup.format.Verification;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.BackupJournal;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.ChangedFiles;
import io.github.mmupgrade.saving.DatabaseRestore;
import io.github.mmupgrade.saving.SavedDatabase;
import io.github.mmupgrade.saving.WritableByServer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings a backup back into this installation, or into one that was just unpacked: database, files, plugins, what no
 * release shipped, and the configuration to the byte. The release itself is not in a backup.
 *
 * <p>Nothing that is in the way is lost: newer files are moved aside, the previous database is kept under another name.
 * Every step looks at the actual state for what is left to do, so that a restore that was interrupted is resumed by
 * calling it again.
 */
public final class BackupRestore {

    private final GoalContext context;
    private final boolean withConfiguration;

    /**
     * A restore.
     *
     * @param withConfiguration whether the configuration comes back, too; else the current one decides where database
     *     and files are
     */
    public BackupRestore(GoalContext context, boolean withConfiguration) {
        this.context = context;
        this.withConfiguration = withConfiguration;
    }

    /**
     * Restores a backup.
     *
     * @param name which one; null for the one of a restore that was interrupted, else the newest complete one
     * @throws RefusedException when anything is wrong with it or prevents it; nothing was changed
     * @throws StageFailedException when it was interrupted; calling again resumes it
     */
    public void carryOut(String name) {
        refuseDuringUpgrade();
        if (context.server().running().isPresent()) {
            throw new RefusedException(
                    "The server of " + context.installation()
                            + " is running and would write into what is restored. Nothing was changed.",
                    Hint.run("Stop it first.", Goal.STOP));
        }
        Optional<Run> broken = BackupJournal.openRestore(context);
        String wanted = name == null
                ? broken.map(run -> run.requireFact(0, JournalKeys.BACKUP)).orElse(null)
                : name;
        Optional<Backup> chosen = new BackupReturn(context).chosen(wanted);
        if (chosen.isEmpty()) {
            return;
        }
        Backup backup = chosen.get();
        requireComplete(backup);
        // what is known at once comes before the backup is read through, which takes minutes
        InstalledServer server = context.server().configuredBy(configuration(backup));
        requireOwnDatabase(server, backup.manifest());
        requireFittingRelease(server, backup.manifest());
        Map<String, Path> trees = trees(server, backup);
        if (trees.containsKey(BackupSource.FILE_STORE)) {
            BackupPlace.requireMountedStore(context, server);
        }
        refuseMissingPlaces(trees);
        WritableByServer.require(context.host(), context.installation(), server.user(), trees);
        backup.manifest().fileStore().filter(store -> !store.copied()).ifPresent(store -> context.reporter()
                .warn(store.warning() + " The file store stays as it is."));
        SavedDatabase saved = SavedDatabase.of(backup);
        if (saved != null) {
            try (Database database = server.openDatabase()) {
                database.requireTools();
            }
        }
        Verification verification = backup.verify(context.reporter());
        verification.requireSound();
        FileRestore files = new FileRestore(verification, context.host(), context.reporter()).onBehalfOf(server.user());
        if (saved == null) {
            context.reporter()
                    .warn("The backup has no dump of the database, which stays as it is. Restore it with your own"
                            + " command before you start the server.");
            restore(backup, server, files, trees, null, null, same(backup, broken));
            return;
        }
        try (Database database = server.openDatabase()) {
            database.checkDump(saved.dump(), saved.format());
            restore(backup, server, files, trees, database, saved, resumable(backup, broken, database, saved));
        }
    }

    /** The backup of another installation names that one's database, which may well be in use. */
    private void requireOwnDatabase(InstalledServer server, Manifest manifest) {
        boolean madeHere = manifest.host().equals(context.host().name())
                && manifest.installDirectory()
                        .equals(context.installation().directory().toString());
        if (!withConfiguration || madeHere) {
            return;
        }
        DataSource theirs = server.dataSource();
        DataSource ours = context.server().dataSource();
        if (!theirs.isSameDatabaseAs(ours)) {
            throw new RefusedException(
                    "The backup is of " + manifest.installDirectory() + " on " + manifest.host()
                            + ", and its configuration names the database " + theirs + ". This installation uses "
                            + ours
                            + ". Nothing was changed.",
                    Hint.run(
                            "Keep the configuration of this installation, so that its own database is replaced. If the"
                                    + " other one is meant, write its data source into config.json first.",
                            Goal.RESTORE,
                            "mattermost.restore.config=false"));
        }
    }

    private void refuseDuringUpgrade() {
        context.openRun().ifPresent(run -> {
            throw new RefusedException(
                    "Run " + run
                            + " is in progress, and a restore would make its rollback impossible. Nothing was changed.",
                    NextGoal.toEnd(run));
        });
    }

    private static void requireComplete(Backup backup) {
        if (backup.manifest().state() != BackupState.COMPLETE) {
            throw new RefusedException(
                    "Backup " + backup.root()
                            + " is not complete: so far its database exists only as a frozen copy. Nothing was"
                            + " changed.",
                    Hint.run("Complete it, or choose another one. List the backups.", Goal.LIST_BACKUPS));
        }
    }

    private ConfigDocument configuration(Backup backup) {
        if (!withConfiguration) {
            return context.server().document();
        }
        try {
            return ConfigDocument.read(backup.artifact(Backups.CONFIGURATION));
        } catch (ProblemException e) {
            // a backup that is damaged is said to be
            backup.verify(context.reporter()).requireSound();
            throw e;
        }
    }

    /** An older release refuses a newer one's database, or takes it and damages it. */
    private void requireFittingRelease(InstalledServer server, Manifest manifest) {
        Optional<Version> saved = manifest.release().map(Version::parse);
        Optional<Version> installed = InstalledRelease.known(context, server).map(InstalledRelease::version);
        if (saved.isEmpty() || installed.isEmpty()) {
            context.reporter()
                    .warn(
                            "The installed release is not known while the server is stopped. The backup was made of Mattermost "
                                    + manifest.release().orElse("?") + "; do not start an older one on it.");
            return;
        }
        if (installed.get().below(saved.get())) {
            throw new RefusedException(
                    "The backup was made of Mattermost " + saved.get() + ", but " + installed.get()
                            + " is installed, which cannot read the database of a newer release. Nothing was changed.",
                    Hint.of("Unpack Mattermost " + saved.get() + " to " + context.installation()
                            + " and run the goal again."));
        }
        if (saved.get().below(installed.get())) {
            context.reporter()
                    .warn("The backup was made of Mattermost " + saved.get() + ", and " + installed.get()
                            + " is installed. The server will migrate the restored database when it starts.");
        }
    }

    /** What goes where. */
    private Map<String, Path> trees(InstalledServer server, Backup backup) {
        Path directory = context.installation().directory();
        Map<String, Path> trees = new LinkedHashMap<>();
        server.fileStore().ifPresent(store -> trees.put(BackupSource.FILE_STORE, store));
        trees.put(BackupSources.PLUGINS, directory.resolve("plugins"));
        trees.put(BackupSources.CLIENT_PLUGINS, directory.resolve("client").resolve("plugins"));
        for (String part : backup.manifest().sources().keySet()) {
            if (part.startsWith(BackupSources.CUSTOM + "/")) {
                trees.put(part, RawName.resolve(directory, part.substring(BackupSources.CUSTOM.length() + 1)));
            }
        }
        if (withConfiguration) {
            trees.put(BackupSources.CONFIG, context.installation().config());
        }
        trees.keySet().removeIf(part -> !Files.exists(backup.root().resolve(part), LinkOption.NOFOLLOW_LINKS));
        return trees;
    }

    private static void refuseMissingPlaces(Map<String, Path> trees) {
        trees.forEach((part, target) -> {
            Path parent = target.toAbsolutePath().getParent();
            if (!Files.exists(target) && !Files.isDirectory(parent)) {
                throw new RefusedException(
                        "The directory " + parent + ", where '" + part
                                + "' of the backup belongs, does not exist. Nothing was changed.",
                        Hint.of("Create or mount it, then run the goal again."));
            }
        });
    }

    private void restore(
            Backup backup,
            InstalledServer server,
            FileRestore files,
            Map<String, Path> trees,
            Database database,
            SavedDatabase saved,
            Optional<Run> same) {
        if (context.options().dryRun()) {
            plan(backup, trees, database == null ? null : databaseRestore(database, saved, "dry-run"))
                    .forEach(line -> context.reporter().info("would " + line));
            context.reporter().info("Dry run: nothing was changed.");
            return;
        }
        if (database != null && same.isEmpty()) {
            ServerLifecycle.requireNoOtherWriter(database);
        }
        Run run = begin(backup, same);
        DatabaseRestore databaseRestore = database == null ? null : databaseRestore(database, saved, run.id());
        try {
            if (databaseRestore != null) {
                database.settleUnfinished().forEach(context.reporter()::info);
                context.reporter().info("The database is restored " + databaseRestore.plan());
                run.step(0, StageName.RESTORE, "load", Map.of(), databaseRestore::loadBeside);
            }
            run.step(
                    0,
                    StageName.RESTORE,
                    "files",
                    Map.of(),
                    () -> trees.forEach((part, target) -> {
                        RestoreResult result = files.inPlace(part, target);
                        context.reporter().info("Restored " + target + ": " + result);
                    }));
            if (databaseRestore != null) {
                run.step(0, StageName.RESTORE, "database", Map.of(), () -> {
                    if (!databaseRestore.isDone()) {
                        ServerLifecycle.requireNoOtherWriter(database);
                    }
                    context.reporter().info(databaseRestore.carryOut());
                });
            }
            if (withConfiguration) {
                run.step(
                        0,
                        StageName.RESTORE,
                        "configuration",
                        Map.of(),
                        () -> server.writeConfiguration(server.document()));
            }
            run.mark(0, StageName.RESTORE, Kind.DONE, Map.of());
            run.mark(0, StageName.RUN, Kind.DONE, Map.of());
        } catch (RuntimeException e) {
            run.mark(0, StageName.RESTORE, Kind.FAILED, Map.of("why", String.valueOf(e.getMessage())));
            throw e;
        }
        if (Files.isDirectory(backup.root().resolve(BackupSources.ENVIRONMENT))) {
            context.reporter()
                    .info("The configuration files of the service are in "
                            + backup.root().resolve(BackupSources.ENVIRONMENT) + "; they were not restored");
        }
        if (Files.isDirectory(backup.root().resolve(ChangedFiles.TREE))) {
            context.reporter()
                    .info("The files of the release that had been changed are in "
                            + backup.root().resolve(ChangedFiles.TREE) + "; they were not restored");
        }
        context.reporter().info("Restored backup " + backup.root() + ". The server is stopped.");
        context.reporter().hint(Hint.run("Start it.", Goal.START));
    }

    private DatabaseRestore databaseRestore(Database database, SavedDatabase saved, String run) {
        return new DatabaseRestore(context, database, run, saved.dump(), saved.format(), saved::fault, Goal.RESTORE);
    }

    /** One that was interrupted is resumed, as long as it is of the same backup: names are made from its run. */
    private Optional<Run> same(Backup backup, Optional<Run> broken) {
        return broken.filter(run -> run.requireFact(0, JournalKeys.BACKUP).equals(nameOf(backup)));
    }

    /** And as long as nobody has used the database that it had already put in place. */
    private Optional<Run> resumable(Backup backup, Optional<Run> broken, Database database, SavedDatabase saved) {
        return same(backup, broken)
                .filter(run -> !databaseRestore(database, saved, run.id()).isDone()
                        || saved.fault(database.allCounts()) == null);
    }

    private Run begin(Backup backup, Optional<Run> same) {
        if (same.isPresent()) {
            context.reporter().info("Resuming the interrupted restore " + same.get());
            return same.get();
        }
        end(context, "a restore was begun anew");
        return BackupJournal.begin(context, StageName.RESTORE, Map.of(JournalKeys.BACKUP, nameOf(backup)));
    }

    /** A restore that broke off is over once the server was started: it must not replace what people write from then on. */
    public static void giveUp(GoalContext context) {
        BackupJournal.openRestore(context).ifPresent(run -> context.reporter()
                .warn("Restore " + run + " broke off before its end. It is given up, because the server was"
                        + " started. To restore that backup, stop the server and run restore again."));
        end(context, "the server was started");
    }

    private static void end(GoalContext context, String why) {
        BackupJournal.openRestore(context)
                .ifPresent(run -> run.mark(0, StageName.RUN, Kind.UNDONE, Map.of("why", why)));
    }

    private String nameOf(Backup backup) {
        return backup.root().startsWith(new Backups(context).directory().root())
                ? backup.run()
                : backup.root().toAbsolutePath().toString();
    }

    private List<String> plan(Backup backup, Map<String, Path> trees, DatabaseRestore database) {
        List<String> lines = new ArrayList<>();
        lines.add("restore backup " + backup.root());
        trees.forEach((part, target) -> lines.add("restore " + target + " from '" + part + "' of the backup"));
        if (database != null) {
            lines.add("restore the database " + database.plan());
        }
        if (withConfiguration) {
            lines.add("write the configuration of the backup, to the byte");
        }
        return lines;
    }
}
