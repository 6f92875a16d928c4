package io.github.mmupgrade.context;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.LineReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Failures that nobody foresaw, wherever they come: the message says how the server is, and which goal goes on. */
public class UnexpectedFailureTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7").to("5.37.10");
        scene.watch = Duration.ofMillis(200);
    }

    @After
    public void end() {
        scene.close();
    }

    @Test
    @Category(Slow.class)
    public void betweenTheStagesAndInThem() throws Exception {
        failsAt(
                Goals::upgrade,
                StageName.RUN.key(),
                Kind.BEGIN,
                "upgrade",
                "The server is running (process ",
                "has not stopped the server");
        failsAt(Goals::download, StageName.DOWNLOAD.key(), Kind.FACT, "download", "The server is running (process ");
        failsAt(Goals::upgrade, StageName.COPY_AHEAD.key(), Kind.BEGIN, "upgrade", "The server is running (process ");
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        // in a stage after the stop the old server comes back
        failsAt(
                Goals::upgrade,
                StageName.BACKUP.key(),
                Kind.BEGIN,
                "upgrade",
                "is running on its previous data",
                "out of luck");
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));

        scene.onFailure = OnFailure.LEAVE;
        failsAt(Goals::upgrade, StageName.BACKUP.key(), Kind.BEGIN, "rollback", "left as it is");
        failsAt(
                UnexpectedFailureTest::back,
                StageName.ROLLBACK.key(),
                Kind.BEGIN,
                "rollback",
                "The server is stopped.",
                "is being rolled back");
        back(scene.goals());
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
    }

    @Test
    public void outsideOfARun() {
        ProblemException e = assertThrows(ProblemException.class, () -> talkingTo(line -> {
                    if (line.startsWith("The server runs: files")) {
                        throw new UncheckedIOException(new AccessDeniedException("/nowhere"));
                    }
                })
                .backup());
        assertTrue(e.getMessage(), e.getMessage().contains("backup failed unexpectedly: permission denied: /nowhere"));
        assertTrue(e.getMessage(), e.getMessage().contains("The server is running (process "));
        assertTrue(e.getMessage(), e.getMessage().contains("No upgrade is in progress."));
        assertEquals("backup", e.hint().goal());
    }

    @Test
    public void aGoalThatTakesNoLockIsToldOfByWhoeverCallsIt() {
        StageFailedException told = Goals.unexpected(
                scene.options(),
                new LocalHost(),
                scene.said,
                Clock.systemUTC(),
                Goal.STATUS,
                new NullPointerException());
        assertTrue(told.getMessage(), told.getMessage().contains("status failed unexpectedly: NullPointerException"));
        assertEquals("status", told.hint().goal());
    }

    @Test
    public void theReasonIsSaidInWords() {
        assertEquals("out of luck", UnexpectedFailure.inWords(new IllegalStateException("out of luck")));
        assertEquals("NullPointerException", UnexpectedFailure.inWords(new NullPointerException()));
        IOException denied = new AccessDeniedException("/x");
        assertEquals("permission denied: /x", UnexpectedFailure.inWords(new UncheckedIOException(denied)));
        assertEquals(
                "It can't be read: permission denied: /x",
                UnexpectedFailure.inWords(new UncheckedIOException("It can't be read", denied)));
    }

    private static void back(Goals goals) {
        goals.rollback(null, false);
    }

    private void failsAt(Consumer<Goals> call, String stage, Kind kind, String goal, String... texts) {
        Goals goals = scene.goals();
        goals.observe(event -> {
            if (event.stage().equals(stage) && event.kind() == kind) {
                throw new IllegalStateException("out of luck");
            }
        });
        StageFailedException e = assertThrows(stage, StageFailedException.class, () -> call.accept(goals));
        for (String text : texts) {
            assertTrue(e.getMessage(), e.getMessage().contains(text));
        }
        assertTrue(e.getMessage(), !e.getMessage().contains("Exception"));
        assertEquals(e.getMessage(), goal, e.hint().goal());
    }

    private Goals talkingTo(Consumer<String> listener) {
        Reporter reporter = new LineReporter() {
            @Override
            public void info(String line) {
                listener.accept(line);
            }

            @Override
            public void warn(String line) {
                listener.accept(line);
            }

            @Override
            public void debug(String line) {}
        };
        return new Goals(scene.options(), new LocalHost(), reporter, Clock.systemUTC());
    }
}
