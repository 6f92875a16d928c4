package io.github.mmupgrade.migration;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.BackupVerification;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.SavedDatabase;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.MigrationScene;
import io.github.mmupgrade.testing.scene.MigrationScene.State;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class MigrationTest {

    private static final int NOBODY = 65534;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path root() {
        return folder.getRoot().toPath();
    }

    @Test
    @Category(Slow.class)
    public void theDestinationRunsOnWhatARunningSourceHasAndGoesBack() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            State source = State.of(scene.source);
            State destination = State.of(scene.destination);
            scene.destination.maintenancePage = true;
            scene.migrate();
            scene.assertMigrated(source);
            assertTrue(scene.said(), scene.said().contains("A maintenance page answers on "));
            source.assertStill(scene.source);
            assertTrue(scene.said(), scene.source.answers().contains(MigrationScene.RELEASE));
            assertTrue(scene.said(), scene.said().contains("what is written to it from now on is not migrated"));
            assertEquals(
                    "[]",
                    scene.destination
                            .server
                            .setting("SqlSettings.DataSourceReplicas")
                            .toString());
            new BackupVerification(scene.destination.place()).carryOut(null, false);

            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
            source.assertStill(scene.source);
        }
    }

    private static void assertDestinationIsBack(MigrationScene scene, State before) throws Exception {
        before.assertStill(scene.destination);
        assertTrue(scene.said(), scene.destination.answers().contains(MigrationScene.RELEASE));
        assertEquals(Run.State.ROLLED_BACK, lastRun(scene).state());
        assertEquals(
                1,
                RunningServer.find(new LocalHost(), scene.destination.server.directory())
                        .size());
    }

    private static Run lastRun(MigrationScene scene) {
        return Run.last(scene.destination.place().journal()).orElseThrow();
    }

    @Test
    @Category(Slow.class)
    public void aSourceOnMariaDbThatIsMovedForGoodStaysStoppedAndComesBackWithTheRollback() throws Exception {
        try (MigrationScene scene = MigrationScene.mariaDb(root(), true)) {
            State source = State.of(scene.source);
            State destination = State.of(scene.destination);
            scene.leaveSourceStopped = true;
            scene.migrate();
            scene.assertMigrated(source);
            assertNull(scene.source.answers());
            source.assertStill(scene.source);

            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
            assertTrue(scene.said(), scene.source.answers().contains(MigrationScene.RELEASE));
            source.assertStill(scene.source);
        }
    }

    @Test
    @Category(Slow.class)
    public void aRoleThatMayNotMakeDatabasesTakesOverABackupInPlaceAndOwnsTheFiles() throws Exception {
        Files.setPosixFilePermissions(root(), PosixFilePermissions.fromString("rwxr-xr-x"));
        try (MigrationScene scene =
                MigrationScene.between(root(), MigrationScene.RELEASE, MigrationScene.RELEASE, false)) {
            State source = State.of(scene.source);
            State destination = State.of(scene.destination);
            giveTo(scene.destination.server.directory(), NOBODY);
            scene.given = scene.backupOfTheSource().toString();
            long pid = pid(scene.source);
            scene.migrate();
            scene.assertMigrated(source);
            assertEquals(pid, pid(scene.source));
            for (String name : new String[] {"data/of-the-source.txt", "data", "plugins", "config/site.crt"}) {
                FileStat stat = FileStat.of(scene.destination.server.directory().resolve(name));
                assertEquals(name, NOBODY, stat.uid());
                assertEquals(name, NOBODY, stat.gid());
            }
            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
            source.assertStill(scene.source);
        }
    }

    private static void giveTo(Path directory, int id) throws Exception {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.toList()) {
                Files.setAttribute(path, "unix:uid", id, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", id, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static long pid(Scene scene) {
        return RunningServer.find(new LocalHost(), scene.server.directory())
                .get(0)
                .pid();
    }

    @Test
    @Category(Slow.class)
    public void aMariaDbBackupIsTakenOverInPlace() throws Exception {
        try (MigrationScene scene = MigrationScene.mariaDb(root(), false)) {
            State source = State.of(scene.source);
            State destination = State.of(scene.destination);
            scene.given = scene.backupOfTheSource().toString();
            scene.migrate();
            scene.assertMigrated(source);
            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
        }
    }

    @Test
    @Category(Slow.class)
    public void aDestinationThatDoesNotStartIsAsItWas() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            // what comes from the source keeps the destination's server from starting, and it only
            scene.source.goals().stop();
            scene.source.server.file("config/misbehave", "5.37 fail-start\n");
            scene.source.goals().backup();
            scene.given = new Backups(scene.source.place()).chosen(null).root().toString();
            State destination = State.of(scene.destination);
            StageFailedException e = assertThrows(StageFailedException.class, scene::migrate);
            assertTrue(e.getMessage(), e.getMessage().contains("is running on its previous data"));
            assertDestinationIsBack(scene, destination);
        }
    }

    @Test
    @Category(Slow.class)
    public void aConfigurationInTheDatabaseIsMergedThereAndASourceThatRunsOnIsNotStopped() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            byte[] configuration = configureInDatabase(scene.destination);
            State source = State.of(scene.source);
            State destination = State.of(scene.destination);
            long pid = pid(scene.source);
            scene.keepSourceRunning = true;
            scene.migrate();
            assertEquals(source.contents(), scene.destination.contents());
            assertEquals(pid, pid(scene.source));
            source.assertStill(scene.source);
            assertTrue(scene.said(), scene.said().contains("may be missing at the destination"));
            ConfigDocument merged = ConfigDocument.parse(active(scene.destination), "merged");
            assertEquals(
                    "The source",
                    merged.get("TeamSettings.SiteName").orElseThrow().asText());
            assertEquals(
                    scene.destination.database.dataSource(),
                    merged.get("SqlSettings.DataSource").orElseThrow().asText());

            scene.destination.goals().rollback(null, false);
            assertArrayEquals(configuration, active(scene.destination));
            assertDestinationIsBack(scene, destination);
        }
    }

    /** The stand-in reads its file all the same, which has the same data source and port. */
    private static byte[] configureInDatabase(Scene scene) throws Exception {
        byte[] configuration = Files.readAllBytes(scene.server.configFile());
        try (Database database = scene.place().server().openDatabase()) {
            database.makeConfigurationTable();
            database.replaceActiveConfiguration(configuration);
        }
        scene.environmentFile = scene.root.resolve("environment");
        Files.writeString(scene.environmentFile, "MM_CONFIG=" + scene.database.dataSource() + "\n");
        scene.server.stop();
        scene.server.environment("MM_CONFIG", scene.database.dataSource()).start();
        return configuration;
    }

    private static byte[] active(Scene scene) {
        try (Database database = scene.place().server().openDatabase()) {
            return database.activeConfiguration().orElseThrow();
        }
    }

    @Test
    @Category(Slow.class)
    public void aMigrationWhoseFormerDatabaseWasPrunedGoesBackByItsDump() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            State destination = State.of(scene.destination);
            scene.migrate();
            scene.destination.goals().pruneBackups(1, null, Duration.ZERO);
            try (Database database = scene.destination.place().server().openDatabase()) {
                assertEquals(List.of(), database.listSiblings());
            }
            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
        }
    }

    @Test
    @Category(Slow.class)
    public void whatIsLeftAsItIsAfterAFailureIsNoUpgradeAndGoesBackByHand() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            scene.destination.onFailure = OnFailure.LEAVE;
            scene.leaveSourceStopped = true;
            State destination = State.of(scene.destination);
            // comes to the destination and keeps its server from starting
            scene.source.server.file("config/misbehave", "5.37 fail-start\n");
            assertThrows(StageFailedException.class, scene::migrate);
            RefusedException e = assertThrows(
                    RefusedException.class, () -> scene.destination.goals().upgrade());
            assertEquals("migrate", e.hint().goal());
            Files.delete(scene.source.server.directory().resolve("config/misbehave"));
            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
            assertTrue(scene.said(), scene.source.answers().contains(MigrationScene.RELEASE));
        }
    }

    @Test
    public void aServerThatMovesForGoodIsCopiedWhileItRunsAndWhatChangesUntilItsStopComesBehind() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            scene.leaveSourceStopped = true;
            State destination = State.of(scene.destination);
            Path data = scene.source.server.directory().resolve("data");
            scene.source.server.file("data/goes.txt", "goes");
            scene.source.server.file("data/changes.txt", "before");
            List<State> atTheStop = new ArrayList<>();
            Goals goals = scene.destination.goals();
            goals.observe(event -> {
                if (event.stage().equals(StageName.READ_SOURCE.key()) && atTheStop.isEmpty()) {
                    assertTrue(scene.source.server.isRunning());
                    changeWhatWasCopied(scene, data);
                    atTheStop.add(state(scene.source));
                }
            });
            goals.migrate(scene.options());
            scene.assertMigrated(atTheStop.get(0));
            assertTrue(scene.said(), scene.said().contains("Brought the source's database up to date"));
            assertTrue(Files.notExists(scene.destination.server.directory().resolve("data/goes.txt")));
            assertNull(scene.source.answers());
            atTheStop.get(0).assertStill(scene.source);
            assertNothingIsLeftAhead(scene.destination.server.directory());
            // the stopped source's database came into its backup when nobody waited any more
            Backup backup =
                    Backup.open(Path.of(lastRun(scene).fact(1, "sourceBackup").orElseThrow()));
            assertEquals(BackupState.COMPLETE, backup.manifest().state());
            backup.verify(scene.destination.said).requireSound();
            assertTrue(SavedDatabase.of(backup).rows().total() > 0);

            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
            assertTrue(scene.said(), scene.source.answers().contains(MigrationScene.RELEASE));
        }
    }

    /** One file changes so that neither its size nor its time tell. */
    private static void changeWhatWasCopied(MigrationScene scene, Path data) {
        try {
            FileTime time = Files.getLastModifiedTime(data.resolve("changes.txt"));
            Files.writeString(data.resolve("changes.txt"), "behind");
            Files.setLastModifiedTime(data.resolve("changes.txt"), time);
            Files.delete(data.resolve("goes.txt"));
            scene.source.server.file("data/comes.txt", "comes");
            scene.source.database.execute(
                    "UPDATE posts SET message = message || ' changed'", "INSERT INTO systems VALUES ('Further', 'x')");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static State state(Scene scene) {
        try {
            return State.of(scene);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Category(Slow.class)
    public void aDatabaseWhoseTablesChangedSinceItWasCopiedIsLoadedAnew() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            scene.leaveSourceStopped = true;
            Goals goals = scene.destination.goals();
            List<State> atTheStop = new ArrayList<>();
            goals.observe(event -> {
                if (event.stage().equals(StageName.READ_SOURCE.key()) && atTheStop.isEmpty()) {
                    try {
                        scene.source.database.execute("CREATE TABLE of_a_plugin (a int)");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                    atTheStop.add(state(scene.source));
                }
            });
            goals.migrate(scene.options());
            scene.assertMigrated(atTheStop.get(0));
            assertTrue(scene.said(), scene.said().contains("It is loaded anew"));
            assertNull(scene.source.answers());
        }
    }

    @Test
    @Category(Slow.class)
    public void aSourceThatRanAgainBeforeTheMigrationWentOnIsReadAgain() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            scene.leaveSourceStopped = true;
            Goals broken = scene.destination.goals();
            broken.observe(event -> {
                if (event.stage().equals(StageName.STOP.key())) {
                    throw new IllegalStateException("broken off");
                }
            });
            assertThrows(StageFailedException.class, () -> broken.migrate(scene.options()));
            assertNull(scene.source.answers());
            scene.source.goals().start();
            scene.source.database.execute("UPDATE posts SET message = message || ' and later'");
            State source = State.of(scene.source);
            scene.migrate();
            scene.assertMigrated(source);
            assertNull(scene.source.answers());
        }
    }

    @Test
    @Category(Slow.class)
    public void theFilesAreCopiedAheadAndOnlyRenamedIntoPlaceAfterTheStop() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            State source = State.of(scene.source);
            State destination = State.of(scene.destination);
            Path here = scene.destination.server.directory();
            List<Long> copied = new ArrayList<>();
            Goals goals = scene.destination.goals();
            goals.observe(event -> {
                if (event.stage().equals(StageName.STOP.key()) && event.kind() == JournalEvent.Kind.BEGIN) {
                    assertTrue(scene.destination.server.isRunning());
                    copied.addAll(inodes(copiedAhead(here, "data")));
                    copied.addAll(inodes(copiedAhead(here, "plugins")));
                }
            });
            goals.migrate(scene.options());
            scene.assertMigrated(source);
            assertTrue(copied.containsAll(List.of(
                    inode(here.resolve("data/of-the-source.txt")),
                    inode(here.resolve("plugins/com.example.source/plugin.json")))));
            assertNothingIsLeftAhead(here);
            // the destination's backup holds nothing of what was copied ahead
            Path backup = new Backups(scene.destination.place()).chosen(null).root();
            assertTrue(Files.notExists(backup.resolve("custom"))
                    || children(backup.resolve("custom")).stream().noneMatch(name -> name.contains("ahead")));
            scene.destination.goals().rollback(null, false);
            assertDestinationIsBack(scene, destination);
        }
    }

    @Test
    @Category(Slow.class)
    public void whatWasCopiedAheadGoesWhenTheMigrationIsTakenBackBeforeTheStop() throws Exception {
        try (MigrationScene scene = MigrationScene.postgres(root())) {
            State destination = State.of(scene.destination);
            Goals broken = scene.destination.goals();
            broken.observe(event -> {
                if (event.stage().equals(StageName.STOP.key())) {
                    throw new IllegalStateException("broken off");
                }
            });
            assertThrows(StageFailedException.class, () -> broken.migrate(scene.options()));
            Path here = scene.destination.server.directory();
            assertTrue(inodes(copiedAhead(here, "data")).size() > 1);
            scene.destination.goals().rollback(null, false);
            assertNothingIsLeftAhead(here);
            destination.assertStill(scene.destination);
        }
    }

    private static Path copiedAhead(Path installation, String tree) {
        return children(installation).stream()
                .filter(name -> name.startsWith("." + tree + ".ahead-"))
                .map(installation::resolve)
                .findFirst()
                .orElseThrow();
    }

    private static void assertNothingIsLeftAhead(Path installation) {
        assertEquals(
                List.of(),
                children(installation).stream()
                        .filter(name -> name.contains("ahead"))
                        .toList());
    }

    private static List<String> children(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(Path::getFileName).map(Path::toString).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Long> inodes(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            return all.filter(Files::isRegularFile).map(MigrationTest::inode).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long inode(Path file) {
        try {
            return FileStat.of(file).inode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
