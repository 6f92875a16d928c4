package io.github.mmupgrade.testing.scene;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** What a scene was before an upgrade, and what it must be again when one went wrong. */
public record OldState(
        Scene scene, String release, Map<String, String> rows, String schema, String configuration, long pid) {

    public static OldState of(Scene scene, String release) throws Exception {
        return new OldState(
                scene,
                release,
                scene.contents(),
                scene.schema(),
                Files.readString(scene.server.configFile()),
                server(scene).pid());
    }

    private static RunningServer server(Scene scene) {
        var running = RunningServer.find(new LocalHost(), scene.server.directory());
        assertEquals(running.toString(), 1, running.size());
        return running.get(0);
    }

    /** The old server runs on its old data. */
    public void assertBack() throws Exception {
        String answer = scene.answers();
        for (int i = 0; answer == null && i < 50; i++) {
            WaitTimer.real().sleep(Duration.ofMillis(100));
            answer = scene.answers();
        }
        assertTrue(String.valueOf(answer), answer != null && answer.contains(release));
        assertEquals(rows, scene.contents());
        assertEquals(schema, scene.schema());
        assertEquals(configuration, Files.readString(scene.server.configFile()));
        server(scene);
    }

    /** The same, and nobody was thrown out meanwhile. */
    public void assertNeverStopped() throws Exception {
        assertBack();
        assertEquals(pid, server(scene).pid());
    }

    /** An upgrade that something happens to behind an event fails; its message. */
    public String failing(Consumer<JournalEvent> fault, String message) {
        Goals goals = scene.goals();
        goals.observe(fault);
        ProblemException e = assertThrows(ProblemException.class, goals::upgrade);
        assertTrue(e.getMessage(), e.getMessage().contains(message));
        return e.getMessage();
    }

    /** Something that happens once, behind the event that a stage, or a step of it, writes. */
    public static Consumer<JournalEvent> behind(String stage, String step, JournalEvent.Kind kind, Runnable act) {
        boolean[] done = {false};
        return event -> {
            boolean wanted = event.stage().equals(stage)
                    && event.kind() == kind
                    && (step == null ? event.step() == null : step.equals(event.step()));
            if (wanted && !done[0]) {
                done[0] = true;
                act.run();
            }
        };
    }

    /** The same behind the beginning of a stage. */
    public static Consumer<JournalEvent> at(String stage, Runnable act) {
        return behind(stage, null, JournalEvent.Kind.BEGIN, act);
    }
}
