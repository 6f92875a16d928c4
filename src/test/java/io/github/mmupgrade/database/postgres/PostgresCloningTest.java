package io.github.mmupgrade.database.postgres;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CopyForecast;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.LoopMount;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.Test;

/** Copies of databases on a real PostgreSQL 18, on real file systems that can share blocks and that cannot. */
public class PostgresCloningTest {

    /** Incompressible rows, so that a copy takes room. */
    private static final String ROWS =
            "CREATE TABLE posts AS SELECT g AS id, md5(g::text) || md5((g * 7)::text) AS message"
                    + " FROM generate_series(1, 400000) g";

    /** What PostgreSQL's log may take more of meanwhile. */
    private static final long LOG_SEGMENT = 16L << 20;

    @Test
    public void aDatabaseOnXfsIsClonedWithoutTakingRoom() throws Exception {
        try (LoopMount disk = new LoopMount("mkfs.xfs", "-q", "-m", "reflink=1");
                TestPostgres server = on(disk.directory())) {
            isCloned(server, disk.directory());
        }
    }

    @Test
    public void aDatabaseOnBtrfsIsClonedWithoutTakingRoom() throws Exception {
        try (LoopMount disk = new LoopMount("mkfs.btrfs", "-q");
                TestPostgres server = on(disk.directory())) {
            isCloned(server, disk.directory());
        }
    }

    @Test
    public void aDatabaseOnAFileSystemThatSharesNothingIsCopiedAndTheForecastSaysSo() throws Exception {
        try (LoopMount disk = new LoopMount("mkfs.ext4", "-q");
                TestPostgres server = on(disk.directory())) {
            TestDatabase test = filled(server);
            try (Database database = open(test)) {
                CopyForecast forecast = database.forecastFreeze(0).orElseThrow();
                assertFalse(forecast.why(), forecast.cloned());
                assertTrue(forecast.why(), forecast.why().contains("shares no blocks"));
                assertCopied(database, test);
            }
        }
    }

    @Test
    public void aServerBefore18CopiesAndNothingIsTried() throws Exception {
        TestDatabase test = TestPostgres.shared().createDatabase("cloning", true);
        try (Database database = open(test)) {
            CopyForecast forecast = database.forecastFreeze(0).orElseThrow();
            assertFalse(forecast.cloned());
            assertTrue(forecast.why(), forecast.why().contains("PostgreSQL 15 copies every byte"));
        }
    }

    @Test
    public void aDatabaseInATablespaceIsTriedWhereItIs() throws Exception {
        try (LoopMount disk = new LoopMount("mkfs.xfs", "-q", "-m", "reflink=1");
                LoopMount plain = new LoopMount("mkfs.ext4", "-q");
                TestPostgres server = on(plain.directory())) {
            Path space = Files.createDirectory(disk.directory().resolve("space"));
            Files.setOwner(space, Files.getOwner(server.dataDirectory()));
            server.execute(
                    "CREATE TABLESPACE fast LOCATION '" + space + "'", "GRANT CREATE ON TABLESPACE fast TO public");
            TestDatabase test = filled(server);
            server.execute("ALTER DATABASE " + test.name() + " SET TABLESPACE fast");
            try (Database database = open(test)) {
                CopyForecast forecast = database.forecastFreeze(0).orElseThrow();
                assertTrue(forecast.why(), forecast.cloned());
            }
        }
    }

    private static TestPostgres on(Path directory) {
        return new TestPostgres(TestPostgres.binariesOf18(), directory, List.of("max_wal_size=128MB", "fsync=on"));
    }

    private static TestDatabase filled(TestPostgres server) throws SQLException {
        TestDatabase test = server.createDatabase("cloning", true);
        test.execute(ROWS);
        return test;
    }

    private static void isCloned(TestPostgres server, Path disk) throws Exception {
        TestDatabase test = filled(server);
        try (Database database = open(test)) {
            CopyForecast forecast = database.forecastFreeze(0).orElseThrow();
            assertTrue(forecast.why(), forecast.cloned());
            assertTrue("the trial is gone", database.listSiblings().isEmpty());
            // what is still to be written takes its room now
            server.execute("CHECKPOINT");
            long before = free(disk);
            assertCopied(database, test);
            assertTrue("the copy took no room", before - free(disk) < database.sizeBytes() - LOG_SEGMENT);
        }
    }

    private static void assertCopied(Database database, TestDatabase test) throws Exception {
        String copy = DatabaseNames.frozen(test.name(), "r1");
        assertTrue(database.freeze(copy).isDone());
        assertEquals(
                List.of(copy),
                database.listSiblings().stream().map(SideDatabase::name).toList());
        assertEquals(TableContents.of(test, test.name()), TableContents.of(test, copy));
    }

    private static Database open(TestDatabase test) {
        return Databases.openUnchecked(
                DataSource.parse(test.driver(), test.dataSource()), new LocalHost(), DatabaseTools.of(new LocalHost()));
    }

    private static long free(Path disk) throws IOException {
        return Files.getFileStore(disk).getUnallocatedSpace();
    }
}
