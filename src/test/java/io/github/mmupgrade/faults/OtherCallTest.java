package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.installation.Rename;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.planning.RunPlan;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.BrokenOff;
import io.github.mmupgrade.testing.scene.InterruptedScene;
import io.github.mmupgrade.testing.scene.MigrationScene;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.ErrorCollector;
import org.junit.rules.TemporaryFolder;

/**
 * Pairs of calls: a first one that was broken off or refused, and a second one. The plan decides what the second one
 * does: the same plan resumes, another one begins another run before the stop and is refused after it.
 */
public class OtherCallTest {

    private static final InterruptedScene.Call UPGRADE = Goals::upgrade;
    private static final InterruptedScene.Call DOWNLOAD = Goals::download;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Rule
    public final ErrorCollector wrong = new ErrorCollector();

    private InterruptedScene scene;

    @Before
    public void setTheScene() throws Exception {
        scene = new InterruptedScene(folder.newFolder("scene").toPath());
    }

    @After
    public void end() {
        scene.close();
    }

    private interface Check {
        void run() throws Exception;
    }

    /** One pair: what differs from the first call, and what must become of it. */
    private void pair(String name, Consumer<InterruptedScene> options, Check check) {
        scene.usual();
        options.accept(scene);
        scene.scene.said.clear();
        try {
            check.run();
        } catch (Exception | AssertionError e) {
            wrong.addError(new AssertionError(name + ": " + e.getMessage(), e));
        }
        scene.usual();
    }

    private int backups() {
        return new Backups(scene.scene.place()).directory().list().size();
    }

    private static void rollBack(Goals goals) {
        goals.rollback(null, false);
    }

    private static void migrate(Goals goals) {
        goals.migrate(MigrationScene.forGood("/nowhere"));
    }

    private static void restore(Goals goals) {
        goals.restore(null, true, null);
    }

    private static void prune(Goals goals) {
        goals.pruneBackups(1, null, Duration.ZERO);
    }

    /** The options of the first call. */
    private static void same(InterruptedScene scene) {
        scene.usual();
    }

    private static Consumer<InterruptedScene> with(Consumer<Scene> change) {
        return scene -> change.accept(scene.scene);
    }

