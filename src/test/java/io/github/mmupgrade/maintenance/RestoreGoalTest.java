package io.github.mmupgrade.maintenance;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.BackupJournal;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.scene.BrokenOff;
import io.github.mmupgrade.testing.scene.FileStates;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.scene.UpgradeProcess;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class RestoreGoalTest {

    private static final String[] TREES = {"data", "config", "plugins", "client/plugins", "certificates"};

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    @Category(Slow.class)
    public void aRestoreThatBreaksBehindAnyEventIsGoneOnWithAndLosesNothing() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().stop();
            Map<String, List<String>> rows = TableContents.of(scene.database, scene.database.name());
            Map<String, String> files = FileStates.of(scene.server.directory(), TREES);
            scene.goals().backup();
            List<String> broken = new ArrayList<>();
            int event = 1;
            do {
                scene.database.execute("UPDATE posts SET message = 'newer " + event + "'");
                scene.server.file("data/newer-" + event + ".txt", "newer");
                scene.server.set("TeamSettings.SiteName", "newer " + event);
                if (!breaks(scene, event)) {
                    break;
                }
                broken.add(lastEvent(scene));
                scene.goals().restore(null, true, null);

                assertEquals(broken.toString(), rows, TableContents.of(scene.database, scene.database.name()));
                assertEquals(broken.toString(), files, FileStates.of(scene.server.directory(), TREES));
                // each killed restore is one run, ended by the restore that went on with it
                assertTrue(
                        broken.toString(),
                        BackupJournal.openRestore(scene.place()).isEmpty());
                event++;
            } while (event < 40);
            assertTrue(broken.toString(), broken.size() >= 8 && broken.size() < 39);
            for (String step : List.of("load", "files", "database", "configuration")) {
                assertTrue(broken.toString(), broken.contains(step + " BEGIN") && broken.contains(step + " DONE"));
            }
        }
    }

    /** Every third time the process is killed for real; else it ends where it is, which is much quicker to try. */
    private boolean breaks(Scene scene, int event) throws Exception {
        if (event % 3 == 0) {
            return restoreKilledBehind(scene, event) == UpgradeProcess.KILLED;
        }
        Goals goals = scene.goals();
        AtomicInteger left = new AtomicInteger(event);
        goals.observe(each -> {
            if (left.decrementAndGet() == 0) {
                throw new BrokenOff();
            }
        });
        try {
            goals.restore(null, true, null);
            return false;
        } catch (BrokenOff e) {
            return true;
        }
    }

    private int restoreKilledBehind(Scene scene, int event) throws Exception {
        Path log = folder.getRoot().toPath().resolve("restore.log");
        Process process = UpgradeProcess.start(
                List.of(),
                List.of(
                        scene.root.toString(),
                        scene.server.directory().toString(),
                        scene.archive,
                        "restore",
                        Integer.toString(event)),
                log);
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        int status = process.exitValue();
        assertTrue(Files.readString(log), status == 0 || status == UpgradeProcess.KILLED);
        Files.delete(log);
        return status;
    }

    private static String lastEvent(Scene scene) {
        List<JournalEvent> events = scene.place().upkeep().events();
        JournalEvent last = events.get(events.size() - 1);
        return (last.step() == null ? last.stage() : last.step()) + " " + last.kind();
    }

    @Test
    @Category(Slow.class)
    public void anUpgradeIsRefusedUntilABrokenRestoreIsBroughtToItsEnd() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().stop();
            scene.goals().backup();
            assertEquals(UpgradeProcess.KILLED, restoreKilledBehind(scene, 3));

            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());

            assertTrue(e.getMessage(), e.getMessage().contains("was interrupted"));
            assertEquals("restore", e.hint().goal());
            assertTrue(scene.place().openRun().isEmpty());
            scene.goals().restore(null, true, null);
            scene.goals().start();
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        }
    }

    @Test
    public void theBackupOfAnotherInstallationDoesNotReplaceThatOnesDatabase() throws Exception {
        try (Scene other = new Scene(folder.newFolder("other").toPath(), "5.25.7");
                Scene scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7")) {
            other.goals().backup();
            String backup = new Backups(other.place())
                    .directory()
                    .root()
                    .resolve(
                            new Backups(other.place()).directory().list().get(0).run())
                    .toString();
            scene.goals().stop();
            Map<String, List<String>> rows = TableContents.of(other.database, other.database.name());

            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().restore(backup, true, null));

            assertTrue(e.getMessage(), e.getMessage().contains("Nothing was changed"));
            assertEquals(List.of("mattermost.restore.config=false"), e.hint().options());
            assertEquals(rows, TableContents.of(other.database, other.database.name()));
            assertTrue(other.answers(), other.answers().contains("5.25.7"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRestoreThatBrokeOffIsGivenUpOnceTheServerWasStarted() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().stop();
            scene.goals().backup();
            assertEquals(UpgradeProcess.KILLED, restoreKilledBehind(scene, 3));

            scene.goals().start();

            assertTrue(BackupJournal.openRestore(scene.place()).isEmpty());
            assertTrue(scene.said.text(), scene.said.text().contains("broke off before its end"));
        }
    }

    @Test
    public void withoutItsConfigurationABackupLeavesTheCurrentOneToTheByte() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().stop();
            Map<String, List<String>> rows = TableContents.of(scene.database, scene.database.name());
            scene.goals().backup();
            scene.database.execute("DELETE FROM posts");
            scene.server.set("TeamSettings.SiteName", "newer");
            scene.server.file("config/newer.pem", "newer");
            byte[] current = Files.readAllBytes(scene.server.configFile());

            scene.goals().restore(null, false, null);

            assertEquals(rows, TableContents.of(scene.database, scene.database.name()));
            assertArrayEquals(current, Files.readAllBytes(scene.server.configFile()));
            assertTrue(Files.exists(scene.server.directory().resolve("config/newer.pem")));
        }
    }

    @Test
    @Category(Slow.class)
    public void aBackupOfANewerReleaseIsRefusedAndNamesTheReleaseToUnpack() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().upgrade();
            scene.goals().backup();
            scene.goals().rollback(null, false);
            scene.goals().stop();
            Map<String, List<String>> rows = TableContents.of(scene.database, scene.database.name());
            byte[] configuration = Files.readAllBytes(scene.server.configFile());

            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().restore(null, true, null));

            assertTrue(
                    e.getMessage(),
                    e.getMessage().contains("5.37.10") && e.getMessage().contains("5.25.7"));
            assertTrue(e.hint().text(), e.hint().text().contains("Unpack Mattermost 5.37.10"));
            assertEquals(rows, TableContents.of(scene.database, scene.database.name()));
            assertArrayEquals(configuration, Files.readAllBytes(scene.server.configFile()));
            assertFalse(scene.said.text(), scene.said.text().contains("Restored backup"));
        }
    }

    @Test
    public void theFilesOfABackupComeToAnEmptyPlaceWhileTheServerRuns() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            Map<String, String> store = FileStates.of(scene.server.directory(), "data", "config", "certificates");
            Map<String, List<String>> rows = TableContents.of(scene.database, scene.database.name());
            scene.goals().backup();
            Path to = scene.root.resolve("look/inside");

            scene.goals().restore(null, true, to);

            assertEquals(
                    FileStates.of(scene.server.directory().resolve("data"), "."),
                    FileStates.of(to.resolve("files"), "."));
            assertEquals(
                    FileStates.of(scene.server.directory().resolve("certificates"), "."),
                    FileStates.of(to.resolve("custom/certificates"), "."));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(to)));
            assertEquals(store, FileStates.of(scene.server.directory(), "data", "config", "certificates"));
            assertEquals(rows, TableContents.of(scene.database, scene.database.name()));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));

            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().restore(null, true, to));
            assertTrue(e.getMessage(), e.getMessage().contains(to + " is not empty"));
        }
    }
}
