package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Upgrades whose way back is a base backup of the database server. */
public class BaseBackupUpgradeTest {

    private static TestPostgres server;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private OldState old;

    @BeforeClass
    public static void startServer() {
        server = new TestPostgres(List.of("max_slot_wal_keep_size=64MB", "min_wal_size=32MB", "max_wal_size=64MB"));
    }

    @AfterClass
    public static void stopServer() {
        server.close();
    }

    @Before
    public void setTheScene() throws Exception {
        TestDatabase database = server.createDatabase("ahead", true);
        server.execute("ALTER ROLE " + database.user() + " REPLICATION");
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7", database).to("5.37.10");
        scene.databaseBackup = DatabaseSaving.BASE_BACKUP;
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void end() throws Exception {
        scene.close();
        assertEquals(List.of(), asked("SELECT slot_name FROM pg_replication_slots"));
        for (String name : asked("SELECT datname FROM pg_database WHERE datname LIKE 'ahead%' OR datname = 'other'")) {
            server.execute("DROP DATABASE \"" + name + "\" WITH (FORCE)");
        }
    }

    private static List<String> asked(String query) throws Exception {
        List<String> found = new ArrayList<>();
        try (Connection connection = server.admin("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private static List<Path> baseBackups(Path root) throws Exception {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> path.endsWith("database-server")).toList();
        }
    }

    private void write(String id) {
        try {
            scene.database.execute("INSERT INTO posts (id, createat, updateat, editat, deleteat, userid, channelid,"
                    + " message) SELECT '" + id + "', createat, updateat, editat, 0, userid, channelid, 'new' FROM"
                    + " posts LIMIT 1");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private OldState upgradedWithAPostBeforeTheStop() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.behind(StageName.COPY_AHEAD.key(), null, Kind.DONE, () -> write("between")));
        goals.upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertTrue(scene.contents().get("posts").contains("between"));
        return new OldState(scene, "5.25.7", scene.contents(), old.schema(), old.configuration(), old.pid());
    }

    @Test
    @Category(Slow.class)
    public void finishMakesTheBackupCompleteAndARollbackBringsBackWhatWasWrittenUntilTheStop() throws Exception {
        OldState atTheStop = upgradedWithAPostBeforeTheStop();
        assertTrue(scene.said.text(), scene.said.text().contains("is up to date"));
        assertEquals("the base backup is left", List.of(), baseBackups(scene.backups));
        scene.goals().verifyBackup(null, true);
        write("after-the-upgrade");
        scene.goals().rollback(null, true);
        atTheStop.assertBack();
    }

    @Test
    public void aRollbackBeforeFinishRecoversASecondServerAndKeepsTheNewerDatabase() throws Exception {
        Goals goals = scene.goals();
        goals.observe(event -> {
            if (event.stage().equals(StageName.COPY_AHEAD.key()) && event.kind() == Kind.DONE && event.step() == null) {
                write("between");
            }
            if (event.stage().equals(StageName.FINISH.key())) {
                throw new IllegalStateException("not yet");
            }
        });
        assertThrows(ProblemException.class, goals::upgrade);
        OldState atTheStop =
                new OldState(scene, "5.25.7", scene.contents(), old.schema(), old.configuration(), old.pid());
        assertEquals(1, baseBackups(scene.backups).size());
        assertEquals("the slot holds back the log", List.of(), asked("SELECT slot_name FROM pg_replication_slots"));
        write("by-the-new-server");

        scene.goals().rollback(null, true);

        atTheStop.assertBack();
        List<String> discarded = asked("SELECT datname FROM pg_database WHERE datname LIKE '%discarded%'");
        assertEquals(1, discarded.size());
        try (Connection connection = server.admin(discarded.get(0));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1 FROM posts WHERE id = 'by-the-new-server'")) {
            assertTrue("what the new server wrote is lost", row.next());
        }
        assertEquals(List.of(), baseBackups(scene.backups));
        scene.goals().verifyBackup(null, true);
    }

    @Test
    @Category(Slow.class)
    public void goalsOfSeparateProcessesShareIt() throws Exception {
        scene.goals().download();
        scene.goals().stop();
        scene.goals().backup();
        assertEquals(scene.said.text(), 1, baseBackups(scene.backups).size());
        scene.goals().install();
        scene.goals().restoreConfig();
        scene.goals().start();
        scene.goals().verify();
        scene.goals().finish();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(List.of(), baseBackups(scene.backups));
        scene.goals().rollback(null, true);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aSlotThatIsGoneBehindTheStopMeansADump() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.behind(StageName.STOP.key(), null, Kind.DONE, BaseBackupUpgradeTest::dropSlots));
        goals.upgrade();
        assertTrue(scene.said.text(), scene.said.text().contains("The database is dumped instead"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.goals().rollback(null, true);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aDumpThatTakesTooLongInItsPlaceLetsTheOldServerRunAgain() throws Exception {
        scene.maxDowntime = Duration.ofSeconds(1);
        Goals goals = scene.goals();
        goals.observe(OldState.behind(StageName.STOP.key(), null, Kind.DONE, BaseBackupUpgradeTest::dropSlots));
        // a second is what a small database is reckoned with
        server.executeIn(
                scene.database.name(),
                "CREATE TABLE large (text text)",
                "ALTER TABLE large ALTER text SET STORAGE EXTERNAL",
                "INSERT INTO large SELECT repeat(md5(n::text), 200) FROM generate_series(1, 13000) n",
                "ALTER TABLE large OWNER TO " + scene.database.user());
        assertThrows(ProblemException.class, goals::upgrade);
        assertTrue(scene.said.text(), scene.said.text().contains("cannot be used"));
        old.assertBack();
        assertEquals(List.of(), baseBackups(scene.backups));
    }

    @Test
    @Category(Slow.class)
    public void aLostSlotIsNoticedBeforeTheStopAndTheCopyMadeAgain() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.behind(StageName.COPY_AHEAD.key(), null, Kind.DONE, BaseBackupUpgradeTest::dropSlots));
        goals.upgrade();
        assertFalse(scene.said.text(), scene.said.text().contains("dumped instead"));
        assertTrue(scene.said.text(), scene.said.text().contains("is up to date"));
        scene.goals().rollback(null, true);
        old.assertBack();
    }

    private static void dropSlots() {
        try {
            asked("SELECT slot_name FROM pg_replication_slots").forEach(server::dropSlot);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Category(Slow.class)
    public void aFollowerThatWasKilledIsNoLoss() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.behind(StageName.STOP.key(), null, Kind.DONE, () -> ProcessHandle.current()
                .descendants()
                .filter(child -> child.info().command().orElse("").endsWith("pg_receivewal"))
                .forEach(ProcessHandle::destroyForcibly)));
        goals.upgrade();
        assertTrue(scene.said.text(), scene.said.text().contains("is up to date"));
        scene.goals().rollback(null, true);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void otherDatabasesOfTheServerAreCopiedOnlyWhenTheAdministratorSaysSo() throws Exception {
        server.execute("CREATE DATABASE other");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(refused.getMessage() + refused.hint(), refused.getMessage().contains("other"));
        old.assertNeverStopped();
        scene.sharedServer = true;
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.goals().rollback(null, true);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void whatAnAbandonedUpgradeLeftIsNamedAndDroppedByTheNextOne() throws Exception {
        Goals goals = scene.goals();
        goals.observe(event -> {
            if (event.stage().equals(StageName.ANNOUNCE.key())) {
                throw new IllegalStateException("given up");
            }
        });
        assertThrows(ProblemException.class, goals::upgrade);
        assertEquals(1, asked("SELECT slot_name FROM pg_replication_slots").size());
        scene.goals().status();
        assertTrue(scene.said.text(), scene.said.text().contains("leftover     mattermost_base_"));
        scene.databaseBackup = DatabaseSaving.DUMP;
        scene.goals().upgrade();
        assertEquals(List.of(), asked("SELECT slot_name FROM pg_replication_slots"));
    }
}