    @Test
    @Category(Slow.class)
    public void brokenOffBeforeTheStop() throws Exception {
        scene.breakOff(UPGRADE, StageName.DOWNLOAD.key(), Kind.DONE);
        scene.rememberPlan();

        resumesBeforeTheStop("the same plan", OtherCallTest::same);
        resumesBeforeTheStop("backups kept", with(s -> s.keep = 1));
        resumesBeforeTheStop("a database dumped", with(s -> s.databaseBackup = DatabaseSaving.DUMP));
        resumesBeforeTheStop("on failure", with(s -> s.onFailure = OnFailure.LEAVE));
        resumesBeforeTheStop("most downtime", with(s -> s.maxDowntime = Duration.ofHours(9)));
        resumesBeforeTheStop("without a target and an archive", with(s -> s.archive = s.sha256 = null));
        resumesBeforeTheStop(
                "a catalogue with the same sums",
                s -> s.anotherCatalogue(Scene.sumOf(Scene.archiveOf(InterruptedScene.NEW))));
        pair("download, the same plan", OtherCallTest::same, () -> {
            String run = scene.open().id();
            scene.scene.goals().download();
            assertEquals(run, scene.open().id());
        });
        pair(
                "a catalogue with another sum",
                s -> s.anotherCatalogue("ab".repeat(32)),
                () -> scene.refuses(UPGRADE, null, "is refused"));

        anotherBeforeTheStop("another target", with(s -> s.to(InterruptedScene.BETWEEN)));
        downloadsAnother("back to the first target", OtherCallTest::same);
        anotherBeforeTheStop("another archive of the same release", InterruptedScene::anotherArchive);
        anotherBeforeTheStop("another edition", InterruptedScene::enterprise);
        downloadsAnother("mode", with(s -> s.configMode = "fill"));
        anotherBeforeTheStop("an overlay", s -> s.overlay("overlay.json", "{}"));
        resumesBeforeTheStop("the same overlay under another name", s -> s.overlay("other.json", "{}"));
        anotherBeforeTheStop("the overlay with another content", s -> s.overlay("overlay.json", "{\"A\": {}}"));
        downloadsAnother("unknown settings dropped", with(s -> s.dropUnknown = true));
        downloadsAnother("new defaults adopted", with(s -> s.adoptDefaults = true));
        downloadsAnother("primary team", with(s -> s.primaryTeam = "ours"));
        anotherBeforeTheStop("back to the first plan", OtherCallTest::same);
        pair("download, another target", with(s -> s.to(InterruptedScene.BETWEEN)), () -> {
            scene.beginsAnother(DOWNLOAD);
            scene.usual();
            scene.beginsAnother(DOWNLOAD);
        });

        pair("finish", OtherCallTest::same, () -> scene.refuses(Goals::finish, "stop", "not verified"));
        pair("restore", OtherCallTest::same, () -> scene.refuses(OtherCallTest::restore, "rollback", "in progress"));
        pair("migrate", OtherCallTest::same, () -> scene.refuses(OtherCallTest::migrate, "rollback", "in progress"));
        pair("install", OtherCallTest::same, () -> scene.refuses(Goals::install, "stop", "has no backup"));
        pair("restore-config", OtherCallTest::same, () -> scene.refuses(Goals::restoreConfig, "stop", "not installed"));
        pair("status", OtherCallTest::same, () -> scene.leavesTheRun(Goals::status));
        pair("verify", OtherCallTest::same, () -> scene.leavesTheRun(Goals::verify));
        pair("backup", OtherCallTest::same, () -> scene.leavesTheRun(Goals::backup));
        pair("prune-backups", OtherCallTest::same, () -> scene.leavesTheRun(OtherCallTest::prune));
        pair("verify-backup", OtherCallTest::same, () -> scene.leavesTheRun(goals -> goals.verifyBackup(null, false)));
        pair("a dry run of another target", with(s -> s.to(InterruptedScene.BETWEEN)), () -> {
            scene.scene.dryRun = true;
            scene.leavesTheRun(UPGRADE);
        });
        pair("start", OtherCallTest::same, () -> scene.leavesTheRun(Goals::start));
        pair("how the server is", OtherCallTest::same, scene::assertOldRuns);
        pair("rollback", OtherCallTest::same, () -> {
            rollBack(scene.scene.goals());
            assertTrue(scene.scene.place().openRun().isEmpty());
            scene.assertOldRuns();
        });
        pair("the same plan after the rollback", OtherCallTest::same, () -> {
            scene.breakOff(UPGRADE, StageName.DOWNLOAD.key(), Kind.DONE);
            assertEquals(Run.State.OPEN, scene.open().state());
        });
        pair("how the server is", OtherCallTest::same, scene::assertOldRuns);
    }

    private void resumesBeforeTheStop(String name, Consumer<InterruptedScene> options) {
        pair(name, options, () -> {
            scene.resumes(UPGRADE, StageName.COPY_AHEAD.key(), Kind.BEGIN);
            scene.assertOldRuns();
        });
    }

    private void anotherBeforeTheStop(String name, Consumer<InterruptedScene> options) {
        pair(name, options, () -> {
            scene.beginsAnother(UPGRADE);
            scene.assertOldRuns();
        });
    }

    private void downloadsAnother(String name, Consumer<InterruptedScene> options) {
        pair(name, options, () -> {
            scene.beginsAnother(DOWNLOAD);
            scene.assertOldRuns();
        });
    }

