package io.github.mmupgrade.stages;

import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.rollback.Recovery;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM while a goal is at work: the stage at hand comes to its end, the next one does not begin, and what
 * follows a failure follows.
 *
 * <p>The virtual machine ends when its shutdown hooks have, whatever other threads do; so the hook waits until the work
 * has ended, for as long as a patient caller would. Who kills it meanwhile finds the journal true all the same.
 */
public final class Interruption implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Reporter reporter;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean asked;
    private volatile String outcome;

    /** Watches for signals until it is closed. */
    public Interruption(Reporter reporter) {
        this.reporter = reporter;
        this.hook = new Thread(this::await, "mattermost-interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await() {
        asked = true;
        reporter.warn("Interrupted: the current stage is finished first, so that nothing is left half-done.");
        try {
            if (!ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                reporter.warn(
                        "The current stage is not finished yet. The journal has its progress; run the same goal again,"
                                + " or rollback.");
            } else if (outcome != null) {
                // the thread that would say so may not get as far any more
                reporter.warn(outcome);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Asked before a stage begins.
     *
     * @param next the stage that would begin
     * @throws StageFailedException when a signal came
     */
    public void check(String next) {
        if (asked) {
            throw new StageFailedException(
                    "Interrupted by a signal. The stage " + next + " was not started.", Recovery.AGAIN);
        }
    }

    /** Keeps what is to be said at the end. */
    public void failed(RuntimeException why) {
        outcome = why.getMessage();
    }

    @Override
    public void close() {
        ended.countDown();
        if (!asked) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // a signal came this very moment; the hook finds the work at its end
            }
        }
    }
}
