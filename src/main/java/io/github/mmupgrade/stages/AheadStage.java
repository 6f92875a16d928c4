package io.github.mmupgrade.stages;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.PassResult;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.Workplace;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.Facts;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.FilesCommand;
import java.util.List;
import java.util.Map;

/**
 * Copies ahead, while the server runs, what hardly changes: the files, and, against the loss of the database's host, a
 * dump of the database. After the stop little is left to do.
 */
public final class AheadStage implements Stage {

    @Override
    public StageName name() {
        return StageName.COPY_AHEAD;
    }

    @Override
    public List<String> plan(Workplace place, Run run, int hop) {
        return List.of(
                "copy the files into a backup in "
                        + new Backups(place).directory().root() + " while the server runs",
                place.options().backup().onlineDump()
                        ? "dump the running database into it"
                        : "not dump the running database (mattermost.backup.onlineDump=false)");
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        InstalledServer server = place.server();
        Backups backups = new Backups(place);
        try (BackupDraft draft = backups.draft(run, server)) {
            PassResult copied = draft.copyAhead(BackupSources.of(
                    server, backups.shipped(run, 1), place.options().backup().files()));
            place.reporter().info("Copied ahead, while the server runs: " + copied);
            FilesCommand.run(place, server, draft, FilesCommand.Moment.AHEAD);
            if (place.options().backup().onlineDump()
                    && place.options().backup().database().byPlugin()) {
                try (Database database = server.openDatabase()) {
                    if (database.sharesSessions()) {
                        place.reporter()
                                .warn("The running database is not dumped: the data source leads to a pooler that"
                                        + " shares its sessions, and a dump would leave settings in them that break the"
                                        + " server. It is saved after the stop.");
                    } else {
                        BackupDump.write(
                                place, draft, database, database.dataSource().database(), BackupDump.AHEAD);
                    }
                }
            }
        }
        return Map.of(Facts.FILES, way(place));
    }

    /** A call that saves the file store in another way than the one that broke off begins with it while there is time. */
    @Override
    public boolean stillHolds(Workplace place, Run run, int hop) {
        return run.isBegun(1, StageName.STOP)
                || run.fact(hop, Facts.FILES).orElse(way(place)).equals(way(place));
    }

    private static String way(Workplace place) {
        return place.options().backup().files().way().toString();
    }
}
