package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.TransferPlan;
import java.util.List;
import java.util.Map;

/** Reads every row while the server runs, and finds what PostgreSQL would not take. */
final class CheckRowsStage implements Stage {

    private final ConversionRun conversion;

    CheckRowsStage(ConversionRun conversion) {
        this.conversion = conversion;
    }

    @Override
    public StageName name() {
        return StageName.CHECK_ROWS;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("read every row of the MySQL database and find the values that PostgreSQL does not take");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        Transfer transfer = conversion.transfer(context);
        TransferPlan plan = transfer.plan();
        RowChecks.require(context, transfer, plan, conversion.repairs(), Goal.CONVERT_DATABASE);
        return Map.of();
    }
}
