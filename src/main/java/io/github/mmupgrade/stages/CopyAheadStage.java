package io.github.mmupgrade.stages;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.ChangedFiles;
import io.github.mmupgrade.saving.FilesCommand;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies ahead, while the server runs, what hardly changes: the files, and, against the loss of the database's host, a
 * dump of the database. After the stop little is left to do.
 */
public final class CopyAheadStage implements Stage {

    @Override
    public StageName name() {
        return StageName.COPY_AHEAD;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        DatabaseCommand command = context.options().backup().command();
        List<String> lines = new ArrayList<>(List.of(
                "copy the files into a backup in "
                        + new Backups(context).directory().root() + " while the server runs",
                context.options().backup().onlineDump()
                        ? "dump the running database into it"
                        : "not dump the running database (mattermost.backup.onlineDump=false)"));
        if (context.options().backup().database() == DatabaseSaving.COMMAND) {
            lines.add("call your own command at the moments that it knows (" + command.momentsInWords() + "): "
                    + command.line());
        }
        return lines;
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        InstalledServer server = context.server();
        Backups backups = new Backups(context);
        Map<String, String> facts = new HashMap<>();
        try (BackupDraft draft = backups.draft(run, server)) {
            ChangedFiles.note(context, run, StageName.COPY_AHEAD);
            CopyResult copied = draft.copyAhead(ChangedFiles.with(
                    BackupSources.of(
                            server,
                            backups.shipped(run, 1),
                            context.options().backup().files()),
                    server,
                    run));
            context.reporter().info("Copied the files while the server runs: " + copied);
            FilesCommand.run(context, server, draft, FilesCommand.Moment.AHEAD);
            try (Database database = server.openDatabase()) {
                if (context.options().backup().onlineDump()
                        && context.options().backup().database().byPlugin()) {
                    dump(context, draft, database);
                }
                facts.putAll(new DatabaseMethods(context).prepare(run, draft, database));
            }
        }
        facts.put(JournalKeys.FILES, way(context));
        return facts;
    }

    private static void dump(GoalContext context, BackupDraft draft, Database database) {
        if (database.sharesSessions()) {
            context.reporter()
                    .warn("The running database is not dumped: the data source points to a pooler that shares its"
                            + " sessions, and a dump would leave settings in them that break the server. It is saved"
                            + " after the stop.");
        } else {
            BackupDump.write(context, draft, database, database.dataSource().database(), BackupDump.AHEAD);
            draft.hashAhead();
        }
    }

    /** A call that saves files or database in another way than the one that was interrupted begins with it in time. */
    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        return run.isBegun(1, StageName.STOP)
                || (run.fact(hop, JournalKeys.FILES).orElse(way(context)).equals(way(context))
                        && new DatabaseMethods(context).isPrepared(run));
    }

    private static String way(GoalContext context) {
        return context.options().backup().files().way().toString();
    }
}
