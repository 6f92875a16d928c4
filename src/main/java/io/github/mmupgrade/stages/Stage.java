package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import java.util.List;
import java.util.Map;

/**
 * One part of the way through an upgrade. A stage can be called again after it was interrupted anywhere: it finds out from the
 * actual state what is left to do.
 */
public interface Stage {

    /** What the journal calls it, which also says where in a run it has its place. */
    StageName name();

    /** What it would do, for a dry run; a line each. */
    List<String> plan(GoalContext context, Run run, int hop);

    /**
     * Makes sure that what comes before it is done. Changes nothing: a stage that is refused here was not begun.
     *
     * @throws io.github.mmupgrade.report.RefusedException when it is not
     */
    default void require(GoalContext context, Run run, int hop) {}

    /**
     * Does it.
     *
     * @return what later stages must know, written into the journal with the end of this stage
     */
    Map<String, String> carryOut(GoalContext context, Run run, int hop);

    /** Whether what it did is still so; asked before a stage that the journal says is done is left out. */
    default boolean stillHolds(GoalContext context, Run run, int hop) {
        return true;
    }
}
