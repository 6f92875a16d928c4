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
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.Transfer.TableReport;
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
        InstalledServer server = context.server();
        if (server.running().isPresent()) {
            throw new RefusedException(
                    "The server of " + context.installation() + " is running. Nothing more was copied.",
                    Hint.run("Run the goal again; it stops the server.", Goal.CONVERT_DATABASE));
        }
        new ServerLifecycle(context).requireNoOtherWriter();
        Transfer transfer = conversion.transfer(context);
        List<TableReport> tables = transfer.complete(transfer.plan());
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

    /** A server that was stopped once more has written since. */
    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        return !run.isLaterThanEndOf(
                hop, StageName.COPY_ROWS, event -> event.stage().equals(StageName.STOP.key()));
    }
}
