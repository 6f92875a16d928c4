package io.github.mmupgrade.faults;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** What goes wrong around an upgrade ends with the old server running on its old data. */
public class FaultTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private Map<String, String> rows;
    private String schema;
    private byte[] configuration;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7").to("5.37.10");
        rows = scene.contents();
        schema = scene.schema();
        configuration = Files.readAllBytes(scene.server.configFile());
    }

    @After
    public void clear() {
        scene.close();
    }

    private void assertOldServerOnOldData() throws Exception {
        assertTrue(
                String.valueOf(scene.answers()),
                scene.answers() != null && scene.answers().contains("5.25.7"));
        assertEquals(rows, scene.contents());
        assertEquals(schema, scene.schema());
        assertArrayEquals(configuration, Files.readAllBytes(scene.server.configFile()));
        assertEquals(
                1, RunningServer.find(new LocalHost(), scene.server.directory()).size());
    }

    private void assertUpgradeFails(String message) throws Exception {
        ProblemException e =
                assertThrows(ProblemException.class, () -> scene.goals().upgrade());
        assertTrue(e.getMessage(), e.getMessage().contains(message));
        assertOldServerOnOldData();
    }

    @Test
    @Category(Slow.class)
    public void aNewServerThatDiesSoonIsTakenBack() throws Exception {
        scene.watch = Duration.ofSeconds(8);
        scene.server.misbehave("5.37 die-after 2");
        assertUpgradeFails("Mattermost 5.25.7 is running");
    }

    @Test
    @Category(Slow.class)
    public void aMigrationThatFailsHalfWayIsTakenBack() throws Exception {
        scene.server.misbehave("5.37 fail-migration");
        assertUpgradeFails("Mattermost 5.25.7 is running");
    }

    @Test
    @Category(Slow.class)
    public void aNewServerThatAnswersWithTheWrongVersionIsTakenBack() throws Exception {
        scene.server.misbehave("5.37 wrong-version 5.25.7");
        assertUpgradeFails("5.25.7 answers");
    }

    @Test
    @Category(Slow.class)
    public void aNewServerThatNeverListensIsTakenBack() throws Exception {
        scene.start = Duration.ofSeconds(4);
        scene.server.misbehave("5.37 never-bind");
        assertUpgradeFails("is not ready after");
    }

    @Test
    public void aServerThatLosesPostsIsTakenBack() throws Exception {
        scene.server.misbehave("5.37 lose-posts");
        assertUpgradeFails("Rows are missing");
    }

    @Test
    @Category(Slow.class)
    public void aServerThatDoesNotStopGoesOnRunning() throws Exception {
        scene.server.stop();
        scene.server.misbehave("5.25 hang-on-stop");
        scene.server.start();
        scene.stop = Duration.ofSeconds(2);
        ProblemException e =
                assertThrows(ProblemException.class, () -> scene.goals().upgrade());
        assertTrue(e.getMessage(), e.getMessage().contains("2 s"));
        assertTrue(
                scene.said.text(),
                !RunningServer.find(new LocalHost(), scene.server.directory()).isEmpty());
        assertTrue(Files.exists(scene.server.directory().resolve("bin/mattermost")));
        assertEquals(rows, scene.contents());
    }

    @Test
    @Category(Slow.class)
    public void aDumpThatIsKilledStopsNothing() throws Exception {
        scene.tools = brokenTools();
        assertUpgradeFails("exit status 137");
    }

    /** The tools of the system, with a dump that is killed as the kernel does it when memory runs out. */
    private Path brokenTools() throws Exception {
        Path tools = folder.newFolder("tools").toPath();
        try (var all = Files.list(TestPostgres.binaries())) {
            for (Path program : all.toList()) {
                Files.createSymbolicLink(tools.resolve(program.getFileName()), program);
            }
        }
        Path real = TestPostgres.binaries().resolve("pg_dump");
        Files.delete(tools.resolve("pg_dump"));
        Path wrapper = Files.writeString(
                tools.resolve("pg_dump"),
                "#!/bin/sh\ncase \"$*\" in *--version*) exec " + real + " \"$@\" ;; esac\nkill -KILL $$\n");
        Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        return tools;
    }

    @Test
    @Category(Slow.class)
    public void anArchiveThatIsExchangedAfterTheDownloadIsRefusedBeforeTheStop() throws Exception {
        Path given = Files.copy(
                Path.of(scene.archive),
                scene.root.resolve(Path.of(scene.archive).getFileName()));
        scene.archive = given.toString();
        scene.goals().download();
        byte[] right = Files.readAllBytes(given);
        Files.writeString(given, "something else");
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(e.getMessage(), e.getMessage().contains("is refused"));
        assertOldServerOnOldData();
        Files.write(given, right);
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(rows, scene.contents());
    }

    @Test
    public void aSecondUpgradeIsRefusedAndNamesTheFirst() throws Exception {
        GoalContext context = scene.place();
        try (var lock = context.lock(Goal.UPGRADE)) {
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertTrue(
                    e.getMessage(),
                    e.getMessage().contains("process " + lock.holder().pid()));
            assertTrue(e.getMessage(), e.getMessage().contains("upgrade"));
        }
        assertOldServerOnOldData();
    }

    @Test
    @Category(Slow.class)
    public void goesBackPastNewPostsOnlyWhenToldTo() throws Exception {
        scene.goals().upgrade();
        scene.database.execute(
                "INSERT INTO posts (id, createat, updateat, editat, deleteat, userid, channelid, message)"
                        + " SELECT 'written-since-the-upgrade', " + (System.currentTimeMillis() + 1000)
                        + ", updateat, editat, 0, userid, channelid, 'new' FROM posts LIMIT 1");
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));
        assertTrue(e.getMessage(), e.getMessage().contains("1 post"));
        assertTrue(scene.answers().contains("5.37.10"));
        scene.goals().rollback(null, true);
        assertOldServerOnOldData();
        assertTrue(scene.said.text(), scene.said.text().matches("(?s).*Rolled back in \\d+ s.*1 post.*"));
        scene.goals().rollback(null, true);
        assertOldServerOnOldData();
    }

    @Test
    @Category(Slow.class)
    public void aDatabaseThatIsGoneBeforeTheUpgradeIsARefusal() throws Exception {
        TestPostgres.shared().execute("ALTER DATABASE " + scene.database.name() + " ALLOW_CONNECTIONS false");
        try {
            assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        } finally {
            TestPostgres.shared().execute("ALTER DATABASE " + scene.database.name() + " ALLOW_CONNECTIONS true");
        }
        assertOldServerOnOldData();
    }

    @Test
    @Category(Slow.class)
    public void anOldServerThatWasStartedInBetweenIsSavedAgain() throws Exception {
        scene.goals().download();
        scene.goals().stop();
        scene.goals().backup();
        String first = scene.place().openRun().orElseThrow().requireFact(1, JournalKeys.BACKUP);
        scene.server.start();
        scene.database.execute(
                "UPDATE posts SET message = 'edited' WHERE id = (SELECT id FROM posts ORDER BY id LIMIT 1)");
        Map<String, String> edited = scene.contents();
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(edited, scene.contents());
        scene.goals().rollback(null, false);
        assertEquals(edited, scene.contents());
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        // one upgrade is one backup: the one that could not be completed any more went when the other was complete
        assertFalse(Files.exists(new Backups(scene.place()).directory().root().resolve(first)));
    }

    @Test
    @Category(Slow.class)
    public void aPortThatIsTakenMeanwhileIsNamed() throws Exception {
        scene.goals().download();
        scene.goals().stop();
        try (ServerSocket taken = new ServerSocket(scene.server.port(), 1, InetAddress.getLoopbackAddress())) {
            assertTrue(taken.isBound());
            StageFailedException e =
                    assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains(Integer.toString(scene.server.port())));
        }
        scene.goals().rollback(null, false);
        assertOldServerOnOldData();
    }
}
