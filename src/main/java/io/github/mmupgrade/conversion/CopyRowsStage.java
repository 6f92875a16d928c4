package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.RowCountsText;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StartBarrier;
import io.github.mmupgrade.stages.StopStage;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.Transfer.TableReport;
import io.github.mmupgrade.transfer.TransferPlan;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Copies what was written since, and compares both sides, while nobody can write. */
final class CopyRowsStage implements Stage {

    private final ConversionRun conversion;

    CopyRowsStage(ConversionRun conversion) {
        this.conversion = conversion;
    }

    @Override
    public StageName name() {
        return StageName.COPY_ROWS;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("copy the rows that have changed since, and compare them");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        new StartBarrier(context).close(run, hop, StageName.COPY_ROWS);
        requireStopped(context);
        Transfer transfer = conversion.transfer(context);
        TransferPlan plan = transfer.plan();
        RowChecks.requireAllTables(plan, Goal.CONVERT_DATABASE);
        List<TableReport> tables = transfer.complete(plan);
        // where bin is mounted nothing keeps others from starting it
        requireStopped(context);
        InstalledServer server = context.server();
        long rows = tables.stream().mapToLong(TableReport::rows).sum();
        long late = tables.stream().mapToLong(TableReport::afterStop).sum();
        context.reporter()
                .info("Every table has the rows of MySQL: " + Amount.of(rows, "row") + ", of which "
                        + Amount.of(late, "row") + " were copied after the stop");
        Map<String, String> facts = TablesFile.write(conversion.directory(context), tables);
        try (Database database = server.openDatabase()) {
            facts.put(JournalKeys.SOURCE_COUNTS, RowCountsText.write(database.counts()));
            facts.put(
                    JournalKeys.SCHEMA,
                    database.schemaVersion().map(Version::toString).orElse(""));
            facts.put(
                    JournalKeys.NEWEST_POST,
                    Long.toString(
                            database.newestPost().map(Instant::toEpochMilli).orElse(0L)));
        }
        return facts;
    }

    /** What runs would write to MySQL what nobody copies any more. */
    static void requireStopped(GoalContext context) {
        if (context.server().running().isPresent()) {
            throw new RefusedException(
                    "The server of " + context.installation()
                            + " is running again, and writes to MySQL. The configuration" + " was not changed.",
                    Hint.run("Run the goal again; it stops the server.", Goal.CONVERT_DATABASE));
        }
        new ServerLifecycle(context).requireNoOtherWriter();
    }

    /** Until the configuration names the new database, somebody may have started the server and stopped it again. */
    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        return StopStage.usesNewDatabase(context, run, hop);
    }
}
