package io.github.mmupgrade.database.postgres;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
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
        database.discardBaseBackup(target, RUN);
        database.close();
        server.execute("DROP DATABASE " + made.name() + " WITH (FORCE)");
    }

    private PostgresDatabase open() {
        LocalHost host = new LocalHost();
        return new PostgresDatabase(DataSource.parse("postgres", made.dataSource()), host, DatabaseTools.of(host));
    }

    private long slots() {
        return database.baseBackupLeftovers(null).size();
    }

    @Test
    public void holdsWhatWasWrittenBetweenTheCopyAndTheStopAndNothingLater() {
        database.beginBaseBackup(target, RUN);
        server.executeIn(made.name(), "INSERT INTO posts SELECT n, 'while up' FROM generate_series(1, 500) n");

        long start = System.nanoTime();
        String position = database.finishBaseBackup(target, RUN);
        long milliseconds = (System.nanoTime() - start) / 1_000_000;

        assertTrue("took " + milliseconds + " ms", milliseconds < 10_000);
        assertEquals("the slot is left", 0, slots());
        assertEquals("a repeated call gives another position", position, database.finishBaseBackup(target, RUN));
        server.executeIn(made.name(), "INSERT INTO posts SELECT n, 'later' FROM generate_series(1, 70) n");
        Path dump = target.resolveSibling("database.dir");
        DatabaseBaseBackups.Dumped dumped =
                database.dumpBaseBackup(target, position, dump, DumpFormat.DIRECTORY);
        assertEquals(1500, dumped.rows().of("posts").orElse(-1));
        assertTrue(Files.exists(dump.resolve("toc.dat")));
        database.checkDump(dump, DumpFormat.DIRECTORY);

        // as after a kill: the second server has been there already
        Path again = target.resolveSibling("again.dir");
        assertEquals(
                1500,
                database.dumpBaseBackup(target, position, again, DumpFormat.DIRECTORY)
                        .rows()
                        .of("posts")
                        .orElse(-1));
    }
}
