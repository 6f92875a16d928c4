package io.github.mmupgrade.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.LineReporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.Test;

public class ReadyWaitTest {

    private static final Version OLD = Version.of(5, 25, 6);
    private static final Version NEW = Version.of(5, 37, 0);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final List<String> said = new ArrayList<>();
    private Duration now = Duration.ofDays(3);

    private final WaitTimer pace = new WaitTimer() {
        @Override
        public Duration elapsed() {
            return now;
        }

        @Override
        public void sleep(Duration duration) {
            now = now.plus(duration);
        }
    };

    @Test
    public void returnsWhenTheNewReleaseIsReady() {
        ServerAnswer answer =
                wait(() -> passed() < 30 ? ServerAnswer.none("refused") : ready(NEW), Optional::empty, () -> "");
        assertEquals(Optional.of(NEW), answer.release());
        assertEquals(30, passed());
    }

    @Test
    public void waitsAsLongAsSomethingMoves() {
        wait(
                () -> passed() < 7200 ? ServerAnswer.none("refused") : ready(NEW),
                Optional::empty,
                () -> "migration " + passed() / 50);
        assertEquals(7200, passed());
        assertTrue(said.toString(), said.size() > 100 && said.size() <= 720);
    }

    @Test
    public void countsTheLimitFromTheLastSignOfProgress() {
        StageFailedException e = assertThrows(
                StageFailedException.class,
                () -> wait(
                        () -> ServerAnswer.none("refused"),
                        Optional::empty,
                        () -> passed() < 300 ? "" + passed() : "still"));
        assertTrue("failed after " + passed() + " s", passed() >= 360 && passed() <= 362);
        assertTrue(e.getMessage(), e.getMessage().contains("nothing has changed for 60 s"));
        assertTrue(e.getMessage(), e.getMessage().contains("the log's line that matters"));
    }

    @Test
    public void failsAtOnceWhenTheServerDied() {
        StageFailedException e = assertThrows(
                StageFailedException.class,
                () -> wait(
                        () -> ServerAnswer.none("refused"),
                        () -> passed() >= 10 ? Optional.of("exit status 1") : Optional.empty(),
                        () -> "" + passed()));
        assertEquals(10, passed());
        assertTrue(e.getMessage(), e.getMessage().contains("exit status 1"));
        assertTrue(e.getMessage(), e.getMessage().contains("the log's line that matters"));
    }

    @Test
    public void noticesThatTheOldReleaseStillAnswers() {
        StageFailedException e = assertThrows(
                StageFailedException.class, () -> wait(() -> ready(OLD), Optional::empty, () -> "" + passed()));
        assertTrue(e.getMessage(), e.getMessage().contains("5.25.6 answers"));
        assertTrue(passed() < 10);
    }

    @Test
    public void namesTheOldReleaseOnThePortWhenTheNewOneDied() {
        StageFailedException e = assertThrows(
                StageFailedException.class, () -> wait(() -> ready(OLD), () -> Optional.of("exit status 2"), () -> ""));
        assertTrue(e.getMessage(), e.getMessage().contains("5.25.6 answers on its port"));
    }

    @Test
    public void isNotMisledByAProgressThatCannotBeRead() {
        assertThrows(
                StageFailedException.class,
                () -> wait(() -> ServerAnswer.none("refused"), Optional::empty, () -> {
                    throw new IllegalStateException("the database is gone");
                }));
        assertTrue("failed after " + passed() + " s", passed() >= 60 && passed() <= 62);
    }

    @Test
    public void doesNotTakeAnUnhealthyServerForReady() {
        assertThrows(
                StageFailedException.class,
                () -> wait(
                        () -> new ServerAnswer(
                                true, false, Optional.of(NEW), true, Optional.empty(), Optional.empty(), "unhealthy"),
                        Optional::empty,
                        () -> ""));
    }

    @Test
    public void holdsAServerThatDoesNotSayItsPatchToTheLine() {
        ServerAnswer vague = new ServerAnswer(
                true, true, Optional.of(Version.of(1, 1, 0)), false, Optional.empty(), Optional.empty(), "");
        assertTrue(vague.is(Version.of(1, 1, 1)));
        assertTrue(!vague.is(Version.of(1, 2, 0)));
        assertTrue(!ready(NEW).is(Version.of(5, 37, 1)));
    }

    private long passed() {
        return now.minusDays(3).toSeconds();
    }

    private static ServerAnswer ready(Version version) {
        return new ServerAnswer(true, true, Optional.of(version), true, Optional.empty(), Optional.empty(), "");
    }

    private ServerAnswer wait(Supplier<ServerAnswer> question, LifeWatch life, Supplier<String> marker) {
        Reporter reporter = new LineReporter() {
            @Override
            public void info(String line) {
                said.add(line);
            }

            @Override
            public void warn(String line) {
                said.add(line);
            }

            @Override
            public void debug(String line) {}
        };
        return new ReadyWait(question, life, marker, () -> List.of("the log's line that matters"), reporter, pace)
                .waitFor(NEW, LIMIT);
    }
}
