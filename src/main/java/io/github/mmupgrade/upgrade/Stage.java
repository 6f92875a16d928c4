package io.github.mmupgrade.upgrade;

import java.util.List;
import java.util.Map;

/**
 * One part of the way through an upgrade. A stage can be called again after it broke anywhere: it finds out from the
 * world what is left to do.
 */
interface Stage {

    /** The name of its goal, and of its events in the journal. */
    String name();

    /** Which hop its events belong to: the current one, or 0 when it is done once in a run. */
    default boolean oncePerRun() {
        return false;
    }

    /** Whether a failure leaves the server stopped or changed, so that something has to be done about it. */
    boolean afterTheStop();

    /** What it would do, for a dry run; a line each. */
    List<String> plan(Workplace place, Run run, int hop);

    /**
     * Makes sure that what comes before it is done. Changes nothing: a stage that is refused here was not begun.
     *
     * @throws io.github.mmupgrade.report.RefusedException when it is not
     */
    default void require(Workplace place, Run run, int hop) {}

    /**
     * Does it.
     *
     * @return what later stages must know, written into the journal with the end of this stage
     */
    Map<String, String> carryOut(Workplace place, Run run, int hop);

    /** Whether what it did is still so; asked before a stage that the journal says is done is left out. */
    default boolean stillHolds(Workplace place, Run run, int hop) {
        return true;
    }
}
