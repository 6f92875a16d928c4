package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSubject;
import io.github.mmupgrade.backup.format.FileStoreLocation;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.PluginVersion;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The backups of an installation, as the stages use them. */
public final class Backups {

    /** The configuration to the byte, wherever it lives: a file or a database. */
    public static final Artifact CONFIGURATION = Artifact.stored("configuration", "json", "configuration.json");

    private static final String LEFT = "configuration-";
    private static final String JSON = ".json";

    /** What the names of dumps start with that hold what was in the place of a restored database. */
    public static final String SAVED = "discarded-";

    private static final Pattern AGAIN = Pattern.compile("(.*-again)\\.(\\d+)");

    private final GoalContext context;
    private final BackupDirectory directory;

    public Backups(GoalContext context) {
        this.context = context;
        this.directory = BackupDirectory.at(
                context.host(),
                context.reporter(),
                context.options().places().backups(),
                context.installation().stateName());
    }

    public BackupDirectory directory() {
        return directory;
    }

    /** Makes the directory of the backups; refuses one inside what is backed up. */
    public void prepare(InstalledServer server) {
        List<Path> sources = new ArrayList<>(List.of(context.installation().directory()));
        server.fileStore().ifPresent(sources::add);
        directory.prepare(sources);
    }

    /** The backups whose frozen copy became the database again when their upgrade was rolled back. */
    public Set<String> backInUse() {
        return Run.all(context.journal()).stream()
                .filter(run -> run.isStepDone(0, StageName.ROLLBACK, "database"))
                .filter(run -> run.fact(1, JournalKeys.FROZEN).isPresent())
                .flatMap(run -> run.fact(1, JournalKeys.BACKUP).stream())
                .collect(Collectors.toSet());
    }

    /** The name of a backup on its own; two of one second differ. */
    public String freeName(Version release) {
        Instant moment = context.clock().instant();
        while (Files.exists(directory.root().resolve(BackupDirectory.runId(moment, release.toString())))) {
            moment = moment.plusSeconds(1);
        }
        return BackupDirectory.runId(moment, release.toString());
    }

    /** Whether the backup of a run, as far as it has come, was made after the server was last stopped. */
    public static boolean isOfThisStop(Run run) {
        boolean saved = run.events().stream()
                .anyMatch(event -> event.hop() == 1 && event.data().containsKey(JournalKeys.COUNTS));
        return !saved
                || run.isLaterThanEndOf(1, StageName.STOP, event -> event.data().containsKey(JournalKeys.COUNTS));
    }

    /** Whether the backup of a run has its manifest, so that nothing is left to be done but to continue. */
    public boolean isSealed(Run run) {
        String name = run.fact(1, JournalKeys.BACKUP).orElse("");
        return directory.list().stream()
                .filter(each -> each.run().equals(name))
                .anyMatch(each -> each.complete() || each.condition() == BackupSummary.Condition.NOT_YET_DURABLE);
    }

    /** Leaves the backup of a run as it is, and gives the next one another name. */
    public void beginAnew(Run run) {
        String name = run.requireFact(1, JournalKeys.BACKUP);
        Matcher again = AGAIN.matcher(name);
        String next =
                again.matches() ? again.group(1) + "." + (Integer.parseInt(again.group(2)) + 1) : name + "-again.2";
        run.note(1, StageName.BACKUP, Map.of(JournalKeys.BACKUP, next));
    }

    /** The backup of a run, begun when it is not yet. */
    public BackupDraft draft(Run run, InstalledServer server) {
        if (context.options().backup().files().copies()) {
            BackupPlace.requireMountedStore(context, server);
        }
        Optional<String> begun = run.fact(1, JournalKeys.BACKUP);
        if (begun.filter(directory::isBegun).isPresent()) {
            BackupDraft resumed = directory.onBehalfOf(server.user()).resume(begun.get());
            resumed.recordFileStore(location(server));
            return resumed;
        }
        String from = run.releaseBefore(1);
        // a backup on its own may have been begun in the same second
        String usual = run.id() + "-" + from;
        String name = begun.orElse(Files.exists(directory.root().resolve(usual)) ? usual + "-upgrade" : usual);
        BackupPlace where = new BackupPlace(context);
        where.require();
        if (begun.isEmpty()) {
            run.note(1, StageName.BACKUP, where.facts(name));
        }
        prepare(server);
        try (Database database = server.openDatabase()) {
            return directory
                    .onBehalfOf(server.user())
                    .create(name, subject(server, from, run.requireFact(0, JournalKeys.EDITION), database), false);
        }
    }

    /** What a backup says that it is of. */
    public BackupSubject subject(InstalledServer server, String release, String edition, Database database) {
        return new BackupSubject(
                context.installation().name(),
                context.installation().directory().toString(),
                context.host().name(),
                PluginVersion.text(),
                release,
                edition,
                database.schemaVersion().map(Version::toString).orElse(null),
                database.dataSource().server().toString(),
                location(server));
    }

    private FileStoreLocation location(InstalledServer server) {
        return server.fileStore().map(store -> directory(store.toString())).orElseGet(() -> bucket(server.effective()));
    }

    private FileStoreLocation directory(String store) {
        return switch (context.options().backup().files().way()) {
            case COPY -> FileStoreLocation.local(store);
            case COMMAND -> FileStoreLocation.savedElsewhere(store);
            case NONE ->
                context.options().cluster() == null
                        ? FileStoreLocation.notSaved(store)
                        : FileStoreLocation.savedByAnotherNode(store);
        };
    }

