package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.scene.UpgradeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Upgrades on MariaDB whose way back is a base backup of the database server. */
public class MariaDbBaseBackupUpgradeTest {

    private static final long PATIENCE_SECONDS = 180;

    private TestMariaDb server;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private OldState old;

    @Before
    public void setTheScene() throws Exception {
        // base backups are of a whole server
        server = new TestMariaDb();
        TestDatabase database = server.createDatabase("ahead", true);
        server.execute("GRANT RELOAD, PROCESS, LOCK TABLES ON *.* TO " + database.user() + "@'%'");
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7", database).to("5.37.10");
        scene.databaseBackup = DatabaseSaving.BASE_BACKUP;
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void end() throws Exception {
        scene.close();
        try (Stream<ProcessHandle> processes = ProcessHandle.current().descendants()) {
            assertEquals(
                    List.of(),
                    processes
                            .map(process -> process.info().command().orElse(""))
                            .filter(command -> command.endsWith("mariadb-backup"))
                            .toList());
        }
        server.close();
    }

    private static List<Path> baseBackups(Path root) throws Exception {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> path.endsWith("database-server")).toList();
        }
    }

    private void write(String id) {
        try {
            scene.database.execute("INSERT INTO Posts (Id, CreateAt, UpdateAt, EditAt, DeleteAt, UserId, ChannelId,"
                    + " Message) SELECT '" + id + "', CreateAt, UpdateAt, EditAt, 0, UserId, ChannelId, 'new' FROM"
                    + " Posts LIMIT 1");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private OldState atTheStop() throws Exception {
        return new OldState(scene, "5.25.7", scene.contents(), old.schema(), old.configuration(), old.pid());
    }

    @Test
    @Category(Slow.class)
    public void aRollbackBringsBackWhatWasWrittenUntilTheStop() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.behind(StageName.COPY_AHEAD.key(), null, Kind.DONE, () -> write("between")));
        goals.upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertTrue(scene.said.text(), scene.said.text().contains("is up to date"));
        OldState atTheStop = atTheStop();
        assertEquals("the base backup is left", List.of(), baseBackups(scene.backups));
        scene.goals().verifyBackup(null, true);
        write("after-the-upgrade");
        scene.goals().rollback(null, true);
        atTheStop.assertBack();
    }

    @Test
    public void aRollbackBeforeFinishStartsASecondServer() throws Exception {
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
        OldState atTheStop = atTheStop();
        assertEquals(1, baseBackups(scene.backups).size());
        write("by-the-new-server");

        scene.goals().rollback(null, true);

        atTheStop.assertBack();
        assertEquals(List.of(), baseBackups(scene.backups));
    }

    @Test
    @Category(Slow.class)
    public void aKilledUpgradeIsResumed() throws Exception {
        assertTrue(killed(20));
        upgradeAndGoBack();
    }

    @Test
    @Category(Slow.class)
    public void whereverItIsKilledItIsResumed() throws Exception {
        for (int event = 5; killed(event); event += 8) {
            upgradeAndGoBack();
        }
    }

    @Test
    @Category(Slow.class)
    public void whereverItIsKilledTheOldServerComesBack() throws Exception {
        for (int event = 9; killed(event); event += 8) {
            scene.goals().rollback(null, true);
            old.assertBack();
        }
    }

    private void upgradeAndGoBack() throws Exception {
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
        scene.goals().rollback(null, true);
        old.assertBack();
    }

    /** Whether an upgrade came to this event, where it was killed. */
    private boolean killed(int event) throws Exception {
        Path log = scene.root.resolve("killed.log");
        Process process = UpgradeProcess.start(
                List.of("env", "DATABASE_BACKUP=" + DatabaseSaving.BASE_BACKUP.name()),
                List.of(
                        scene.root.toString(),
                        scene.server.directory().toString(),
                        scene.archive,
                        "upgrade",
                        Integer.toString(event)),
                log);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        if (process.exitValue() == 0) {
            return false;
        }
        assertEquals(Files.readString(log), UpgradeProcess.KILLED, process.exitValue());
        return true;
    }
}
