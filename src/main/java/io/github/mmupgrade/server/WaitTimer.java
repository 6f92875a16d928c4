package io.github.mmupgrade.server;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.time.Duration;

/** The passing of time, for limits: a wall clock can jump, this can't. Tests hand in one that only pretends to wait. */
public interface WaitTimer {

    /** How much time has passed since some fixed moment; only differences mean something. */
    Duration elapsed();

    /** Waits. */
    void sleep(Duration duration);

    /** Real time. */
    static WaitTimer real() {
        return new WaitTimer() {
            @Override
            public Duration elapsed() {
                return Duration.ofNanos(System.nanoTime());
            }

            @Override
            public void sleep(Duration duration) {
                try {
                    Thread.sleep(duration.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new StageFailedException(
                            "Interrupted while waiting for the server.",
                            Hint.run("See how far it got.", Goal.STATUS),
                            e);
                }
            }
        };
    }
}