    @Test
    public void brokenOffAfterTheStop() throws Exception {
        scene.breakOff(UPGRADE, StageName.STOP.key(), Kind.DONE);
        scene.rememberPlan();

        refusedAfterTheStop("another target", with(s -> s.to(InterruptedScene.BETWEEN)), "-> 5.31.9 (archive ");
        refusedAfterTheStop("another archive", InterruptedScene::anotherArchive, "-> 5.37.10 (archive ");
        refusedAfterTheStop("another edition", InterruptedScene::enterprise, "enterprise edition");
        refusedAfterTheStop("mode", with(s -> s.configMode = "fill"), "config.mode fill");
        refusedAfterTheStop("an overlay", s -> s.overlay("overlay.json", "{}"), "overlay.json");
        refusedAfterTheStop("unknown settings dropped", with(s -> s.dropUnknown = true), "unknown settings dropped");
        refusedAfterTheStop("new defaults adopted", with(s -> s.adoptDefaults = true), "new defaults adopted");
        refusedAfterTheStop("primary team", with(s -> s.primaryTeam = "ours"), "primary team ours");
        pair(
                "download, another target",
                with(s -> s.to(InterruptedScene.BETWEEN)),
                () -> scene.refusesWithBothPlans(DOWNLOAD, "rollback", "-> 5.31.9 (archive "));
        pair("a dry run of another target", with(s -> s.to(InterruptedScene.BETWEEN)), () -> {
            scene.scene.dryRun = true;
            scene.refusesWithBothPlans(UPGRADE, "rollback", "-> 5.31.9 (archive ");
        });
        pair("a dry run of the same plan", OtherCallTest::same, () -> {
            scene.scene.dryRun = true;
            scene.leavesTheRun(UPGRADE);
            assertTrue(scene.scene.said.text(), scene.scene.said.text().contains("Resuming the interrupted run"));
            assertTrue(scene.scene.said.text(), !scene.scene.said.text().contains("would stop the server"));
        });
        pair("download, the same plan", OtherCallTest::same, () -> scene.leavesTheRun(DOWNLOAD));
        pair("finish", OtherCallTest::same, () -> scene.refuses(Goals::finish, "backup", "not verified"));
        pair("restore", OtherCallTest::same, () -> scene.refuses(OtherCallTest::restore, "rollback", "in progress"));
        pair("migrate", OtherCallTest::same, () -> scene.refuses(OtherCallTest::migrate, "rollback", "in progress"));
        pair("status", OtherCallTest::same, () -> scene.leavesTheRun(Goals::status));
        pair("prune-backups", OtherCallTest::same, () -> scene.leavesTheRun(OtherCallTest::prune));
        pair("list-backups", OtherCallTest::same, () -> scene.leavesTheRun(Goals::listBackups));
        pair("check-version", OtherCallTest::same, () -> scene.leavesTheRun(Goals::checkVersion));
        pair("diff-config", OtherCallTest::same, () -> scene.leavesTheRun(goals -> goals.diffConfig()));
        pair("verify", OtherCallTest::same, () -> {
            ProblemException down = assertThrows(
                    ProblemException.class, () -> scene.scene.goals().verify());
            assertEquals(down.getMessage(), "status", down.hint().goal());
        });
        pair("how the server is", OtherCallTest::same, scene::assertStopped);

        pair("backups kept", with(s -> s.keep = 1), () -> {
            scene.resumes(UPGRADE, StageName.BACKUP.key(), Kind.BEGIN);
            scene.assertStopped();
        });
        pair("a database dumped", with(s -> s.databaseBackup = DatabaseSaving.DUMP), () -> {
            scene.resumes(UPGRADE, StageName.BACKUP.key(), Kind.BEGIN);
            scene.assertStopped();
        });
        pair("backup", OtherCallTest::same, () -> {
            String run = scene.open().id();
            scene.scene.goals().backup();
            assertEquals(run, scene.open().id());
            assertTrue(scene.open().isDone(1, StageName.BACKUP));
        });
        pair("without a target and an archive", with(s -> s.archive = s.sha256 = null), () -> {
            scene.resumes(UPGRADE, StageName.INSTALL.key(), Kind.DONE);
            scene.assertStopped();
        });
        pair(
                "restore-config with an overlay",
                s -> s.overlay("overlay.json", "{}"),
                () -> scene.refusesWithBothPlans(Goals::restoreConfig, "rollback", "overlay.json"));
        pair("download when the release is in place", OtherCallTest::same, () -> scene.leavesTheRun(DOWNLOAD));
        refusedAfterTheStop("another target", with(s -> s.to(InterruptedScene.BETWEEN)), "-> 5.31.9 (archive ");
        pair("rollback", OtherCallTest::same, () -> {
            rollBack(scene.scene.goals());
            scene.assertOldRuns();
        });
        pair("another target after the rollback", with(s -> s.to(InterruptedScene.BETWEEN)), () -> {
            scene.breakOff(UPGRADE, StageName.DOWNLOAD.key(), Kind.DONE);
            assertTrue(RunPlan.of(scene.open()).toString().contains("-> 5.31.9 "));
            scene.assertOldRuns();
        });
        pair("install right after the stop", OtherCallTest::same, () -> {
            scene.scene.goals().stop();
            StageFailedException back = assertThrows(
                    StageFailedException.class, () -> scene.scene.goals().install());
            assertTrue(back.getMessage(), back.getMessage().contains("is running on its previous data"));
            assertEquals("upgrade", back.hint().goal());
            scene.assertOldRuns();
        });
    }

