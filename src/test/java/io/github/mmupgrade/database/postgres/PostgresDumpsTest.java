package io.github.mmupgrade.database.postgres;

import static io.github.mmupgrade.database.MattermostTables.contents;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.ProcessWatch;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class PostgresDumpsTest {

    private static final String RUN = "r1";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestPostgres postgres = TestPostgres.shared();
    private TestDatabase test;
    private Database database;
    private Path directory;

    @Before
    public void fill() throws Exception {
        directory = folder.getRoot().toPath();
        use(postgres.createDatabase("dumps", true));
    }

    private void use(TestDatabase which) throws SQLException {
        close();
        test = which;
        MattermostTables.fill(test);
        database = MattermostTables.open(test);
    }

    @After
    public void close() {
        if (database != null) {
            database.close();
        }
    }

    private String restored() {
        return DatabaseNames.restored(test.name(), RUN);
    }

    @Test
    public void bringsEveryRowBackInBothFormats() throws Exception {
        postgres.executeIn(
                test.name(),
                "CREATE EXTENSION pg_trgm",
                "COMMENT ON EXTENSION pg_trgm IS 'ours'",
                "ALTER SCHEMA public OWNER TO postgres",
                "GRANT ALL ON SCHEMA public TO " + test.user());
        test.execute(
                "CREATE SCHEMA extra",
                "CREATE TABLE extra.notes (id serial PRIMARY KEY, t text)",
                "INSERT INTO extra.notes (t) VALUES ('a'), ('b')",
                "CREATE VIEW authors AS SELECT Username FROM Users",
                "CREATE TYPE kind AS ENUM ('x')");
        Map<String, List<String>> before = contents(test, test.name());
        RowCounts counts = database.allCounts();
        for (DumpFormat format : List.of(DumpFormat.CUSTOM, DumpFormat.DIRECTORY)) {
            Path dump = directory.resolve(format.fileName());
            DumpResult result = database.dump(dump, format);
            assertTrue(result.tool(), result.tool().startsWith("pg_dump 15"));
            assertTrue(result.sizeBytes() > 1000);
            database.checkDump(dump, format);
            assertEquals(counts, database.restoreInto(restored(), dump, format, counts));
            assertEquals(before, contents(test, restored()));
            database.drop(restored());
        }
    }

    @Test
    public void restoresBesideAndSwitches() throws Exception {
        Map<String, List<String>> before = contents(test, test.name());
        Path dump = directory.resolve("d");
        database.dump(dump, DumpFormat.DIRECTORY);
        test.execute("DROP TABLE Posts", "CREATE TABLE NewerThing (i int)");
        database.restoreInto(restored(), dump, DumpFormat.DIRECTORY, null);
        assertTrue(database.switchTo(restored(), DatabaseNames.discarded(test.name(), RUN))
                .isDone());
        assertEquals(before, contents(test, test.name()));
    }

    @Test
    public void leavesAWholeRestoredDatabaseAsItIsAndReplacesAnUnfinishedOne() throws Exception {
        Path dump = directory.resolve("d");
        database.dump(dump, DumpFormat.CUSTOM);
        postgres.execute("CREATE DATABASE \"" + DatabaseNames.making(restored()) + "\" OWNER " + test.user());
        RowCounts first = database.restoreInto(restored(), dump, DumpFormat.CUSTOM, null);
        assertEquals(first, database.restoreInto(restored(), dump, DumpFormat.CUSTOM, first));
        assertEquals(1, database.listSiblings().size());
    }

    @Test
    public void refusesARestoreWithFewerRowsThanExpected() throws Exception {
        RowCounts counts = database.allCounts();
        test.execute("DELETE FROM Users WHERE Id = 'u1'");
        Path dump = directory.resolve("d");
        database.dump(dump, DumpFormat.CUSTOM);
        StageFailedException e = assertThrows(
                StageFailedException.class, () -> database.restoreInto(restored(), dump, DumpFormat.CUSTOM, counts));
        assertTrue(e.getMessage(), e.getMessage().contains("users: 2 before, 1 now"));
        assertFalse(database.exists(restored()));
    }

    @Test
    public void writesWhatOnlyItsOwnerReads() throws Exception {
        database.dump(directory.resolve("file"), DumpFormat.CUSTOM);
        database.dump(directory.resolve("dir"), DumpFormat.DIRECTORY);
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.filter(p -> !p.equals(directory)).toList()) {
                assertEquals(
                        path.toString(),
                        Files.isDirectory(path) ? "rwx------" : "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            }
        }
    }

    @Test
    public void findsADumpThatIsCutShort() throws Exception {
        Path custom = directory.resolve("custom");
        database.dump(custom, DumpFormat.CUSTOM);
        byte[] whole = Files.readAllBytes(custom);
        Files.write(custom, Arrays.copyOf(whole, whole.length - 200));
        assertThrows(RefusedException.class, () -> database.checkDump(custom, DumpFormat.CUSTOM));
        Path dir = directory.resolve("dir");
        database.dump(dir, DumpFormat.DIRECTORY);
        try (Stream<Path> files = Files.list(dir)) {
            Files.delete(
                    files.filter(f -> f.toString().endsWith(".gz")).findFirst().orElseThrow());
        }
        assertThrows(RefusedException.class, () -> database.checkDump(dir, DumpFormat.DIRECTORY));
        assertThrows(ProblemException.class, () -> database.restoreInto(restored(), dir, DumpFormat.DIRECTORY, null));
        assertFalse(database.exists(restored()));
    }

    @Test
    public void leavesNothingBehindWhenADumpFails() throws IOException {
        StageFailedException e = assertThrows(
                StageFailedException.class,
                () -> database.dump("no_such_database", directory.resolve("d"), DumpFormat.CUSTOM));
        assertTrue(e.getMessage(), e.getMessage().contains("no_such_database"));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    public void neverOverwritesADump() throws Exception {
        Path dump = directory.resolve("d");
        Files.writeString(dump, "precious");
        assertThrows(RefusedException.class, () -> database.dump(dump, DumpFormat.CUSTOM));
        assertEquals("precious", Files.readString(dump));
    }

    @Test
    public void restoresInPlaceInOneTransaction() throws Exception {
        use(postgres.createDatabase("dumps", false));
        Map<String, List<String>> before = contents(test, test.name());
        RowCounts counts = database.allCounts();
        Path dump = directory.resolve("old");
        database.dump(dump, DumpFormat.DIRECTORY);
        test.execute(
                "CREATE TABLE NewerThing (i serial PRIMARY KEY)",
                "CREATE VIEW newer AS SELECT * FROM NewerThing",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE TYPE t AS ENUM ('a')",
                "CREATE SCHEMA s",
                "CREATE TABLE s.x (i int)",
                "DELETE FROM Users");
        Map<String, List<String>> newer = contents(test, test.name());
        Path saved = directory.resolve("saved");
        database.dump(saved, DumpFormat.CUSTOM);

        RowCounts wrong = new RowCounts(Map.of("users", 77L));
        StageFailedException e = assertThrows(
                StageFailedException.class, () -> database.restoreInPlace(dump, DumpFormat.DIRECTORY, saved, wrong));
        assertTrue(e.getMessage(), e.getMessage().contains("77"));
        assertEquals(newer, contents(test, test.name()));

        assertEquals(counts, database.restoreInPlace(dump, DumpFormat.DIRECTORY, saved, counts));
        assertEquals(before, contents(test, test.name()));
    }

    @Test
    public void restoresNothingInPlaceWithoutASavedDump() throws Exception {
        Path dump = directory.resolve("old");
        database.dump(dump, DumpFormat.CUSTOM);
        test.execute("DELETE FROM Users WHERE Id = 'u1'");
        assertThrows(
                RefusedException.class,
                () -> database.restoreInPlace(dump, DumpFormat.CUSTOM, directory.resolve("missing"), null));
        assertEquals(1, database.counts().of("Users").getAsLong());
    }

    @Test
    public void isConsistentWhileAServerWrites() throws Exception {
        test.execute("CREATE TABLE pair (a int, b int)", "INSERT INTO pair VALUES (0, 0)");
        Path dump = directory.resolve("d");
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            try (Connection connection = test.connect()) {
                for (int i = 1; !over.get(); i++) {
                    connection.createStatement().execute("UPDATE pair SET a = " + i + ", b = " + i);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        writer.start();
        database.dump(dump, DumpFormat.DIRECTORY);
        over.set(true);
        writer.join();
        database.restoreInto(restored(), dump, DumpFormat.DIRECTORY, null);
        String row = contents(test, restored()).get("public.pair").get(0);
        assertTrue(row, row.matches("\\[(\\d+), \\1\\]"));
    }

    @Test
    public void showsNoPasswordInAListOfProcesses() throws Exception {
        Path dump = directory.resolve("d");
        Path saved = directory.resolve("s");
        try (ProcessWatch watch = new ProcessWatch()) {
            do {
                Path more = directory.resolve("more" + System.nanoTime());
                database.dump(more, DumpFormat.CUSTOM);
            } while (watch.containing("pg_dump").isEmpty());
            database.dump(dump, DumpFormat.DIRECTORY);
            database.dump(saved, DumpFormat.CUSTOM);
            do {
                database.drop(restored());
                database.restoreInto(restored(), dump, DumpFormat.DIRECTORY, null);
            } while (watch.containing("pg_restore").isEmpty());
            do {
                database.restoreInPlace(dump, DumpFormat.DIRECTORY, saved, null);
            } while (watch.containing("psql").isEmpty());
            assertEquals(List.of(), watch.containing(test.password().substring(0, 12)));
        }
    }

    @Test
    public void needsToolsThatAreNotOlderThanTheServer() throws Exception {
        Path old = folder.newFolder("old").toPath();
        for (String program : List.of("pg_dump", "pg_restore")) {
            Path script = old.resolve(program);
            Files.writeString(script, "#!/bin/sh\necho \"" + program + " (PostgreSQL) 14.9 (Debian)\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        }
        LocalHost host = new LocalHost();
        try (Database withOld =
                Databases.open(DataSource.parse("postgres", test.dataSource()), host, DatabaseTools.in(host, old))) {
            RefusedException e = assertThrows(RefusedException.class, withOld::requireTools);
            assertTrue(e.getMessage(), e.getMessage().contains("pg_dump 14.9"));
            assertTrue(e.hint().text(), e.hint().text().contains("postgresql-client-15"));
        }
        assertTrue(database.requireTools(), database.requireTools().contains("pg_restore 15"));
    }
}
