package io.github.mmupgrade.planning;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.rollback.Recovery;
import io.github.mmupgrade.rollback.Rollback;
import io.github.mmupgrade.rollback.UpgradeUndo;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A run has one plan: the same plan resumes it, another one is another run, or is refused after the stop. */
public class RunPlanTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7").along("5.31.9", "5.37.10");
    }

    @After
    public void end() {
        scene.close();
    }

    @Test
    @Category(Slow.class)
    public void nothingIsBegunWhenAnArchiveOfThePathIsMissing() throws Exception {
        Path missing = Path.of(scene.archive).resolve("mattermost-team-5.37.10-linux-amd64.tar.gz");
        Path aside = scene.root.resolve("aside.tar.gz");
        Files.move(missing, aside);
        assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(scene.place().openRun().isEmpty());

        Files.move(aside, missing);
        scene.path = "direct";
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(
                1,
                RunPlan.of(Run.last(scene.place().journal()).orElseThrow())
                        .hops()
                        .size());
    }

    @Test
    public void beforeTheStopTheSamePlanResumesAndAnotherOneBeginsAnotherRun() {
        scene.goals().download();
        Run first = scene.place().requireRun(Goal.STOP);
        scene.goals().download();
        assertEquals(first.id(), scene.place().requireRun(Goal.STOP).id());

        scene.path = "direct";
        scene.goals().download();
        Run second = scene.place().requireRun(Goal.STOP);
        assertNotEquals(first.id(), second.id());
        assertEquals("1", second.requireFact(0, JournalKeys.HOPS));
        assertTrue(second.fact(2, JournalKeys.TO).isEmpty());
        assertTrue(scene.said.text(), scene.said.text().contains("It is abandoned"));
        assertTrue(scene.said.text(), scene.said.text().contains("5.25.7 -> 5.31.9 (archive "));
    }

    @Test
    public void afterTheStopAnotherTargetPathOrConfigurationIsRefusedWithBothPlans() throws Exception {
        scene.goals().download();
        scene.goals().stop();
        long runs = Run.all(scene.place().journal()).size();

        scene.targetVersion = "5.31.9";
        refusedWithBothPlans("5.25.7 -> 5.31.9 (archive ");
        scene.targetVersion = "5.37.10";
        scene.path = "direct";
        refusedWithBothPlans("5.25.7 -> 5.37.10 (archive ");
        scene.path = "auto";
        Path overlay = scene.root.resolve("overlay.json");
        Files.writeString(overlay, "{}");
        scene.overlays = List.of(Overlay.forLast(overlay));
        refusedWithBothPlans("overlay.json");
        scene.overlays = List.of();
        Path archive = Path.of(scene.archive).resolve("mattermost-team-5.37.10-linux-amd64.tar.gz");
        byte[] right = Files.readAllBytes(archive);
        Files.write(archive, new byte[] {1});
        refusedWithBothPlans("(archive 4bf5122f3445)");
        Files.write(archive, right);
        assertEquals(runs, Run.all(scene.place().journal()).size());

        scene.goals().upgrade();
        assertTrue(scene.said.text(), scene.said.text().contains("Resuming the interrupted run"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
    }

    @Test
    @Category(Slow.class)
    public void afterTheStopACallWithoutATargetResumes() throws Exception {
        scene.goals().download();
        scene.goals().stop();
        scene.targetVersion = null;
        scene.archive = null;
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
    }

    @Test
    @Category(Slow.class)
    public void aTargetThatCannotBePlannedAfterTheStopNamesTheRunAndTheWayBack() {
        scene.goals().download();
        scene.goals().stop();
        scene.targetVersion = "99.1.0";
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(e.getMessage(), e.getMessage().contains("cannot be determined"));
        assertEquals("rollback", e.hint().goal());

        scene.goals().rollback(null, false);
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
    }

    @Test
    @Category(Slow.class)
    public void afterTheLastVerificationNothingRollsBackByItself() throws Exception {
        scene.to("5.37.10");
        scene.targetVersion = null;
        scene.catalogue = null;
        scene.goals().download();
        Run run = scene.place().requireRun(Goal.STOP);
        run.mark(1, StageName.STOP, Kind.BEGIN, Map.of());
        run.mark(1, StageName.VERIFY, Kind.DONE, Map.of());
        Recovery recovery =
                new Recovery(scene.place(), new Rollback(scene.place(), each -> new UpgradeUndo(scene.place(), each)));
        StageFailedException e = recovery.after(new IllegalStateException("out of luck"), run);
        assertTrue(e.getMessage(), e.getMessage().contains("nothing is rolled back"));
        assertTrue(e.getMessage(), e.getMessage().contains("out of luck"));
        assertEquals("finish", e.hint().goal());
        assertFalse(run.isBegun(0, StageName.ROLLBACK));
        assertTrue(scene.server.isRunning());
    }

    private void refusedWithBothPlans(String asked) {
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(e.getMessage(), e.getMessage().contains("its plan:   5.25.7 -> 5.31.9 (archive "));
        assertTrue(e.getMessage(), e.getMessage().contains("asked for:  5.25.7 -> "));
        assertTrue(
                e.getMessage(),
                e.getMessage().substring(e.getMessage().indexOf("asked for")).contains(asked));
        assertEquals("rollback", e.hint().goal());
    }
}