    private void refusedAfterTheStop(String name, Consumer<InterruptedScene> options, String asked) {
        pair(name, options, () -> scene.refusesWithBothPlans(UPGRADE, "rollback", asked));
    }

    @Test
    @Category(Slow.class)
    public void brokenOffAfterTheLastVerification() throws Exception {
        scene.breakOff(UPGRADE, StageName.VERIFY.key(), Kind.DONE);
        scene.rememberPlan();
        pair("how the server is", OtherCallTest::same, scene::assertNewRuns);

        pair(
                "another target",
                with(s -> s.to("5.38.2")),
                () -> scene.refusesWithBothPlans(UPGRADE, "finish", "-> 5.38.2 (archive "));
        pair(
                "an overlay",
                s -> s.overlay("overlay.json", "{}"),
                () -> scene.refusesWithBothPlans(UPGRADE, "finish", "overlay.json"));
        pair("restore", OtherCallTest::same, () -> scene.refuses(OtherCallTest::restore, "finish", "in progress"));
        pair("migrate", OtherCallTest::same, () -> scene.refuses(OtherCallTest::migrate, "finish", "in progress"));
        pair("backup", OtherCallTest::same, () -> {
            int before = backups();
            scene.leavesTheRun(Goals::backup);
            assertEquals(before + 1, backups());
        });
        pair("status", OtherCallTest::same, () -> scene.leavesTheRun(Goals::status));
        pair("start", OtherCallTest::same, () -> scene.leavesTheRun(Goals::start));
        pair("stop and start", OtherCallTest::same, () -> {
            scene.scene.goals().stop();
            scene.assertStopped();
            scene.scene.goals().start();
        });
        pair("how the server is", OtherCallTest::same, scene::assertNewRuns);
        pair("the same plan", OtherCallTest::same, () -> scene.resumes(UPGRADE, StageName.FINISH.key(), Kind.BEGIN));
        Path usual = scene.scene.backups;
        pair("finish with another backup directory", OtherCallTest::same, () -> {
            scene.scene.backups = folder.newFolder("another").toPath();
            StageFailedException elsewhere = assertThrows(
                    StageFailedException.class, () -> scene.scene.goals().finish());
            assertTrue(elsewhere.getMessage(), elsewhere.getMessage().contains("Nothing was removed"));
            assertTrue(elsewhere.hint().text(), elsewhere.hint().text().contains(usual.toString()));
        });
        scene.scene.backups = usual;
        pair("a dry run of finish", OtherCallTest::same, () -> {
            scene.scene.dryRun = true;
            scene.leavesTheRun(Goals::finish);
        });
        pair("finish", OtherCallTest::same, () -> {
            scene.scene.goals().finish();
            assertTrue(scene.scene.place().openRun().isEmpty());
            scene.assertNewRuns();
        });
        pair(
                "rollback, broken off",
                OtherCallTest::same,
                () -> scene.breakOff(OtherCallTest::rollBack, event -> "start".equals(event.step())));
        pair("a dry run of backup", OtherCallTest::same, () -> {
            scene.scene.dryRun = true;
            scene.leavesTheRun(Goals::backup);
        });
        pair("another target", with(s -> s.to(InterruptedScene.BETWEEN)), () -> {
            scene.breakOff(UPGRADE, StageName.DOWNLOAD.key(), Kind.DONE);
            assertTrue(scene.scene.said.text(), scene.scene.said.text().contains("was interrupted"));
            scene.assertOldRuns();
        });
    }

    /** What a full disk leaves: the programs are back, the journal does not say so, and the database is the new one. */
    @Test
    @Category(Slow.class)
    public void aRollbackThatStandsNowhereAndBrokeOffIsCompleted() throws Exception {
        scene.breakOff(UPGRADE, StageName.VERIFY.key(), Kind.DONE);
        scene.scene.goals().stop();
        new InstallationSwap(scene.scene.place().installation())
                .takeBack(scene.open().swapPlan(1).orElseThrow(), new InstallationSwap.Listener() {
                    @Override
                    public void before(Rename rename) {}

                    @Override
                    public void after(Rename rename) {}
                });
        rollBack(scene.scene.goals());
        assertTrue(scene.scene.place().openRun().isEmpty());
        assertTrue(scene.scene.said.text(), scene.scene.said.text().contains("completed first"));
        scene.assertOldRuns();
    }

