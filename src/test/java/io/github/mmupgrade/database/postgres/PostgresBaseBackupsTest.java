package io.github.mmupgrade.database.postgres;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class PostgresBaseBackupsTest {

    private static final String RUN = "20261128T063025Z";

    private static TestPostgres server;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TestDatabase made;
    private PostgresDatabase database;
    private Path target;

    /** As whom the Mattermost server runs, who chose the database server: root's programs do not do what that says. */
    private static final Owner SERVER = new LocalHost().self().uid() == 0 ? new Owner(1, 1) : new LocalHost().self();

    @BeforeClass
    public static void startServer() {
        server = new TestPostgres(List.of("max_slot_wal_keep_size=64MB", "min_wal_size=32MB", "max_wal_size=64MB"));
    }

    @AfterClass
    public static void stopServer() {
        server.close();
    }

    @Before
    public void makeDatabase() throws Exception {
        made = server.createDatabase("base", true);
        server.execute("ALTER ROLE " + made.user() + " REPLICATION");
        database = open();
        target = folder.getRoot().toPath().toRealPath().resolve("database-server");
        server.executeIn(
                made.name(),
                "SET ROLE " + made.user() + "; CREATE TABLE posts (id int, message text)",
                "INSERT INTO posts SELECT n, 'before' FROM generate_series(1, 1000) n; ALTER TABLE posts OWNER TO "
                        + made.user());
    }

    @After
    public void removeDatabase() {
        server().discard(target, RUN);
        database.close();
        server.execute("DROP DATABASE " + made.name() + " WITH (FORCE)");
    }

    private PostgresDatabase open() {
        LocalHost host = new LocalHost();
        return new PostgresDatabase(
                DataSource.parse("postgres", made.dataSource()),
                host,
                DatabaseTools.of(host).onBehalfOf(SERVER));
    }

    private long slots() {
        return server().leftovers(null).size();
    }

    @Test
    public void holdsWhatWasWrittenBetweenTheCopyAndTheStopAndNothingLater() throws Exception {
        server().begin(target, RUN);
        server.executeIn(made.name(), "INSERT INTO posts SELECT n, 'while up' FROM generate_series(1, 500) n");

        long start = System.nanoTime();
        String position = server().finish(target, RUN);
        long milliseconds = (System.nanoTime() - start) / 1_000_000;

        assertTrue("took " + milliseconds + " ms", milliseconds < 10_000);
        assertEquals("the slot is left", 0, slots());
        for (String name : List.of("data/PG_VERSION", "data/base", "wal")) {
            assertEquals(name, SERVER.uid(), FileStat.of(target.resolve(name)).uid());
        }
        assertEquals("a repeated call gives another position", position, server().finish(target, RUN));
        server.executeIn(made.name(), "INSERT INTO posts SELECT n, 'later' FROM generate_series(1, 70) n");
        Path dump = target.resolveSibling("database.dir");
        DatabaseBaseBackups.Dumped dumped = server().dump(target, position, dump, DumpFormat.DIRECTORY);
        assertEquals(1500, dumped.rows().of("posts").orElse(-1));
        assertTrue(Files.exists(dump.resolve("toc.dat")));
        database.checkDump(dump, DumpFormat.DIRECTORY);

        // as after a kill: the second server has been there already
        Path again = target.resolveSibling("again.dir");
        assertEquals(
                1500,
                server().dump(target, position, again, DumpFormat.DIRECTORY)
                        .rows()
                        .of("posts")
                        .orElse(-1));
    }

    private CopyPrecondition blocking(boolean sharedServer) {
        List<CopyPrecondition> blocking = server().preconditions(target, sharedServer).stream()
                .filter(finding -> finding.severity() == CopyPrecondition.Severity.BLOCKING)
                .toList();
        assertTrue(blocking.toString(), blocking.size() <= 1);
        return blocking.isEmpty() ? null : blocking.get(0);
    }

    private void assertBlocked(String check, String hint) {
        CopyPrecondition found = blocking(false);
        assertEquals(check, found == null ? "nothing" : found.check());
        assertTrue(found.hint().text(), found.hint().text().contains(hint));
    }

    @Test
    public void whatIsMissingIsNamedWithTheCommandThatAllowsIt() {
        assertEquals(null, blocking(false));

        server.execute("ALTER ROLE " + made.user() + " NOREPLICATION");
        assertBlocked("replication", "ALTER ROLE \"" + made.user() + "\" REPLICATION");
        server.execute("ALTER ROLE " + made.user() + " REPLICATION");

        server.admit("host all all 127.0.0.1/32 scram-sha-256");
        assertBlocked("admission", "host replication \"" + made.user() + "\" 127.0.0.1/32");
        server.admit("host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256");
        assertEquals(null, blocking(false));

        server.execute("CREATE DATABASE of_others");
        try {
            assertBlocked("shared", "mattermost.backup.sharedServer=true");
            assertEquals(null, blocking(true));
        } finally {
            server.execute("DROP DATABASE of_others");
        }

        for (int i = 0; i < 10; i++) {
            server.execute("SELECT pg_create_physical_replication_slot('taken_" + i + "')");
        }
        try {
            assertBlocked("max_replication_slots", "max_replication_slots = 11");
        } finally {
            server.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        }
    }

    @Test
    public void aSlotThatTheServerGaveUpIsNoticed() {
        server().begin(target, RUN);
        ProcessHandle.current()
                .descendants()
                .filter(child -> child.info().command().orElse("").endsWith("pg_receivewal"))
                .forEach(ProcessHandle::destroyForcibly);
        for (int i = 0; i < 12; i++) {
            server.executeIn(
                    made.name(),
                    "INSERT INTO posts SELECT n, repeat('x', 1000) FROM generate_series(1, 10000) n",
                    "CHECKPOINT");
        }
        StageFailedException lost = assertThrows(StageFailedException.class, () -> server().finish(target, RUN));
        assertTrue(lost.getMessage(), lost.getMessage().contains("max_slot_wal_keep_size"));
        server().begin(target, RUN);
        assertEquals("made again", position(server().finish(target, RUN)), position("1/2"));
    }

    private static boolean position(String text) {
        return text.matches("[0-9A-F]+/[0-9A-F]+");
    }

    @Test
    public void aLogWithAHoleIsNotTaken() throws Exception {
        server().begin(target, RUN);
        server.executeIn(
                made.name(),
                "INSERT INTO posts SELECT n, 'x' FROM generate_series(1, 10) n",
                "SELECT pg_switch_wal()",
                "INSERT INTO posts SELECT n, 'y' FROM generate_series(1, 10) n",
                "SELECT pg_switch_wal()");
        String label = Files.readString(target.resolve("data").resolve("backup_label"));
        Path first = target.resolve("wal").resolve(label.replaceFirst("(?s).*\\(file ([0-9A-F]+)\\).*", "$1"));
        // the follower needs a moment; with the first one only it would begin anew
        for (int i = 0; i < 1000 && wholeSegments() < 2; i++) {
            Thread.sleep(20);
        }
        Files.delete(first);
        StageFailedException hole = assertThrows(StageFailedException.class, () -> server().finish(target, RUN));
        assertTrue(hole.getMessage(), hole.getMessage().contains("is missing"));
    }

    private long wholeSegments() throws IOException {
        try (Stream<Path> files = Files.list(target.resolve("wal"))) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
                    .count();
        }
    }

    private DatabaseBaseBackups server() {
        return database.baseBackups().orElseThrow();
    }
}
