package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestMount;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/**
 * Disks that fill up, run out of inodes, can't be written any more or are gone, at each stage: the old server runs on
 * its old data, or was never stopped. Small file systems take root.
 */
public class DiskFaultTest {

    private static final long BLOCK = 4096;
    private static final String FULL = "No space left on device";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TestMount opt;
    private TestMount backups;
    private TestMount state;
    private Scene scene;
    private OldState old;

    @Before
    public void setTheScene() throws Exception {
        Path root = folder.newFolder("scene").toPath().toRealPath();
        opt = new TestMount(root.resolve("opt"));
        backups = new TestMount(root.resolve("backups"));
        state = new TestMount(root.resolve("state"));
        scene = new Scene(root, "5.25.7").to("5.37.10");
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void clear() {
        scene.close();
        opt.close();
        backups.close();
        state.close();
    }

    /** Whatever broke off, room is all that was missing. */
    private void assertUpgradesWithRoom() throws Exception {
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
    }

    @Test
    @Category(Slow.class)
    public void aFullDiskOfTheBackupsAheadOfTheStopStopsNothing() throws Exception {
        old.failing(OldState.at(StageName.COPY_AHEAD.key(), () -> backups.leaveBytes(0)), FULL);
        old.assertNeverStopped();
        backups.roomy();
        assertUpgradesWithRoom();
    }

    @Test
    public void aFullDiskOfTheBackupsBehindTheStopBringsTheOldServerBack() throws Exception {
        String message = old.failing(OldState.at(StageName.BACKUP.key(), () -> backups.leaveBytes(0)), FULL);
        assertTrue(message, message.contains("Mattermost 5.25.7 is running on its previous data"));
        old.assertBack();
        backups.roomy();
        assertUpgradesWithRoom();
    }

    @Test
    @Category(Slow.class)
    public void noInodesForTheBackupStopNothing() throws Exception {
        old.failing(OldState.at(StageName.COPY_AHEAD.key(), () -> backups.leaveInodes(1)), FULL);
        old.assertNeverStopped();
        backups.roomy();
        old.failing(OldState.at(StageName.BACKUP.key(), () -> backups.leaveInodes(0)), FULL);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aFullDiskOfTheInstallationWhileTheArchiveIsUnpackedStopsNothing() throws Exception {
        old.failing(OldState.at(StageName.DOWNLOAD.key(), () -> opt.leaveBytes(200_000)), FULL);
        old.assertNeverStopped();
        opt.roomy();
        old.failing(OldState.at(StageName.DOWNLOAD.key(), () -> opt.leaveInodes(5)), FULL);
        old.assertNeverStopped();
        opt.roomy();
        assertUpgradesWithRoom();
    }

    @Test
    @Category(Slow.class)
    public void aFullDiskOfTheInstallationAtTheInstallBringsTheOldServerBack() throws Exception {
        String message = old.failing(OldState.at(StageName.INSTALL.key(), this::fillTheInstallation), FULL);
        assertTrue(message, message.contains("is running on its previous data"));
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aFullDiskOfTheInstallationAtTheConfigurationBringsTheOldServerBack() throws Exception {
        scene.overlays = List.of(Overlay.forLast(Files.writeString(
                folder.newFile("overlay.json").toPath(), "{\"TeamSettings\": {\"SiteName\": \"Elsewhere\"}}")));
        old.failing(OldState.at(StageName.RESTORE_CONFIG.key(), this::fillTheInstallation), FULL);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aFullDiskOfTheInstallationAtTheStartBringsTheOldServerAndItsConfigurationBack() throws Exception {
        old.failing(OldState.at(StageName.START.key(), this::fillTheInstallation), "is running on its previous data");
        old.assertBack();
        opt.roomy();
        assertUpgradesWithRoom();
    }

    /** The last block of the journal is filled, too: an event is far smaller than what is left of it. */
    private void fillTheJournal() {
        try {
            Journal journal = scene.place().journal();
            String run = Run.last(journal).orElseThrow().id();
            long empty = Files.size(journal.file());
            journal.append(run, 0, StageName.RUN.key(), null, JournalEvent.Kind.FACT, Map.of("padding", "."));
            long size = Files.size(journal.file());
            long missing = BLOCK - (2 * size - empty) % BLOCK;
            String padding = ".".repeat((int) (1 + missing % BLOCK));
            journal.append(run, 0, StageName.RUN.key(), null, JournalEvent.Kind.FACT, Map.of("padding", padding));
            assertEquals(0, Files.size(journal.file()) % BLOCK);
            state.leaveBytes(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fillTheInstallation() {
        opt.leaveBytes(0);
        opt.leaveInodes(0);
    }

    @Test
    @Category(Slow.class)
    public void aFullDiskOfTheJournalAheadOfTheStopStopsNothing() throws Exception {
        for (StageName stage : List.of(StageName.DOWNLOAD, StageName.COPY_AHEAD, StageName.ANNOUNCE)) {
            old.failing(OldState.at(stage.key(), this::fillTheJournal), FULL);
            old.assertNeverStopped();
            state.roomy();
        }
        assertUpgradesWithRoom();
    }

    @Test
    @Category(Slow.class)
    public void aFullDiskOfTheJournalBehindTheStopBringsTheOldServerBack() throws Exception {
        assertTrue(old.failing(OldState.at(StageName.STOP.key(), this::fillTheJournal), FULL)
                .contains("was not stopped"));
        old.assertNeverStopped();
        state.roomy();
        for (StageName stage : List.of(
                StageName.BACKUP, StageName.INSTALL, StageName.RESTORE_CONFIG, StageName.START, StageName.VERIFY)) {
            String message = old.failing(OldState.at(stage.key(), this::fillTheJournal), FULL);
            assertTrue(stage + ": " + message, message.contains("is running on its previous data"));
            assertFalse("the room that was kept is enough", message.contains("could not be written to"));
            assertEquals(
                    stage.key(),
                    Run.State.ROLLED_BACK,
                    Run.last(scene.place().journal()).orElseThrow().state());
            old.assertBack();
            state.roomy();
        }
        assertUpgradesWithRoom();
    }

    @Test
    @Category(Slow.class)
    public void aJournalThatCanNotBeWrittenAnyMoreDoesNotKeepTheOldServerDown() throws Exception {
        for (StageName stage : List.of(StageName.BACKUP, StageName.RESTORE_CONFIG, StageName.VERIFY)) {
            String message = old.failing(OldState.at(stage.key(), () -> state.readOnly()), "Read-only file system");
            assertTrue(stage + ": " + message, message.contains("could not be written to"));
            old.assertBack();
            state.roomy();
        }
        assertUpgradesWithRoom();
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void backupsThatCanNotBeWrittenAnyMoreBringTheOldServerBack() throws Exception {
        old.failing(OldState.at(StageName.COPY_AHEAD.key(), () -> backups.readOnly()), "Read-only file system");
        old.assertNeverStopped();
        backups.roomy();
        old.failing(OldState.at(StageName.BACKUP.key(), () -> backups.readOnly()), "Read-only file system");
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void anInstallationThatCanNotBeWrittenStopsNothing() throws Exception {
        old.failing(OldState.at(StageName.DOWNLOAD.key(), () -> opt.readOnly()), "Read-only file system");
        old.assertNeverStopped();
    }

    @Test
    @Category(Slow.class)
    public void anInstallationThatCanNotBeWrittenAnyMoreComesBackAsSoonAsItCan() throws Exception {
        old.failing(
                OldState.at(StageName.INSTALL.key(), () -> opt.readOnly()),
                "The rollback to the old server failed, too");
        opt.roomy();
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void backupsThatAreUnmountedAheadOfTheStopStopNothing() throws Exception {
        String message = old.failing(
                OldState.behind(StageName.COPY_AHEAD.key(), null, JournalEvent.Kind.DONE, backups::unmount),
                "was made on the");
        assertTrue(message, message.contains("mounted on " + backups.directory()));
        old.assertNeverStopped();
        try (var left = Files.list(backups.directory())) {
            assertEquals("nothing is written below a mount point", 0, left.count());
        }
        ProblemException e =
                assertThrows(ProblemException.class, () -> scene.goals().preflight());
        assertTrue(e.getMessage(), e.getMessage().contains("mounted on " + backups.directory()));
        backups.mount();
        assertUpgradesWithRoom();
    }

    @Test
    @Category(Slow.class)
    public void backupsThatAreUnmountedBehindTheStopBringTheOldServerBack() throws Exception {
        old.failing(
                OldState.behind(StageName.STOP.key(), null, JournalEvent.Kind.DONE, backups::unmount),
                "mounted on " + backups.directory());
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aRollbackWithoutItsBackupIsRefusedWhileTheNewServerRuns() throws Exception {
        scene.goals().upgrade();
        backups.unmount();
        ProblemException e =
                assertThrows(ProblemException.class, () -> scene.goals().rollback(null, false));
        assertTrue(e.getMessage(), e.getMessage().contains("mounted on " + backups.directory()));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertFalse(scene.said.text(), scene.said.text().contains("Rolled back"));
    }
}
