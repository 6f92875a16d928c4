package io.github.mmupgrade.database.mysql;

import static io.github.mmupgrade.database.MattermostTables.contents;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.ProcessWatch;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class MySqlDatabaseTest {

    private static final DumpFormat FORMAT = DumpFormat.SQL_ZSTD;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestMariaDb mariaDb = TestMariaDb.shared();
    private TestDatabase test;
    private Database database;
    private Path directory;
    private String restored;
    private String discarded;

    @Before
    public void fill() throws Exception {
        directory = folder.getRoot().toPath();
        use(mariaDb.createDatabase("my", true));
    }

    private void use(TestDatabase which) throws SQLException {
        close();
        test = which;
        MattermostTables.fill(test);
        database = MattermostTables.open(test);
        restored = DatabaseNames.restored(test.name(), "r1");
        discarded = DatabaseNames.discarded(test.name(), "r1");
    }

    @After
    public void close() {
        if (database != null) {
            database.close();
        }
    }

    private void addWhatDoesNotMove() throws SQLException {
        test.execute(
                "CREATE TABLE log (t varchar(64))",
                "CREATE TRIGGER posted AFTER INSERT ON Channels FOR EACH ROW INSERT INTO log VALUES (NEW.Name)",
                "CREATE VIEW authors AS SELECT Username FROM Users",
                "CREATE PROCEDURE p() INSERT INTO log VALUES ('p; --')",
                "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 7",
                "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO INSERT INTO log VALUES ('e')");
    }

    private List<String> objects(String name) throws SQLException {
        try (Connection connection = mariaDb.admin("");
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT CONCAT('trigger ', trigger_name) FROM information_schema.triggers"
                                + " WHERE trigger_schema = '" + name + "' UNION ALL SELECT CONCAT('view ', table_name)"
                                + " FROM information_schema.views WHERE table_schema = '" + name
                                + "' UNION ALL SELECT CONCAT('routine ', routine_name) FROM"
                                + " information_schema.routines WHERE routine_schema = '" + name
                                + "' UNION ALL SELECT CONCAT('event ', event_name) FROM information_schema.events"
                                + " WHERE event_schema = '" + name + "' ORDER BY 1")) {
            List<String> result = new java.util.ArrayList<>();
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        }
    }

    @Test
    public void bringsEverythingBack() throws Exception {
        addWhatDoesNotMove();
        Map<String, List<String>> before = contents(test, test.name());
        List<String> objects = objects(test.name());
        assertEquals(5, objects.size());
        RowCounts counts = database.allCounts();
        Path dump = directory.resolve(FORMAT.fileName());
        DumpResult result = database.dump(dump, FORMAT);
        assertTrue(result.tool(), result.tool().startsWith("mariadb-dump 10.11"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dump)));
        database.checkDump(dump, FORMAT);
        assertEquals(counts, database.restoreInto(restored, dump, FORMAT, counts));
        assertEquals(before, contents(test, restored));
        assertEquals(objects, objects(restored));
        assertEquals(1, database.listSiblings().size());
        assertEquals(counts, database.restoreInto(restored, dump, FORMAT, counts));
    }

    @Test
    public void switchesByRenamingWhereNothingForbidsIt() throws Exception {
        Map<String, List<String>> before = contents(test, test.name());
        Path dump = directory.resolve("d");
        database.dump(dump, FORMAT);
        test.execute("CREATE TABLE NewerThing (i int)", "DELETE FROM Users");
        Map<String, List<String>> newer = contents(test, test.name());
        assertEquals(RestoreWay.NEW_DATABASE_AND_RENAME, database.restoreWay(restored));
        database.restoreInto(restored, dump, FORMAT, null);
        assertFalse(database.isSwitched(restored, discarded));
        try (Connection left = test.connect()) {
            assertTrue(database.switchTo(restored, discarded).isDone());
            assertFalse(left.isValid(5));
        }
        assertTrue(database.isSwitched(restored, discarded));
        assertTrue(database.switchTo(restored, discarded).isDone());
        assertEquals(before, contents(test, test.name()));
        assertEquals(newer, contents(test, discarded));
        database.drop(discarded);
        assertEquals(List.of(), database.listSiblings());
    }

    @Test
    public void refusesToSwitchWhatDoesNotMove() throws Exception {
        addWhatDoesNotMove();
        Path dump = directory.resolve("d");
        database.dump(dump, FORMAT);
        assertEquals(RestoreWay.IN_PLACE_AFTER_SAVING, database.restoreWay(restored));
        database.restoreInto(restored, dump, FORMAT, null);
        Map<String, List<String>> before = contents(test, test.name());
        RefusedException e = assertThrows(RefusedException.class, () -> database.switchTo(restored, discarded));
        assertTrue(e.getMessage(), e.getMessage().contains("1 triggers"));
        assertEquals(before, contents(test, test.name()));
        assertFalse(mariaDb.hasDatabase(discarded));
    }

    @Test
    public void restoresInPlaceWhereNoDatabaseMayBeCreated() throws Exception {
        use(mariaDb.createDatabase("my", false));
        addWhatDoesNotMove();
        Map<String, List<String>> before = contents(test, test.name());
        List<String> objects = objects(test.name());
        Path dump = directory.resolve("d");
        database.dump(dump, FORMAT);
        assertEquals(RestoreWay.IN_PLACE_AFTER_SAVING, database.restoreWay(restored));
        assertThrows(RefusedException.class, () -> database.restoreInto(restored, dump, FORMAT, null));
        test.execute(
                "CREATE TABLE NewerThing (i int)",
                "CREATE VIEW newer AS SELECT * FROM NewerThing",
                "DROP PROCEDURE p",
                "CREATE PROCEDURE q() SELECT 1",
                "DELETE FROM Users");
        Path saved = directory.resolve("saved");
        database.dump(saved, FORMAT);
        RowCounts wrong = new RowCounts(Map.of("Users", 77L));
        assertThrows(StageFailedException.class, () -> database.restoreInPlace(dump, FORMAT, saved, wrong));
        assertTrue(database.inPlaceRestoreUnfinished());
        database.restoreInPlace(dump, FORMAT, saved, null);
        assertFalse(database.inPlaceRestoreUnfinished());
        assertEquals(before, contents(test, test.name()));
        assertEquals(objects, objects(test.name()));
    }

    @Test
    public void restoresNothingInPlaceWithoutASavedDump() throws Exception {
        Path dump = directory.resolve("d");
        database.dump(dump, FORMAT);
        Map<String, List<String>> before = contents(test, test.name());
        assertThrows(
                RefusedException.class,
                () -> database.restoreInPlace(dump, FORMAT, directory.resolve("missing"), null));
        assertEquals(before, contents(test, test.name()));
    }

    @Test
    public void findsEveryKindOfDamageOfADump() throws Exception {
        Path dump = directory.resolve("d");
        database.dump(dump, FORMAT);
        byte[] whole = Files.readAllBytes(dump);
        for (int i = 0; i < 50; i++) {
            byte[] damaged = whole.clone();
            damaged[(int) ((long) i * (whole.length - 1) / 49)] ^= 0x10;
            Files.write(dump, damaged);
            assertThrows("byte of step " + i, RefusedException.class, () -> database.checkDump(dump, FORMAT));
        }
        Files.write(dump, Arrays.copyOf(whole, whole.length - 20));
        assertThrows(RefusedException.class, () -> database.checkDump(dump, FORMAT));
        assertThrows(RefusedException.class, () -> database.restoreInto(restored, dump, FORMAT, null));
        assertFalse(mariaDb.hasDatabase(restored));
    }

    @Test
    public void leavesNothingBehindWhenADumpFails() throws IOException {
        assertThrows(
                StageFailedException.class, () -> database.dump("no_such_database", directory.resolve("d"), FORMAT));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    public void knowsAnUnfinishedDatabaseAndDropsIt() {
        mariaDb.execute(
                "CREATE DATABASE `" + restored + "`",
                "CREATE TABLE `" + restored + "`.mmupgrade_unfinished (since TIMESTAMP)");
        assertFalse(database.exists(restored));
        assertTrue(database.listSiblings().get(0).unfinished());
        assertEquals(1, database.settleUnfinished().size());
        assertFalse(mariaDb.hasDatabase(restored));
    }

    @Test
    public void neverDropsWhatIsNotItsOwn() {
        for (String name : List.of(test.name(), "mysql", test.name() + "_backup")) {
            assertThrows(RefusedException.class, () -> database.drop(name));
        }
        assertTrue(mariaDb.hasDatabase(test.name()));
    }

    @Test
    public void saysThatItCannotBeFrozen() {
        List<CopyPrecondition> findings = database.preconditions(DatabaseNames.frozen(test.name(), "r1"), null);
        assertEquals(CopyPrecondition.Severity.BLOCKING, findings.get(0).severity());
        assertThrows(RefusedException.class, () -> database.freeze(DatabaseNames.frozen(test.name(), "r1")));
    }

    @Test
    public void showsNoPasswordInAListOfProcesses() throws Exception {
        try (ProcessWatch watch = new ProcessWatch()) {
            int i = 0;
            Path dump;
            do {
                dump = directory.resolve("d" + i++);
                database.dump(dump, FORMAT);
            } while (watch.containing("mariadb-dump").isEmpty());
            do {
                database.drop(restored);
                database.restoreInto(restored, dump, FORMAT, null);
            } while (watch.containing("--database=" + restored).isEmpty());
            assertEquals(List.of(), watch.containing(test.password().substring(0, 12)));
        }
    }
}
