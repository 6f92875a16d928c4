package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.TransferPlan;
import java.util.List;
import java.util.Map;

/** Copies every row while the server runs, makes the indexes, and compares both sides. */
final class CopyRowsAheadStage implements Stage {

    private final ConversionRun conversion;

    CopyRowsAheadStage(ConversionRun conversion) {
        this.conversion = conversion;
    }

    @Override
    public StageName name() {
        return StageName.COPY_ROWS_AHEAD;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("copy every row while the server runs, create the indexes, and compare every row");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        Transfer transfer = conversion.transfer(context);
        TransferPlan plan = transfer.plan();
        transfer.copyAhead(plan, run.id());
        context.reporter()
                .info("Copied and compared " + Amount.of(plan.tables().size(), "table") + ", about "
                        + Amount.bytes(plan.bytes()) + ", while the server runs");
        return Map.of();
    }
}
