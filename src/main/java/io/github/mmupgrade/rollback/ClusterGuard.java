package io.github.mmupgrade.rollback;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;

/**
 * Keeps one node of a cluster from going back by itself when all have been stopped together: its old release would meet the
 * new schema, or the database would change under the others.
 */
public final class ClusterGuard {

    private final GoalContext context;

    public ClusterGuard(GoalContext context) {
        this.context = context;
    }

    /**
     * Makes sure that a run may be rolled back by this call.
     *
     * @throws RefusedException when that takes all nodes
     */
    public void require(Run run) {
        boolean together =
                run.fact(0, JournalKeys.NODE_ORDER).filter("TOGETHER"::equals).isPresent();
        if (!together
                || context.options().cluster() != null
                || run.state() == Run.State.ROLLED_BACK
                || !run.isBegun(1, StageName.STOP)) {
            return;
        }
        String nodes = run.requireFact(0, JournalKeys.NODES);
        throw new RefusedException(
                "Run " + run + " is of a cluster whose nodes were upgraded together (" + nodes.replace(",", ", ")
                        + "), so this node cannot go back by itself. Nothing was rolled back.",
                Hint.run("Roll all of them back.", Goal.ROLLBACK, "mattermost.nodes=" + nodes));
    }
}
