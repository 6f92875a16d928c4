package io.github.mmupgrade.maintenance;

import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.BackupSubject;
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
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import io.github.mmupgrade.saving.FilesCommand;
import java.util.List;

/** A backup on its own: of a running server, or, when asked for, of one that is stopped for as long as it takes. */
public final class StandaloneBackup {

    private final GoalContext context;

    public StandaloneBackup(GoalContext context) {
        this.context = context;
    }

    public void carryOut() {
        InstalledServer server = context.server();
        boolean runs = server.running().isPresent();
        boolean stop = context.options().backup().stop();
        requireSavable(server, runs && !stop);
        new BackupForecast(context, server).requireRoom();
        if (context.options().dryRun()) {
            context.reporter()
                    .info("would save configuration, database and files in "
                            + new Backups(context).directory().root());
            context.reporter().info("Dry run: nothing was changed.");
            return;
        }
        InstalledRelease installed = InstalledRelease.read(context, server);
        if (runs && !stop) {
            context.reporter()
                    .warn("The server runs: files and database may differ by seconds; for a consistent backup pass"
                            + " -Dmattermost.backup.stop=true");
        }
        Runnable nothing = () -> {};
        make(
                server,
                installed,
                new Backups(context).freeName(installed.version()),
                runs && !stop,
                runs && stop ? () -> new ServerLifecycle(context).stop() : nothing,
                runs && stop ? () -> new ServerLifecycle(context).startAndWait(installed.version()) : nothing);
    }

    /**
     * Makes a backup, or resumes an interrupted one.
     *
     * @param name its name
     * @param writing whether the server runs to the end of it, so that files and database may differ by seconds
     * @param stop keeps the server from writing, once all that can be copied before is copied
     * @param start lets it write again; called whether what is between succeeds or not
     */
    public Backup make(
            InstalledServer server,
            InstalledRelease installed,
            String name,
            boolean writing,
            Runnable stop,
            Runnable start) {
        Backups backups = new Backups(context);
        backups.prepare(server);
        BackupDirectory directory = backups.directory().onBehalfOf(server.user());
        List<BackupSource> sources = BackupSources.of(
                server,
                new ShippedLists(context).of(installed.version().toString(), installed.edition()),
                context.options().backup().files());
        requireSavable(server, writing);
        try (Database database = server.openDatabase();
                BackupDraft draft = directory.isBegun(name)
                        ? directory.resume(name)
                        : directory.create(name, subject(backups, server, installed, database), writing)) {
            draft.copyAhead(sources);
            FilesCommand.run(context, server, draft, FilesCommand.Moment.AHEAD);
            stop.run();
            try {
                FilesCommand.run(
                        context, server, draft, writing ? FilesCommand.Moment.RUNNING : FilesCommand.Moment.STOPPED);
                backups.saveConfiguration(draft, server.document());
                draft.recordRowCounts(database.allCounts().tables());
                saveDatabase(draft, database);
                context.reporter()
                        .info("Saved the files: "
                                + draft.finish(
                                        sources, writing ? BackupDraft.Writers.RUNNING : BackupDraft.Writers.STOPPED));
            } finally {
                start.run();
            }
            Backup made = draft.seal(BackupState.COMPLETE);
            context.reporter().info("Backup " + made.root() + " is complete");
            return made;
        }
    }

    /**
     * The files may take hours, and the server may be stopped after them: what would fail then fails here.
     *
     * @param writing whether the server runs while its database is saved
     */
    private void requireSavable(InstalledServer server, boolean writing) {
        new BackupPlace(context).require();
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

    private static BackupSubject subject(
            Backups backups, InstalledServer server, InstalledRelease installed, Database database) {
        return backups.subject(
                server, installed.version().toString(), installed.edition().key(), database);
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
