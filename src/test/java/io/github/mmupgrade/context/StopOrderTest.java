package io.github.mmupgrade.context;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A server that was told to stop takes seconds to end, and is not one that runs. */
public class StopOrderTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private long old;

    @Before
    public void aServerThatTakesSecondsToEnd() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7").to("5.37.10");
        scene.server.stop();
        scene.server.misbehave("5.25 stop-delay 9");
        scene.server.start();
        old = scene.server.pid();
    }

    @After
    public void end() {
        scene.close();
    }

    @Test
    @Category(Slow.class)
    public void theOrderIsKeptUntilTheServerHasEnded() throws Exception {
        StopOrder order = new StopOrder(scene.place());
        Thread stop = new Thread(() -> new ServerLifecycle(scene.place()).stop());
        stop.start();
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (order.stopping().isEmpty() && stop.isAlive()) {
            assertTrue("no order was kept", System.nanoTime() < patience);
            WaitTimer.real().sleep(Duration.ofMillis(10));
        }
        assertEquals(Optional.of(old), order.stopping());
        stop.join();
        assertEquals(Optional.empty(), order.stopping());
    }

    @Test
    @Category(Slow.class)
    public void startAfterAKilledStopWaitsForTheOldProcessAndStartsANewOne() throws Exception {
        killedJustAfterTheOrderToStop();
        scene.goals().start();
        runsAgain();
    }

    @Test
    public void rollbackAfterAKilledStopLeavesTheOldServerRunning() throws Exception {
        scene.goals().download();
        Run run = scene.place().requireRun(Goal.STOP);
        run.mark(1, StageName.STOP, JournalEvent.Kind.BEGIN, Map.of());
        run.note(1, StageName.STOP, Map.of(JournalKeys.WAS_RUNNING, "true"));
        killedJustAfterTheOrderToStop();
        scene.goals().rollback(null, false);
        runsAgain();
        assertEquals(Optional.empty(), scene.place().openRun());
    }

    @Test
    @Category(Slow.class)
    public void statusNamesTheProcessThatIsEnding() throws Exception {
        killedJustAfterTheOrderToStop();
        scene.goals().status();
        assertTrue(scene.said.text(), scene.said.text().contains("process " + old + " was told to stop"));
    }

    private void killedJustAfterTheOrderToStop() throws Exception {
        new StopOrder(scene.place()).given(old);
        assertEquals(
                0,
                new ProcessBuilder("kill", "-TERM", Long.toString(old)).start().waitFor());
    }

    private void runsAgain() {
        assertNotEquals(old, scene.place().server().running().orElseThrow().pid());
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
    }
}
