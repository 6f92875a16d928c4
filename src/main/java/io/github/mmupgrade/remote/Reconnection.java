package io.github.mmupgrade.remote;

import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.report.ProblemException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Tries a lost connection again and again, with growing pauses, for some time. */
final class Reconnection {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** A connection that is lost within this time was hardly of use. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    private static final int MOST_SHORT = 10;

    private final Duration patience;
    private long connectedAt;
    private int shortOnes;

    /**
     * Tries.
     *
     * @param patience for how long; zero for not at all
     */
    Reconnection(Duration patience) {
        this.patience = patience;
    }

    /** What connects. */
    @FunctionalInterface
    interface Attempt {
        AgentTalk connect() throws LostConnectionException;
    }

    /**
     * Connects; not for ever, when it is lost at once again each time.
     *
     * @param givenUp whether it is not wanted any more
     * @param failure what is thrown when it did not work in time, from the last reason
     */
    AgentTalk attempt(Attempt attempt, BooleanSupplier givenUp, Function<String, ProblemException> failure) {
        shortOnes = System.nanoTime() - connectedAt < SHORT.toNanos() ? shortOnes + 1 : 0;
        if (shortOnes > MOST_SHORT) {
            throw failure.apply("it is lost at once each time");
        }
        long end = System.nanoTime() + patience.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            String why;
            try {
                if (!givenUp.getAsBoolean()) {
                    AgentTalk talk = attempt.connect();
                    connectedAt = System.nanoTime();
                    return talk;
                }
                why = "left";
            } catch (LostConnectionException e) {
                why = e.getMessage();
            }
            if (givenUp.getAsBoolean() || System.nanoTime() + pause.toNanos() > end) {
                throw failure.apply(why);
            }
            try {
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failure.apply(why);
            }
            Duration next = pause.multipliedBy(2);
            pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
        }
    }
}
