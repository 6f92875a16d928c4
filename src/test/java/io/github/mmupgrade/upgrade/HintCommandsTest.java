package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.function.ThrowingRunnable;
import org.junit.rules.TemporaryFolder;

/** Who does what the hints say, and nothing else, comes to where they promise. */
public class HintCommandsTest {

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
    public void followedFromADownloadTheyLeadToTheNewServerAndBack() throws Exception {
        scene.goals().download();
        forgetTheTarget();
        List<String> followed = new ArrayList<>();
        boolean finished = false;
        while (!finished) {
            try {
                scene.goals().finish();
                finished = true;
            } catch (RefusedException e) {
                followed.add(e.hint().goal());
                assertTrue(followed.toString(), followed.size() < 10);
                follow(e.hint());
            }
        }
        assertEquals(List.of("stop", "backup", "install", "restore-config", "start", "verify"), followed);
        assertRuns("5.37.10");

        scene.database.execute(
                "INSERT INTO posts (id, createat, updateat, editat, deleteat, userid, channelid, message)"
                        + " SELECT 'written-since-the-upgrade', " + (System.currentTimeMillis() + 1000)
                        + ", updateat, editat, 0, userid, channelid, 'new' FROM posts LIMIT 1");
        follow(hintOf(() -> scene.goals().rollback(null, false)));
        assertRuns("5.25.7");

        scene.goals().backup();
        follow(hintOf(() -> scene.goals().restore(null, true, null)));
        assertEquals(null, scene.answers());
        scene.goals().restore(null, true, null);
        assertTrue(scene.said.text(), scene.said.text().contains("Start it. [start]"));
        scene.goals().start();
        assertRuns("5.25.7");
    }

    @Test
    @Category(Slow.class)
    public void afterFailuresTheyLeadToAServerThatRuns() throws Exception {
        scene.onFailure = OnFailure.LEAVE;
        scene.server.misbehave("5.37 lose-posts");
        Hint back = hintOf(() -> scene.goals().upgrade());
        assertEquals("rollback", back.goal());
        Hint stillBack = hintOf(() -> {
            scene.overlays = List.of();
            scene.dropUnknown = true;
            scene.goals().upgrade();
        });
        assertEquals("rollback", stillBack.goal());
        forgetTheTarget();
        follow(stillBack);
        assertRuns("5.25.7");
    }

    /** What a hint prints names the installation, and no archive. */
    private void forgetTheTarget() {
        scene.archive = null;
        scene.sha256 = null;
        scene.dropUnknown = false;
    }

    private static Hint hintOf(ThrowingRunnable call) {
        return assertThrows(ProblemException.class, call).hint();
    }

    private void follow(Hint hint) {
        Goals goals = scene.goals();
        switch (hint.goal()) {
            case "stop" -> goals.stop();
            case "backup" -> goals.backup();
            case "install" -> goals.install();
            case "restore-config" -> goals.restoreConfig();
            case "start" -> goals.start();
            case "verify" -> goals.verify();
            case "rollback" -> goals.rollback(null, hint.options().contains("mattermost.rollback.discardNewData=true"));
            default -> throw new AssertionError("not expected: " + hint);
        }
    }

    private void assertRuns(String release) {
        assertTrue(
                String.valueOf(scene.answers()),
                scene.answers() != null && scene.answers().contains(release));
    }
}
