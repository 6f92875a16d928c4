package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.DatabaseRestore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A dump of the stopped server's database into the backup. It works everywhere, and takes the longest. */
final class DumpMethod implements DatabaseMethod {

    private final GoalContext context;

    DumpMethod(GoalContext context) {
        this.context = context;
    }

    @Override
    public DatabaseSaving kind() {
        return DatabaseSaving.DUMP;
    }

    @Override
    public MethodForecast forecast(Database database) {
        return MethodForecast.possible(
                kind(),
                DumpForecast.of(context, database),
                database.estimateRestore(),
                "every row is read while the server is stopped");
    }

    @Override
    public Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        draft.recordRowCounts(database.allCounts().tables());
        DumpResult result =
                BackupDump.write(context, draft, database, database.dataSource().database(), BackupDump.CONSISTENT);
        facts.put(JournalKeys.DUMP, result.format().name());
        return Optional.of(BackupState.COMPLETE);
    }

    @Override
    public Optional<String> wayBack(Run run) {
        return run.fact(1, JournalKeys.DUMP).map(dump -> "by restoring the dump of the backup");
    }

    @Override
    public List<String> putBack(Run run, Database database) {
        return List.of(restore(context, run, database).carryOut());
    }

    /** The restore of the dump that the backup of a run holds; the rows must be those that were counted after the stop. */
    static DatabaseRestore restore(GoalContext context, Run run, Database database) {
        DumpFormat format = DumpFormat.valueOf(run.requireFact(1, JournalKeys.DUMP));
        RowCounts saved = new DatabaseMethods(context).savedCounts(run, database);
        Path dump = new Backups(context).of(run).artifact(BackupDump.artifact(BackupDump.CONSISTENT, format));
        return new DatabaseRestore(
                context,
                database,
                run.id(),
                dump,
                format,
                rows -> {
                    List<String> losses = rows.lossesSince(saved);
                    return losses.isEmpty() ? null : String.join("; ", losses);
                },
                Goal.ROLLBACK);
    }
}
