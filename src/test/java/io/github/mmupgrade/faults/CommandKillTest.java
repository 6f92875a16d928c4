package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.OwnCommand;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.scene.UpgradeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The plugin is killed while the organisation's own command works, which works on for a while. */
public class CommandKillTest {

    private static final long PATIENCE_SECONDS = 180;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private OwnCommand command;
    private OldState old;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10");
        command = new OwnCommand(scene.root);
        scene.databaseBackup = DatabaseSaving.COMMAND;
        scene.databaseCommand = command.within(Duration.ofSeconds(20));
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void clear() {
        scene.close();
    }

    private void killed(String goal, String moment) throws Exception {
        command.misbehave("kill-" + moment);
        Path log = scene.root.resolve("killed.log");
        Process process = UpgradeProcess.start(
                List.of(),
                List.of(scene.root.toString(), scene.server.directory().toString(), scene.archive, goal, "0"),
                log);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(Files.readString(log), UpgradeProcess.KILLED, process.exitValue());
    }

    private void assertUpgradesAndGoesBack() throws Exception {
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void killedWhileItFreezesTheUpgradeIsResumed() throws Exception {
        killed("upgrade", "freeze");
        assertUpgradesAndGoesBack();
    }

    @Test
    @Category(Slow.class)
    public void killedWhileItFreezesTheOldServerComesBack() throws Exception {
        killed("upgrade", "freeze");
        scene.goals().rollback(null, false);
        old.assertBack();
        assertUpgradesAndGoesBack();
    }

    @Test
    @Category(Slow.class)
    public void killedWhileItPreparesTheUpgradeIsResumed() throws Exception {
        killed("upgrade", "prepare");
        old.assertNeverStopped();
        assertUpgradesAndGoesBack();
    }

    @Test
    @Category(Slow.class)
    public void killedWhileItGoesBackTheRollbackIsResumed() throws Exception {
        scene.goals().upgrade();
        killed("rollback", "go-back");
        scene.goals().rollback(null, false);
        old.assertBack();
        assertUpgradesAndGoesBack();
    }

    @Test
    @Category(Slow.class)
    public void killedWhileItDiscardsItDiscardsAgain() throws Exception {
        scene.goals().upgrade();
        scene.goals().rollback(null, false);
        killed("upgrade", "discard");
        scene.goals().finish();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.goals().rollback(null, false);
        old.assertBack();
    }
}
