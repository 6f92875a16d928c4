package io.github.mmupgrade.saving;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** One upgrade is one backup, however many releases its path has. */
public class PathBackupTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    @Category(Slow.class)
    public void aPathOfThreeHopsLeavesOneCompleteBackupWithWhatItsHopsAdded() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.19.3").along("5.25.7", "5.31.9", "5.37.10")) {
            byte[] config = Files.readAllBytes(scene.server.configFile());
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));

            Backup backup = onlyComplete(scene);
            assertEquals("5.19.3", backup.manifest().release().orElseThrow());
            assertEquals(
                    new String(config, StandardCharsets.UTF_8),
                    Files.readString(backup.artifact(Backups.CONFIGURATION)));
            for (String release : List.of("5.25.7", "5.31.9")) {
                ConfigDocument.read(backup.artifact(Backups.configurationOf(release)));
            }
            assertTrue(
                    backup.verify(scene.said).toString(),
                    backup.verify(scene.said).sound());

            scene.said.clear();
            scene.goals().listBackups();
            scene.goals().status();
            String said = scene.said.text();
            assertFalse(said, said.contains("so far the database exists only as a frozen copy"));
            assertTrue(said, said.contains("the configuration that 5.25.7 and 5.31.9 left"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aPathWhoseDatabaseIsDumpedLeavesOneCompleteBackupToo() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.databaseBackup = DatabaseSaving.DUMP;
            Map<String, String> before = scene.contents();
            scene.goals().upgrade();
            Backup backup = onlyComplete(scene);
            assertTrue(
                    backup.verify(scene.said).toString(),
                    backup.verify(scene.said).sound());
            assertTrue(backup.manifest()
                    .completedAt()
                    .orElseThrow()
                    .isBefore(Files.getLastModifiedTime(backup.artifact(Backups.configurationOf("5.31.9")))
                            .toInstant()));
            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(before, scene.contents());
        }
    }

    @Test
    @Category(Slow.class)
    public void eachUpgradeCountsOnceWhereOnlySomeBackupsAreKept() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.keep = 2;
            scene.goals().backup();
            scene.goals().upgrade();
            List<BackupSummary> left = new Backups(scene.place()).directory().list();
            assertEquals(left.toString(), 2, left.size());
            assertTrue(left.stream().allMatch(BackupSummary::complete));
            assertTrue(scene.said.text(), scene.said.text().contains("2 backups are kept"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aHopThatBrokeOffAfterItsConfigurationWasSavedGoesOnWithIt() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.server.misbehave("5.37 fail-start");
            scene.onFailure = OnFailure.LEAVE;
            assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            Run run = scene.place().requireRun(Goal.START);
            assertTrue(run.isDone(2, StageName.BACKUP));
            // as if the machine had gone down right before the stage's end was written
            run.mark(2, StageName.BACKUP, JournalEvent.Kind.BEGIN, Map.of());
            ConfigDocument saved = new Backups(scene.place()).savedConfiguration(run, 2);
            scene.server.misbehave();
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertEquals(
                    new String(saved.bytes(), StandardCharsets.UTF_8),
                    new String(
                            new Backups(scene.place())
                                    .savedConfiguration(run, 2)
                                    .bytes(),
                            StandardCharsets.UTF_8));
            assertTrue(onlyComplete(scene).verify(scene.said).sound());
        }
    }

    @Test
    @Category(Slow.class)
    public void aHopThatBrokeOffWhileItsConfigurationWasSavedLeavesASoundBackupWhenItIsTakenBack() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.databaseBackup = DatabaseSaving.DUMP;
            scene.server.misbehave("5.31 fail-start");
            scene.onFailure = OnFailure.LEAVE;
            assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            Run run = scene.place().requireRun(Goal.START);
            run.mark(2, StageName.BACKUP, JournalEvent.Kind.BEGIN, Map.of());
            Backup backup = new Backups(scene.place()).of(run);
            Path half = backup.artifact(Backups.configurationOf("5.31.9"));
            Files.writeString(half, "{");
            Files.writeString(backup.root().resolve("SHA256SUMS"), "0", java.nio.file.StandardOpenOption.APPEND);
            assertFalse(backup.verify(scene.said).sound());
            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertFalse(Files.exists(half));
            assertTrue(
                    onlyComplete(scene).verify(scene.said).findings().toString(),
                    backup.verify(scene.said).sound());
        }
    }

    @Test
    @Category(Slow.class)
    public void aBackupThatWasTakenAgainDoesNotLeaveTheFirstOneBehind() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().download();
            scene.goals().stop();
            scene.goals().backup();
            Run run = scene.place().requireRun(Goal.INSTALL);
            String first = run.requireFact(1, JournalKeys.BACKUP);
            scene.server.start();
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            Backup left = onlyComplete(scene);
            assertFalse(left.run(), left.run().equals(first));
        }
    }

    @Test
    @Category(Slow.class)
    public void aBackupWhoseFrozenCopyIsTheDatabaseAgainDoesNotPromiseToBecomeDurable() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.server.misbehave("5.37 fail-start");
            assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            scene.said.clear();
            scene.goals().listBackups();
            scene.goals().status();
            String said = scene.said.text();
            assertFalse(said, said.contains("so far the database exists only as a frozen copy"));
            assertTrue(said, said.contains("not complete: its run was rolled back"));
        }
    }

    /** The one backup that there is, which is complete. */
    private static Backup onlyComplete(Scene scene) {
        List<BackupSummary> all = new Backups(scene.place()).directory().list();
        assertEquals(all.toString(), 1, all.size());
        assertEquals(BackupState.COMPLETE, all.get(0).manifest().state());
        return new Backups(scene.place()).directory().open(all.get(0).run());
    }
}
