package io.github.mmupgrade.maintenance;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.scene.FileStates;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class BackupGoalsTest {

    private static final String[] TREES = {
        "data", "config", "plugins", "client/plugins", "certificates", "client/branding"
    };

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void everyRowAndEveryFileComesBackOnPostgres() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            roundTrip(scene);
            assertTrue(scene.said.text(), scene.said.text().contains("is kept as " + scene.database.name()));
        }
    }

    @Test
    @Category(Slow.class)
    public void everyRowAndEveryFileComesBackOnPostgresWithoutTheRightToCreateDatabases() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", false)) {
            roundTrip(scene);
            assertTrue(scene.said.text(), scene.said.text().contains("is kept as the dump"));
        }
    }

    @Test
    @Category(Slow.class)
    public void everyRowAndEveryFileComesBackFromElsewhereWhenTheBackupsAreLostToo() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            Path away = folder.newFolder("away").toPath();
            scene.elsewhere = Elsewhere.parse("rsync:" + away, null);
            roundTrip(scene);
            assertTrue(scene.said.text(), scene.said.text().contains("Fetched backup"));
        }
    }

    @Test
    @Category(Slow.class)
    public void everyRowAndEveryFileComesBackOnMariaDb() throws Exception {
        try (Scene scene = maria(true)) {
            roundTrip(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void everyRowAndEveryFileComesBackOnMariaDbWithoutTheRightToCreateDatabases() throws Exception {
        try (Scene scene = maria(false)) {
            roundTrip(scene);
            assertTrue(scene.said.text(), scene.said.text().contains("is kept as the dump"));
        }
    }

    private Scene maria(boolean createdb) throws IOException {
        return new Scene(
                folder.getRoot().toPath(), "5.25.7", TestMariaDb.shared().createDatabase("scene", createdb));
    }

    private static void roundTrip(Scene scene) throws Exception {
        Path install = scene.server.directory();
        scene.server.file("plugins/com.example/plugin.json", "{}");
        Files.setPosixFilePermissions(
                install.resolve("certificates/site.pem"), PosixFilePermissions.fromString("r--------"));
        scene.goals().stop();
        Map<String, List<String>> rows = TableContents.of(scene.database, scene.database.name());
        Map<String, String> files = FileStates.of(install, TREES);
        scene.goals().backup();
        scene.goals().verifyBackup(null, false);

        wipe(scene);
        if (scene.elsewhere != null) {
            TreeDelete.delete(scene.backups);
        }
        scene.goals().restore(null, true, null);

        assertEquals(rows, TableContents.of(scene.database, scene.database.name()));
        assertEquals(files, FileStates.of(install, TREES));
        scene.goals().start();
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        scene.goals().stop();
    }

    /** Everything that a backup holds is gone, as after a disk was lost and the release unpacked again. */
    private static void wipe(Scene scene) throws Exception {
        TestDatabase database = scene.database;
        boolean postgres = database.driver().equals("postgres");
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            if (!postgres) {
                statement.execute("SET FOREIGN_KEY_CHECKS = 0");
            }
            for (String table : TableContents.of(database, database.name()).keySet()) {
                statement.execute("DROP TABLE " + table + (postgres ? " CASCADE" : ""));
            }
        }
        for (String tree : TREES) {
            if (!tree.equals("config")) {
                TreeDelete.delete(scene.server.directory().resolve(tree));
            }
        }
        try (Stream<Path> entries = Files.list(scene.server.directory().resolve("config"))) {
            for (Path entry : entries.toList()) {
                TreeDelete.delete(entry);
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void whatIsInTheWayOfARestoreIsKept() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().stop();
            Map<String, List<String>> saved = TableContents.of(scene.database, scene.database.name());
            scene.goals().backup();
            scene.goals().start();
            scene.server.file("data/since.txt", "newer");
            scene.goals().stop();
            scene.database.execute("UPDATE posts SET message = 'newer'");
            Map<String, List<String>> newer = TableContents.of(scene.database, scene.database.name());

            scene.goals().restore(null, true, null);

            assertEquals(saved, TableContents.of(scene.database, scene.database.name()));
            assertFalse(Files.exists(scene.server.directory().resolve("data/since.txt")));
            try (Stream<Path> all = Files.walk(scene.server.directory())) {
                assertTrue(all.anyMatch(path -> path.endsWith("since.txt")));
            }
            assertEquals(
                    newer,
                    TableContents.of(
                            scene.database, siblings(scene, "discarded").get(0)));
        }
    }

    private static List<String> siblings(Scene scene, String role) {
        try (var database = scene.place().server().openDatabase()) {
            return database.listSiblings().stream()
                    .map(sibling -> sibling.name())
                    .filter(name -> name.contains("_" + role))
                    .toList();
        }
    }

    @Test
    public void aRestoreIsRefusedWhileTheServerRuns() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().backup();
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().restore(null, true, null));
            assertEquals("stop", e.hint().goal());
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRestoreThatIsOnlyTriedChangesNothingAndSaysWhatItWouldDo() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().stop();
            scene.goals().backup();
            scene.database.execute("DELETE FROM posts");
            State before = State.of(scene);
            scene.dryRun = true;
            scene.goals().restore(null, true, null);
            before.assertUnchanged(scene);
            assertTrue(scene.said.text(), scene.said.text().contains("would restore the database into a new one"));
        }
    }

    /** What no refusal may change. */
    private record State(Map<String, List<String>> rows, Map<String, String> files, List<String> databases) {
        static State of(Scene scene) throws Exception {
            return new State(
                    TableContents.of(scene.database, scene.database.name()),
                    FileStates.of(scene.server.directory(), TREES),
                    siblings(scene, ""));
        }

        void assertUnchanged(Scene scene) throws Exception {
            assertEquals(this, of(scene));
        }
    }

    @Test
    @Category(Slow.class)
    public void damagedBackupsAreFoundAndRefusedBeforeAnythingIsChanged() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().stop();
            scene.goals().backup();
            Path first = only(scene);
            scene.goals().backup();
            Path backup = newest(scene);
            Path intact = scene.root.resolve("intact");
            run("cp", "-a", backup.toString(), intact.toString());
            scene.database.execute("DELETE FROM posts");
            scene.server.file("data/since.txt", "newer");
            State before = State.of(scene);
            for (Map.Entry<String, Damage> damage : damages(first).entrySet()) {
                damage.getValue().to(backup);
                for (String goal : List.of("verify-backup", "restore")) {
                    RefusedException e = assertThrows(damage.getKey(), RefusedException.class, () -> {
                        if (goal.equals("restore")) {
                            scene.goals().restore(backup.getFileName().toString(), true, null);
                        } else {
                            scene.goals().verifyBackup(backup.getFileName().toString(), false);
                        }
                    });
                    assertTrue(
                            damage.getKey() + ": " + e.getMessage(),
                            e.getMessage().contains("trusted"));
                }
                before.assertUnchanged(scene);
                TreeDelete.delete(backup);
                run("cp", "-a", intact.toString(), backup.toString());
            }
            scene.goals().restore(backup.getFileName().toString(), true, null);
            assertNotEquals(before.rows(), TableContents.of(scene.database, scene.database.name()));
        }
    }

    private interface Damage {
        void to(Path backup) throws IOException;
    }

    private static Map<String, Damage> damages(Path otherBackup) {
        Map<String, Damage> damages = new LinkedHashMap<>();
        damages.put("a byte of a file", backup -> flip(someFile(backup.resolve("files"))));
        damages.put("a byte of the configuration", backup -> flip(backup.resolve("config/config.json")));
        damages.put("a byte of the dump", backup -> flip(someFile(backup.resolve("database/database.dir"))));
        damages.put("a byte of the manifest", backup -> flip(backup.resolve(Manifest.NAME)));
        damages.put("a missing file", backup -> Files.delete(someFile(backup.resolve("files"))));
        damages.put("an extra file", backup -> Files.writeString(backup.resolve("files/extra"), "x"));
        damages.put("a truncated dump", backup -> {
            try (RandomAccessFile file = new RandomAccessFile(
                    someFile(backup.resolve("database/database.dir")).toFile(), "rw")) {
                file.setLength(file.length() / 2);
            }
        });
        damages.put("another backup's manifest", backup -> {
            Files.write(backup.resolve(Manifest.NAME), Files.readAllBytes(otherBackup.resolve(Manifest.NAME)));
        });
        return damages;
    }

    private static Path someFile(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            List<Path> files =
                    new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
            files.removeIf(file -> file.toFile().length() == 0);
            return files.get(files.size() / 2);
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        // not through the hard link that an older backup has
        Files.delete(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static Path only(Scene scene) {
        List<Path> all = backups(scene);
        assertEquals(1, all.size());
        return all.get(0);
    }

    private static Path newest(Scene scene) {
        List<Path> all = backups(scene);
        return all.get(all.size() - 1);
    }

    private static List<Path> backups(Scene scene) {
        return new Backups(scene.place())
                .directory().list().stream().map(each -> each.root()).toList();
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }

    @Test
    @Category(Slow.class)
    public void aBackupsDatabaseIsRestoredIntoAScratchOneThatIsGoneAfterwards() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().backup();
            State before = State.of(scene);
            scene.goals().verifyBackup(null, true);
            assertTrue(scene.said.text(), scene.said.text().contains("Restored its database into"));
            assertEquals(before.databases(), State.of(scene).databases());
            scene.goals().listBackups();
            assertTrue(scene.said.text(), scene.said.text().contains("made of a running server"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aBackupIsVerifiedAndNoneIsRemovedWhileTheDatabaseIsDown() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().backup();
            scene.goals().backup();
            scene.server.set(
                    "SqlSettings.DataSource",
                    scene.database
                            .dataSource()
                            .replace(":" + scene.database.port() + "/", ":" + FreePorts.next() + "/"));
            scene.goals().verifyBackup(null, false);
            assertTrue(scene.said.text(), scene.said.text().contains("is readable to its end"));
            assertThrows(RefusedException.class, () -> scene.goals().verifyBackup(null, true));
            assertThrows(RefusedException.class, () -> scene.goals().pruneBackups(1, null, Duration.ZERO));
            assertEquals(2, backups(scene).size());
        }
    }

    /** By its names the newest backup would be the oldest. */
    @Test
    @Category(Slow.class)
    public void nothingIsPrunedWhileTheClockIsBehindTheBackups() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().backup();
            scene.goals().backup();
            Clock behind = Clock.offset(Clock.systemUTC(), Duration.ofDays(-1));
            new Goals(scene.options(), new LocalHost(), scene.said, behind).pruneBackups(1, null, Duration.ZERO);
            assertEquals(2, backups(scene).size());
            assertTrue(scene.said.text(), scene.said.text().contains("Correct the clock"));
            scene.goals().pruneBackups(1, null, Duration.ZERO);
            assertEquals(1, backups(scene).size());
        }
    }

    @Test
    @Category(Slow.class)
    public void pruningKeepsTheLastCompleteBackupAndWhatTheLastUpgradeNeeds() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().upgrade();
            Path ofTheUpgrade = only(scene);
            for (int i = 0; i < 3; i++) {
                scene.goals().backup();
            }
            scene.goals().pruneBackups(1, null, Duration.ofHours(24));
            assertEquals(2, backups(scene).size());
            assertTrue(Files.exists(ofTheUpgrade));
            assertEquals(1, siblings(scene, "frozen").size());

            scene.goals().pruneBackups(1, null, Duration.ZERO);
            assertEquals(List.of(), siblings(scene, "frozen"));
            scene.goals().verifyBackup(ofTheUpgrade.getFileName().toString(), true);

            // the frozen copy is gone, so the dump is the way back
            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        }
    }

    @Test
    @Category(Slow.class)
    public void finishRemovesBackupsBeyondTheLastOnes() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().backup();
            scene.goals().backup();
            List<Path> before = backups(scene);
            scene.keep = 2;
            scene.goals().upgrade();
            assertEquals(2, backups(scene).size());
            assertFalse(Files.exists(before.get(0)));
            assertTrue(Files.exists(before.get(1)));
        }
    }

    @Test
    public void keepingNoBackupIsRefused() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            scene.goals().backup();
            assertThrows(RefusedException.class, () -> scene.goals().pruneBackups(0, null, Duration.ZERO));
            assertEquals(1, backups(scene).size());
        }
    }
}
