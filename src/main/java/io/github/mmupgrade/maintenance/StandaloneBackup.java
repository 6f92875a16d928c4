package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.BackupForecast;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.ChangedFiles;
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import io.github.mmupgrade.saving.FilesCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A backup on its own: of a running server, or, when asked for, of one that is stopped for as long as it takes. */
public final class StandaloneBackup {

    /** When the database comes into a backup. */
    public enum DumpTime {
        /** Before the server may write again. */
        NOW,
        /** By {@link #complete}: the server stays stopped until then. */
        LATER
    }

    private final GoalContext context;

    public StandaloneBackup(GoalContext context) {
        this.context = context;
    }

    /** Makes one. Empty in a dry run. */
    public Optional<Backup> carryOut() {
        InstalledServer server = context.server();
        boolean runs = server.running().isPresent();
        boolean stop = context.options().backup().stop();
        requireSavable(server, runs && !stop);
        new BackupForecast(context, server).requireRoom();
        if (context.options().dryRun()) {
            context.reporter()
                    .info("would save configuration, database and files in "
                            + new Backups(context).directory().root());
            new HandOver(context).plan().ifPresent(line -> context.reporter().info("would " + line));
            context.reporter().info("Dry run: nothing was changed.");
            return Optional.empty();
        }
        InstalledRelease installed = InstalledRelease.read(context, server);
        if (runs && !stop) {
            context.reporter()
                    .warn("The server runs: files and database may differ by seconds; for a consistent backup pass"
                            + " -Dmattermost.backup.stop=true");
        }
        Runnable nothing = () -> {};
        return Optional.of(make(
                server,
                installed,
                new Backups(context).freeName(installed.version()),
                runs && !stop,
                DumpTime.NOW,
                runs && stop ? () -> new ServerLifecycle(context).stop() : nothing,
                runs && stop ? () -> new ServerLifecycle(context).startAndWait(installed.version()) : nothing));
    }

    /**
     * Makes a backup, or resumes an interrupted one.
     *
     * @param name its name
     * @param writing whether the server runs to the end of it, so that files and database may differ by seconds
     * @param dump when its database is saved
     * @param stop keeps the server from writing, once all that can be copied before is copied
     * @param start lets it write again; called whether what is between succeeds or not
     */
    public Backup make(
            InstalledServer server,
            InstalledRelease installed,
            String name,
            boolean writing,
            DumpTime dump,
            Runnable stop,
            Runnable start) {
        List<BackupSource> sources = sources(server, installed);
        requireSavable(server, writing);
        try (Database database = server.openDatabase();
                BackupDraft draft = draft(server, installed, database, name, writing)) {
            draft.copyAhead(sources);
            FilesCommand.run(context, server, draft, FilesCommand.Moment.AHEAD);
            try {
                stop.run();
                FilesCommand.run(
                        context, server, draft, writing ? FilesCommand.Moment.RUNNING : FilesCommand.Moment.STOPPED);
                new Backups(context).saveConfiguration(draft, server.document());
                if (dump == DumpTime.NOW) {
                    draft.recordRowCounts(database.allCounts().tables());
                    saveDatabase(draft, database);
                }
                context.reporter()
                        .info("Saved the files: "
                                + draft.finish(
                                        sources, writing ? BackupDraft.Writers.RUNNING : BackupDraft.Writers.STOPPED));
            } finally {
                start.run();
            }
            return seal(draft, dump == DumpTime.NOW ? BackupState.COMPLETE : BackupState.NOT_YET_DURABLE);
        }
    }

    private Backup seal(BackupDraft draft, BackupState state) {
        Backup made = draft.seal(state);
        context.reporter()
                .info("Backup " + made.root()
                        + (state == BackupState.COMPLETE ? " is complete" : " has everything but the database"));
        return made;
    }

    /**
     * Copies the files of a server that runs into a backup that {@link #make} goes on with.
     *
     * @param name its name
     */
    public CopyResult copyAhead(InstalledServer server, InstalledRelease installed, String name) {
        requireSavable(server, false);
        try (Database database = server.openDatabase();
                BackupDraft draft = draft(server, installed, database, name, false)) {
            return draft.copyAhead(sources(server, installed));
        }
    }

    /**
     * Saves the database of a server that is still stopped in a backup that was made without it.
     *
     * @param name the backup's name
     */
    public Backup complete(InstalledServer server, String name) {
        try (Database database = server.openDatabase();
                BackupDraft draft = new Backups(context).directory().resume(name)) {
            draft.recordRowCounts(database.allCounts().tables());
            saveDatabase(draft, database);
            return seal(draft, BackupState.COMPLETE);
        }
    }

    private List<BackupSource> sources(InstalledServer server, InstalledRelease installed) {
        String version = installed.version().toString();
        List<BackupSource> sources = new ArrayList<>(BackupSources.of(
                server,
                new ShippedLists(context).of(version, installed.edition()),
                context.options().backup().files()));
        sources.addAll(ChangedFiles.sources(server, ChangedFiles.find(context, version, installed.edition())));
        return sources;
    }

    private BackupDraft draft(
            InstalledServer server, InstalledRelease installed, Database database, String name, boolean writing) {
        Backups backups = new Backups(context);
        backups.prepare(server);
        BackupDirectory directory = backups.directory().onBehalfOf(server.user());
        return directory.isBegun(name)
                ? directory.resume(name)
                : directory.create(
                        name,
                        backups.subject(
                                server,
                                installed.version().toString(),
                                installed.edition().key(),
                                database),
                        writing);
    }

    /**
     * The files may take hours, and the server may be stopped after them: what would fail then fails here.
     *
     * @param writing whether the server runs while its database is saved
     */
    private void requireSavable(InstalledServer server, boolean writing) {
        new BackupPlace(context).require();
        if (context.options().backup().files().copies()) {
            BackupPlace.requireMountedStore(context, server);
        }
        if (saving() == DatabaseSaving.COMMAND) {
            CustomDatabaseBackup.require(context);
        }
        if (saving().byPlugin()) {
            try (Database database = server.openDatabase()) {
                database.requireTools();
                if (writing) {
                    BackupDump.requireSafe(server, database);
                }
            }
        }
    }

    /** A frozen copy or a snapshot is a way back, not a backup: on its own the database is dumped. */
    private DatabaseSaving saving() {
        DatabaseSaving wanted = context.options().backup().database();
        return wanted == DatabaseSaving.COMMAND
                        && context.options().backup().command().isWayBack()
                ? DatabaseSaving.DUMP
                : wanted;
    }

    private void saveDatabase(BackupDraft draft, Database database) {
        switch (saving()) {
            case NONE -> draft.warn("The database is not in this backup (mattermost.backup.database=none).");
            case COMMAND -> CustomDatabaseBackup.run(context, database, draft);
            case AUTO, FROZEN, BASE_BACKUP, DUMP ->
                BackupDump.write(context, draft, database, database.dataSource().database(), BackupDump.CONSISTENT);
        }
    }
}
