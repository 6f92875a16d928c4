package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.upgrade.JournalEvent.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A database that goes away, or takes rights away, in the midst of an upgrade. */
public class DatabaseFaultTest {

    private static TestPostgres postgres;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private OldState old;

    @BeforeClass
    public static void startDatabase() {
        postgres = new TestPostgres();
    }

    @AfterClass
    public static void endDatabase() {
        postgres.close();
    }

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7", postgres.createDatabase("scene", true))
                .to("5.37.10");
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void clear() {
        scene.close();
    }

    /** The old server needs the database, too: when that is back, one command brings it back. */
    private void goneThenBack(Consumer<JournalEvent> fault) throws Exception {
        try {
            old.failing(fault, "can't be reached");
        } finally {
            postgres.start();
        }
        scene.goals().rollback(null, false);
        old.assertBack();
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
    }

    @Test
    public void aDatabaseThatIsGoneBeforeTheFreezeIsGoneBackFromOnceItIsThere() throws Exception {
        goneThenBack(OldState.behind(StopStage.NAME, null, Kind.DONE, postgres::stop));
    }

    @Test
    public void aDatabaseThatCrashesInTheFreezeIsGoneBackFromOnceItIsThere() throws Exception {
        try {
            ProblemException e = assertThrows(ProblemException.class, () -> {
                Goals goals = scene.goals();
                goals.observe(OldState.behind(BackupStage.NAME, "freeze", Kind.BEGIN, postgres::stop));
                goals.upgrade();
            });
            assertTrue(e.getMessage(), e.getMessage().contains(scene.database.name()));
        } finally {
            postgres.start();
        }
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    public void aDatabaseThatRestartsInTheFreezeEndsWithTheOldServer() throws Exception {
        String message = old.failing(
                OldState.behind(BackupStage.NAME, "freeze", Kind.BEGIN, () -> {
                    // closed to everybody, as a freeze leaves it that its server did not survive
                    postgres.execute("ALTER DATABASE " + scene.database.name() + " ALLOW_CONNECTIONS false");
                    postgres.stop();
                    postgres.start();
                    postgres.execute("ALTER ROLE " + scene.database.user() + " NOCREATEDB");
                }),
                "");
        postgres.execute("ALTER ROLE " + scene.database.user() + " CREATEDB");
        if (!message.contains("runs again")) {
            scene.goals().rollback(null, false);
        }
        old.assertBack();
    }

    @Test
    public void aDatabaseThatIsGoneWhenTheNewServerStartsIsGoneBackFromOnceItIsThere() throws Exception {
        try {
            ProblemException e = assertThrows(ProblemException.class, () -> {
                Goals goals = scene.goals();
                goals.observe(OldState.at(StartStage.NAME, postgres::stop));
                goals.upgrade();
            });
            assertTrue(e.getMessage(), e.getMessage().contains("can't be reached"));
        } finally {
            postgres.start();
        }
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    public void aDatabaseThatIsGoneWhileTheFrozenCopyIsDumpedLeavesTheNewServerAndIsDumpedLater() throws Exception {
        try {
            assertThrows(ProblemException.class, () -> {
                Goals goals = scene.goals();
                goals.observe(OldState.at(FinishStage.NAME, postgres::stop));
                goals.upgrade();
            });
        } finally {
            postgres.start();
        }
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.goals().finish();
        scene.goals().verifyBackup(null, true);
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    public void aRightTakenFromTheNewServerEndsWithTheOldOne() throws Exception {
        String message = old.failing(
                OldState.at(
                        StartStage.NAME,
                        () -> postgres.executeIn(scene.database.name(), "ALTER TABLE posts OWNER TO postgres")),
                "runs again on its old data");
        assertTrue(message, message.contains("5.37.10"));
        old.assertBack();
    }

    @Test
    public void theRightToCopyTakenAwayBehindTheStopIsADumpInstead() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.behind(
                StopStage.NAME,
                null,
                Kind.DONE,
                () -> postgres.execute("ALTER ROLE " + scene.database.user() + " NOCREATEDB")));
        goals.upgrade();
        assertTrue(scene.said.text(), scene.said.text().contains("it is dumped while the server is stopped"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    public void aDumpThatIsKilledBehindTheStopBringsTheOldServerBack() throws Exception {
        scene.databaseBackup = "dump";
        scene.tools = secondDumpKilled();
        String message = old.failing(event -> {}, "exit status 137");
        assertTrue(message, message.contains("runs again on its old data"));
        old.assertBack();
    }

    /** The tools of the system, with a dump that is killed as the kernel does it when memory runs out: not the first. */
    private Path secondDumpKilled() throws Exception {
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
                "#!/bin/sh\ncase \"$*\" in *--version*) exec " + real + " \"$@\" ;; esac\n[ -e " + tools
                        + "/one ] && kill -KILL $$\n: > " + tools + "/one\nexec " + real + " \"$@\"\n");
        Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        return tools;
    }

    @Test
    public void aWrongPasswordBehindTheStopIsNamedAndNothingWasInstalled() throws Exception {
        String password = "'" + scene.database.password().replace("'", "''") + "'";
        String message = old.failing(
                OldState.behind(
                        StopStage.NAME,
                        null,
                        Kind.DONE,
                        () -> postgres.execute("ALTER ROLE " + scene.database.user() + " PASSWORD 'another'")),
                "password authentication failed");
        assertTrue(message, !message.contains(scene.database.password()));
        postgres.execute("ALTER ROLE " + scene.database.user() + " PASSWORD " + password);
        scene.goals().rollback(null, false);
        old.assertBack();
        assertThrows(RefusedException.class, () -> scene.goals().finish());
    }
}
