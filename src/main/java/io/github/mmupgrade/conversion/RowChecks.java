package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.Transfer;
import io.github.mmupgrade.transfer.TransferPlan;
import io.github.mmupgrade.transfer.value.BadValues;
import java.util.List;

/** Whether PostgreSQL takes every row. */
public final class RowChecks {

    private RowChecks() {}

    /**
     * Reads every row.
     *
     * @param repairs whether values that PostgreSQL does not take are repaired
     * @param goal the goal to run again when it fails
     * @throws StageFailedException when there are rows that cannot be copied; names them
     */
    public static void require(GoalContext context, Transfer transfer, TransferPlan plan, boolean repairs, Goal goal) {
        tell(context, plan);
        requireAllTables(plan, goal);
        BadValues bad = transfer.findBadValues(plan);
        bad.doubleEncoded().forEach(line -> context.reporter().warn(line + ". It is copied as it is"));
        boolean refused = !bad.isEmpty() && (!repairs || bad.hasIrreparable());
        if (refused) {
            throw new StageFailedException(
                    String.join("\n", bad.lines(false)),
                    bad.hasIrreparable()
                            ? Hint.of("Correct the values in MySQL, then run the goal again.")
                            : Hint.run(
                                    "Correct the values in MySQL, or let them be repaired; the repairs are written down. Then"
                                            + " run the goal again.",
                                    goal,
                                    "mattermost.convert.onBadValue=repair"));
        }
        bad.lines(true).forEach(context.reporter()::warn);
        List<String> duplicates = transfer.findDuplicates(plan);
        if (!duplicates.isEmpty()) {
            throw new StageFailedException(
                    String.join("\n", duplicates),
                    Hint.run(
                            "PostgreSQL tells these apart and allows each once, or not at all. Correct them in MySQL, then"
                                    + " run the goal again.",
                            goal));
        }
    }

    /**
     * Makes sure that no table is missing.
     *
     * @throws StageFailedException when the role does not see all tables of the release; names those that are missing
     */
    static void requireAllTables(TransferPlan plan, Goal goal) {
        if (!plan.missing().isEmpty()) {
            throw new StageFailedException(
                    "The MySQL database has no table " + String.join(", ", plan.missing())
                            + ", or its role may not read it. The installed release has it in PostgreSQL.",
                    Hint.run("Grant SELECT on all tables to the role, then run the goal again.", goal));
        }
    }

    private static void tell(GoalContext context, TransferPlan plan) {
        if (!plan.plugins().isEmpty()) {
            context.reporter()
                    .info("Tables of plugins, which are created by the types of their columns: " + plan.plugins());
        }
        plan.leftOut()
                .forEach((table, why) -> context.reporter().warn("Table " + table + " is left out (" + why + ")"));
        if (!plan.besides().isEmpty()) {
            context.reporter()
                    .warn("These are not copied, because only tables are: " + String.join(", ", plan.besides())
                            + ". No Mattermost server has made them. Make in PostgreSQL what you need of them");
        }
        if (!plan.leftOverColumns().isEmpty()) {
            context.reporter()
                    .warn(
                            "Columns of earlier releases, which the installed one does not have in PostgreSQL, are left out: "
                                    + String.join(", ", plan.leftOverColumns()));
        }
    }
}
