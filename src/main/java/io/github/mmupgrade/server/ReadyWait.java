package io.github.mmupgrade.server;

import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Waits until the release that was just started answers.
 *
 * <p>The limit runs from the last sign of progress: a large migration can take hours before the server answers at all.
 */
public final class ReadyWait {

    /** How often the server is asked; nobody waits longer than that for one that answers. */
    private static final Duration QUICK = Duration.ofMillis(15);

    /** How often one is asked that takes its time: its migrations need the machine. */
    private static final Duration SLOW = Duration.ofMillis(200);

    private static final Duration QUICK_FOR = Duration.ofMinutes(1);

    /** How often the signs of life and of progress are looked at, which takes a program and a connection. */
    private static final Duration SIGNS_EVERY = Duration.ofSeconds(1);

    private static final Duration REPORT_EVERY = Duration.ofSeconds(10);

    /** Another release's answer this many times in a row is no leftover of the one that was stopped. */
    private static final int CERTAIN = 5;

    private final Supplier<ServerAnswer> question;
    private final LifeWatch life;
    private final Supplier<String> progressMarker;
    private final Supplier<List<String>> logTail;
    private final Reporter reporter;
    private final WaitTimer pace;

    /**
     * A wait.
     *
     * @param question asks the server, such as {@link ServerProbe#ask()}
     * @param life tells whether the started server still lives
     * @param progressMarker a text that changes while something goes on (rows of migrations, active statements, size of
     *     the log); its failures count as no progress
     * @param logTail the last lines of the server's log that matter, without secrets, for the message of a failure
     * @param reporter hears of the progress
     * @param pace the passing of time
     */
    public ReadyWait(
            Supplier<ServerAnswer> question,
            LifeWatch life,
            Supplier<String> progressMarker,
            Supplier<List<String>> logTail,
            Reporter reporter,
            WaitTimer pace) {
        this.question = Objects.requireNonNull(question);
        this.life = Objects.requireNonNull(life);
        this.progressMarker = Objects.requireNonNull(progressMarker);
        this.logTail = Objects.requireNonNull(logTail);
        this.reporter = Objects.requireNonNull(reporter);
        this.pace = Objects.requireNonNull(pace);
    }

    /**
     * Waits for a release.
     *
     * @param expected the release that was started
     * @param limitWithoutProgress how long nothing may change before it is given up
     * @return what the server said when it was ready
     * @throws StageFailedException when the server died, another release answers, or the limit is over
     */
    public ServerAnswer waitFor(Version expected, Duration limitWithoutProgress) {
        Duration start = pace.elapsed();
        Duration lastProgress = start;
        Duration lastReport = start;
        Duration nextSigns = start.plus(SIGNS_EVERY);
        String marker = "";
        int wrong = 0;
        while (true) {
            ServerAnswer answer = question.get();
            if (answer.healthy() && answer.is(expected)) {
                return answer;
            }
            Duration now = pace.elapsed();
            if (now.compareTo(nextSigns) < 0) {
                pace.sleep(QUICK);
                continue;
            }
            nextSigns = now.plus(SIGNS_EVERY);
            Optional<String> death = life.death();
            if (death.isPresent()) {
                throw failed(
                        "Mattermost " + expected + " did not stay up: " + death.get() + othersAnswer(answer, expected));
            }
            boolean other = answer.release().isPresent() && !answer.is(expected);
            wrong = other ? wrong + 1 : 0;
            if (wrong >= CERTAIN) {
                throw failed("Mattermost " + expected + " was started, but "
                        + answer.release().get() + " answers: another server is running on its port");
            }
            Optional<String> newMarker = marker();
            if (newMarker.isPresent() && !newMarker.get().equals(marker)) {
                marker = newMarker.get();
                lastProgress = now;
            }
            if (now.minus(lastProgress).compareTo(limitWithoutProgress) > 0) {
                throw failed("Mattermost " + expected + " is not ready after "
                        + now.minus(start).toSeconds() + " s, and nothing has changed for "
                        + limitWithoutProgress.toSeconds() + " s: " + answer);
            }
            if (now.minus(lastReport).compareTo(REPORT_EVERY) >= 0) {
                lastReport = now;
                reporter.info("Mattermost " + expected + " has been starting for "
                        + now.minus(start).toSeconds()
                        + " s; last progress " + now.minus(lastProgress).toSeconds() + " s ago (" + answer
                        + ")");
            }
            pace.sleep(now.minus(start).compareTo(QUICK_FOR) < 0 ? QUICK : SLOW);
        }
    }

    private static String othersAnswer(ServerAnswer answer, Version expected) {
        return answer.release().filter(r -> !answer.is(expected)).isPresent()
                ? "; " + answer.release().get() + " answers on its port"
                : "";
    }

    /** What shows the progress can fail for a moment, a database above all; that is no reason to give up. */
    private Optional<String> marker() {
        try {
            return Optional.ofNullable(progressMarker.get());
        } catch (RuntimeException e) {
            reporter.debug("No sign of progress could be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    private StageFailedException failed(String message) {
        List<String> lines = logTail.get();
        return new StageFailedException(
                lines.isEmpty() ? message : message + "\n" + String.join("\n", lines),
                Hint.run("Show the current state.", Goal.STATUS));
    }
}