    @Test
    @Category(Slow.class)
    public void aMigrationIsUnderWay() throws Exception {
        try (MigrationScene both =
                MigrationScene.postgres(folder.newFolder("both").toPath())) {
            MigrationScene.State source = MigrationScene.State.of(both.source);
            MigrationScene.State destination = MigrationScene.State.of(both.destination);
            both.keepSourceRunning = true;
            Goals goals = both.destination.goals();
            goals.observe(event -> {
                if (event.stage().equals(StageName.READ_SOURCE.key()) && event.kind() == Kind.BEGIN) {
                    throw new BrokenOff();
                }
            });
            assertThrows(BrokenOff.class, () -> goals.migrate(both.options()));

            refusedDuringMigration("migrate, other options", both, "rollback", "leaveSourceStopped", each -> {
                both.keepSourceRunning = false;
                both.leaveSourceStopped = true;
                each.migrate(both.options());
            });
            refusedDuringMigration("migrate, other settings kept", both, "rollback", "migrate.keep", each -> {
                both.keepSourceRunning = true;
                both.leaveSourceStopped = false;
                both.keep = List.of("EmailSettings");
                each.migrate(both.options());
            });
            refusedDuringMigration("upgrade", both, "migrate", "is not one of its stages", UPGRADE);
            refusedDuringMigration("download", both, "migrate", "is not one of its stages", DOWNLOAD);
            refusedDuringMigration("install", both, "migrate", "is not one of its stages", Goals::install);
            refusedDuringMigration("restore-config", both, "migrate", "is not one of its stages", Goals::restoreConfig);
            refusedDuringMigration("finish", both, "migrate", "not verified", Goals::finish);
            refusedDuringMigration("restore", both, "rollback", "in progress", OtherCallTest::restore);
            rollBack(both.destination.goals());
            assertTrue(both.destination.place().openRun().isEmpty());
            source.assertStill(both.source);
            destination.assertStill(both.destination);
        }
    }

    private void refusedDuringMigration(
            String name, MigrationScene both, String goal, String text, InterruptedScene.Call call) {
        pair(name, OtherCallTest::same, () -> {
            RefusedException e = assertThrows(RefusedException.class, () -> call.accept(both.destination.goals()));
            assertTrue(e.getMessage(), e.getMessage().contains(text));
            assertEquals(goal, e.hint().goal());
        });
    }

    @Test
    @Category(Slow.class)
    public void refused() throws Exception {
        scene.scene.sha256 = "ab".repeat(32);
        RefusedException e = assertThrows(RefusedException.class, () -> UPGRADE.accept(scene.scene.goals()));
        assertTrue(e.getMessage(), e.getMessage().contains("is refused"));
        pair(
                "nothing was begun",
                OtherCallTest::same,
                () -> assertTrue(scene.scene.place().openRun().isEmpty()));
        pair("finish", OtherCallTest::same, () -> {
            RefusedException nothing = assertThrows(
                    RefusedException.class, () -> scene.scene.goals().finish());
            assertEquals("download", nothing.hint().goal());
        });
        pair("rollback", OtherCallTest::same, () -> {
            RefusedException nothing = assertThrows(RefusedException.class, () -> rollBack(scene.scene.goals()));
            assertTrue(nothing.getMessage(), nothing.getMessage().contains("There is no run"));
        });
        pair("refused by preflight", with(s -> s.maxDowntime = Duration.ZERO), () -> {
            assertThrows(RefusedException.class, () -> UPGRADE.accept(scene.scene.goals()));
            assertTrue(scene.scene.place().openRun().isEmpty());
        });
        pair("refused by a hop", s -> s.overlay("overlay.json", "[]"), () -> {
            assertThrows(RefusedException.class, () -> UPGRADE.accept(scene.scene.goals()));
            scene.assertOldRuns();
        });
        pair("with what was wrong put right", OtherCallTest::same, () -> {
            scene.breakOff(UPGRADE, StageName.DOWNLOAD.key(), Kind.DONE);
            scene.assertOldRuns();
        });
    }
}
