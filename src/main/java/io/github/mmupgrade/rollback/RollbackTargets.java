package io.github.mmupgrade.rollback;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which runs a rollback undoes. */
public final class RollbackTargets {

    private RollbackTargets() {}

    /** The run itself behind those that came after it, newest first: each goes back to what the one before it left. */
    public static List<Run> upTo(GoalContext context, Run wanted) {
        List<Run> runs = new ArrayList<>();
        for (Run run : Run.all(context.journal())) {
            if (run.id().equals(wanted.id())) {
                runs.clear();
                runs.add(run);
            } else if (run.state() != Run.State.ROLLED_BACK) {
                runs.add(0, run);
            }
        }
        return runs;
    }

    /**
     * The run to go back behind.
     *
     * @param to its name; null for the last one
     * @throws RefusedException when there is none
     */
    public static Run wanted(GoalContext context, String to) {
        List<Run> all = Run.all(context.journal());
        Optional<Run> found = to == null
                ? Run.last(context.journal())
                : all.stream().filter(run -> run.id().equals(to)).findFirst();
        return found.orElseThrow(() -> new RefusedException(
                to == null
                        ? "There is no run of " + context.installation() + " to roll back. Nothing was changed."
                        : "There is no run '" + to + "'; the runs are " + all + ". Nothing was changed.",
                Hint.run("See which runs there are.", Goal.STATUS)));
    }
}
