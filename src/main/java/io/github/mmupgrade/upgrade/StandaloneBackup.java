package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.Backup;
import io.github.mmupgrade.backup.BackupDraft;
import io.github.mmupgrade.backup.BackupState;
import io.github.mmupgrade.backup.Source;
import io.github.mmupgrade.database.Database;
import java.util.List;

/** A backup on its own: of a running server, or, when asked for, of one that is stopped for as long as it takes. */
final class StandaloneBackup {

    private final Workplace place;

    StandaloneBackup(Workplace place) {
        this.place = place;
    }

    void carryOut() {
        InstalledServer server = place.server();
        boolean runs = server.running().isPresent();
        boolean stop = place.options().backup().stop();
        if (place.options().dryRun()) {
            place.reporter()
                    .info("would save configuration, database and files in "
                            + new Backups(place).directory().root());
            place.reporter().info("Dry run: nothing was changed");
            return;
        }
        InstalledRelease installed = InstalledRelease.read(place, server);
        if (runs && !stop) {
            place.reporter()
                    .warn("The server runs: files and database may differ by seconds; for a consistent backup pass"
                            + " -Dmattermost.backup.stop=true");
        }
        Backups backups = new Backups(place);
        backups.prepare(server);
        List<Source> sources = BackupSources.of(
                server, InstallStage.shipped(place, installed.version().toString()));
        try (Database database = server.openDatabase();
                BackupDraft draft = backups.directory()
                        .create(
                                backups.freeName(installed.version()),
                                backups.subject(
                                        server,
                                        installed.version().toString(),
                                        installed.edition().key(),
                                        database),
                                runs && !stop)) {
            draft.copyAhead(sources);
            if (runs && stop) {
                StopStage.stop(place, server);
            }
            try {
                backups.saveConfiguration(draft, server.document());
                draft.recordRowCounts(database.allCounts().tables());
                saveDatabase(draft, database);
                place.reporter()
                        .info("Saved the files: "
                                + draft.finish(
                                        sources,
                                        runs && !stop ? BackupDraft.Writers.RUNNING : BackupDraft.Writers.STOPPED));
            } finally {
                if (runs && stop) {
                    StartStage.startAndWait(place, installed.version());
                }
            }
            Backup made = draft.seal(BackupState.COMPLETE);
            place.reporter().info("Backup " + made.root() + " is complete");
        }
    }

    /** A frozen copy is a way back, not a backup: on its own the database is dumped. */
    private void saveDatabase(BackupDraft draft, Database database) {
        switch (place.options().backup().database()) {
            case "none" -> draft.warn("The database is not in this backup (mattermost.backup.database=none).");
            case "command" -> DatabaseCommand.run(place, database.dataSource(), draft);
            default ->
                BackupDump.write(place, draft, database, database.dataSource().database(), BackupDump.CONSISTENT);
        }
    }
}