    private static FileStoreLocation bucket(EffectiveConfiguration effective) {
        return FileStoreLocation.s3(
                effective.text("FileSettings.AmazonS3Endpoint").orElse("s3.amazonaws.com"),
                effective.text("FileSettings.AmazonS3Bucket").orElse(""),
                effective.text("FileSettings.AmazonS3PathPrefix").orElse(""));
    }

    /** Which of the installation's entries the installed release brought. */
    public ShippedEntries shipped(Run run, int hop) {
        return new ShippedLists(context)
                .of(run.releaseBefore(hop), hop == 1 ? run.editionBefore() : run.editionAtEnd());
    }

    /** Saves the configuration to the byte. */
    public void saveConfiguration(BackupDraft draft, ConfigDocument document) {
        draft.recordArtifact(written(draft, CONFIGURATION, document));
    }

    /** The configuration to the byte as a release on the way of an upgrade left it. */
    static Artifact configurationOf(String release) {
        return Artifact.stored(CONFIGURATION.kind(), CONFIGURATION.format(), LEFT + release + JSON);
    }

    /** The release on the way whose configuration an artifact is; empty when it is another one. */
    public static Optional<String> releaseOnTheWay(Artifact artifact) {
        String name = artifact.where();
        return artifact.kind().equals(CONFIGURATION.kind()) && name.startsWith(LEFT) && name.endsWith(JSON)
                ? Optional.of(name.substring(LEFT.length(), name.length() - JSON.length()))
                : Optional.empty();
    }

    /** Adds the configuration that a release on the way left to the backup of its run, unless it is there. */
    public void addConfiguration(Run run, int hop, ConfigDocument document) {
        new BackupPlace(context).require();
        Artifact artifact = configurationOf(run.releaseBefore(hop));
        try (BackupDraft draft = directory.reopen(run.requireFact(1, JournalKeys.BACKUP))) {
            if (!draft.manifest().holds(artifact)) {
                draft.add(written(draft, artifact, document));
            }
        }
    }

    /** Removes what hops that was interrupted have added in part, so that the backup is sound. */
    public void takeBackUnfinished(Run run) {
        List<Integer> brokenOff = IntStream.rangeClosed(2, run.hops())
                .filter(hop -> run.isBegun(hop, StageName.BACKUP) && !run.isDone(hop, StageName.BACKUP))
                .boxed()
                .toList();
        if (brokenOff.isEmpty()) {
            return;
        }
        try (BackupDraft draft = directory.reopen(run.requireFact(1, JournalKeys.BACKUP))) {
            brokenOff.forEach(hop -> draft.takeBack(configurationOf(run.releaseBefore(hop))));
        }
    }

    private static Artifact written(BackupDraft draft, Artifact artifact, ConfigDocument document) {
        Path target = draft.databaseDirectory().resolve(artifact.where());
        try {
            AtomicFile.write(target, AtomicFile.PRIVATE, document.bytes());
        } catch (IOException e) {
            throw new StageFailedException(
                    "The configuration cannot be saved to " + target + ": " + IoReason.of(e),
                    Hint.of("Free some space on the file system of the backups."),
                    e);
        }
        return artifact;
    }

    /**
     * The backup of a run.
     *
     * @throws RefusedException when it is not there, or was changed
     */
    public Backup of(Run run) {
        return directory.open(nameOf(run));
    }

    private static String nameOf(Run run) {
        return run.fact(1, JournalKeys.BACKUP)
                .orElseThrow(() -> new RefusedException(
                        "Run " + run + " has no backup. Nothing was changed.",
                        Hint.run("Make a backup.", Goal.BACKUP)));
    }

    /**
     * The backup that a person means.
     *
     * @param name its name, or its directory when it is another installation's; null for the newest complete one
     * @throws RefusedException when it is not there, or was changed
     */
    public Backup chosen(String name) {
        if (name != null) {
            return name.contains("/") ? Backup.open(Path.of(name)) : directory.open(name);
        }
        // the newest one is meant even if it is damaged: to take an older one silently would be a surprise
        return directory.list().stream()
                .filter(each -> each.complete() || each.condition() == BackupSummary.Condition.DAMAGED)
                .reduce((older, newer) -> newer)
                .map(newest -> directory.open(newest.run()))
                .orElseThrow(() -> new RefusedException(
                        "There is no complete backup in " + directory.root() + ". Nothing was changed.",
                        Hint.run("Make a backup.", Goal.BACKUP)));
    }

    /** Where a conversion, which makes no backup, keeps the configuration from before. */
    public static Path configurationBeforeConversion(GoalContext context, Run run) {
        return context.directoryOf(run.id()).resolve("config-before.json");
    }

    /** The configuration as it was before a hop, to the byte. */
    public ConfigDocument savedConfiguration(Run run, int hop) {
        if (run.isConversion()) {
            return ConfigDocument.read(configurationBeforeConversion(context, run));
        }
        Artifact artifact = hop == 1 ? CONFIGURATION : configurationOf(run.releaseBefore(hop));
        Backup backup = Backup.openForArtifacts(directory.root().resolve(nameOf(run)));
        return ConfigDocument.read(backup.artifact(artifact));
    }
}
