package io.github.mmupgrade.faults;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A database that goes away, or takes rights away, in the midst of an upgrade. */
public class DatabaseFaultTest {

    private static final long AWHILE = 4;

    private static TestPostgres postgres;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private CompletableFuture<Void> later;
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
        if (later != null) {
            later.join();
        }
        scene.close();
    }

    /**
     * Something that is undone a few seconds later, while the servers try to reach their database, as they do for
     * minutes.
     */
    private Runnable forAWhile(Runnable act, Runnable undo) {
        return () -> {
            act.run();
            later = CompletableFuture.runAsync(undo, CompletableFuture.delayedExecutor(AWHILE, TimeUnit.SECONDS));
        };
    }

    private void assertUpgrades() throws Exception {
        scene.goals().upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
    }

    @Test
    @Category(Slow.class)
    public void aDatabaseThatIsGoneBeforeTheFreezeEndsWithTheOldServer() throws Exception {
        String message = old.failing(
                OldState.behind(StageName.STOP.key(), null, Kind.DONE, forAWhile(postgres::stop, postgres::start)),
                "cannot be reached");
        assertTrue(message, message.contains("is running on its previous data"));
        old.assertBack();
        assertUpgrades();
    }

    @Test
    public void aDatabaseThatCrashesInTheFreezeEndsWithTheOldServer() throws Exception {
        String message = old.failing(
                OldState.behind(
                        StageName.BACKUP.key(),
                        "freeze",
                        Kind.BEGIN,
                        forAWhile(
                                () -> {
                                    // closed to everybody, as a freeze leaves it that its server did not survive
                                    postgres.execute(
                                            "ALTER DATABASE " + scene.database.name() + " ALLOW_CONNECTIONS false");
                                    postgres.stop();
                                },
                                () -> {
                                    postgres.start();
                                    postgres.execute(
                                            "ALTER DATABASE " + scene.database.name() + " ALLOW_CONNECTIONS true");
                                })),
                "A statement failed in the database 127.0.0.1:" + postgres.port());
        assertTrue(message, message.contains("is running on its previous data"));
        old.assertBack();
        assertUpgrades();
    }

    @Test
    @Category(Slow.class)
    public void aDatabaseThatIsAwayForAWhileWhenTheNewServerStartsIsWaitedFor() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.at(StageName.START.key(), forAWhile(postgres::stop, postgres::start)));
        goals.upgrade();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        assertEquals(old.rows(), scene.contents());
        scene.goals().rollback(null, false);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void aDatabaseThatIsGoneWhileTheFrozenCopyIsDumpedLeavesTheNewServerAndIsDumpedLater() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.at(StageName.FINISH.key(), postgres::stop));
        try {
            assertThrows(ProblemException.class, goals::upgrade);
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
    @Category(Slow.class)
    public void aRightTakenFromTheNewServerEndsWithTheOldOne() throws Exception {
        String message = old.failing(
                OldState.at(
                        StageName.START.key(),
                        () -> postgres.executeIn(scene.database.name(), "ALTER TABLE posts OWNER TO postgres")),
                "is running on its previous data");
        assertTrue(message, message.contains("5.37.10"));
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void theRightToCopyTakenAwayBehindTheStopIsADumpInstead() throws Exception {
        Goals goals = scene.goals();
        goals.observe(OldState.behind(
                StageName.STOP.key(),
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
    @Category(Slow.class)
    public void aDumpThatIsKilledBehindTheStopBringsTheOldServerBack() throws Exception {
        scene.databaseBackup = DatabaseSaving.DUMP;
        scene.tools = secondDumpKilled();
        String message = old.failing(event -> {}, "exit status 137");
        assertTrue(message, message.contains("is running on its previous data"));
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
    @Category(Slow.class)
    public void aPasswordThatIsWrongForAWhileBehindTheStopEndsWithTheOldServer() throws Exception {
        String role = "ALTER ROLE " + scene.database.user() + " PASSWORD ";
        String password = "'" + scene.database.password().replace("'", "''") + "'";
        String message = old.failing(
                OldState.behind(
                        StageName.STOP.key(),
                        null,
                        Kind.DONE,
                        forAWhile(() -> postgres.execute(role + "'another'"), () -> postgres.execute(role + password))),
                "password authentication failed");
        assertFalse(message, message.contains(scene.database.password()));
        assertTrue(message, message.contains("is running on its previous data"));
        old.assertBack();
    }
}
