package io.github.mmupgrade.context;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;

/** Waiting between two looks at the world. */
public final class Pause {

    private Pause() {}

    /**
     * Waits.
     *
     * @throws StageFailedException when the build is interrupted
     */
    public static void milliseconds(long duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StageFailedException(
                    "The build was interrupted while it waited.", Hint.run("see how far it is with", Goal.STATUS), e);
        }
    }
}
