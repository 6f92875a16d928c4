package io.github.mmupgrade.database.mysql;

import static io.github.mmupgrade.database.MattermostTables.contents;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class MariaDbBaseBackupsTest {

    private static final String RUN = "r1";
    private static final String RIGHTS = "RELOAD, PROCESS, LOCK TABLES";

    /** More than the redo log of 16 MB holds. */
    private static final int ROUNDS = 20;

    private static TestMariaDb server;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static int servers;

    private TestDatabase test;
    private Database database;
    private Path target;

    @BeforeClass
    public static void start() {
        // another class of this JVM may have left one running
        int before = processes("mariadbd").size();
        server = new TestMariaDb();
        servers = before + 1;
    }

    @AfterClass
    public static void end() {
        server.close();
    }

    @Before
    public void fill() throws Exception {
        test = server.createDatabase("base", true);
        server.execute("GRANT " + RIGHTS + " ON *.* TO " + test.user() + "@'%'");
        MattermostTables.fill(test);
        database = MattermostTables.open(test);
        // a private directory that the database server's user cannot enter
        target = folder.getRoot().toPath().resolve("base");
        assertEquals("rwx------", mode(folder.getRoot().toPath()));
    }

    @After
    public void drop() {
        baseBackups().discard(target, RUN);
        database.close();
        server.execute("DROP DATABASE " + test.name());
        assertEquals(List.of(), processes("mariadb-backup"));
        assertEquals(servers, processes("mariadbd").size());
    }

    private DatabaseBaseBackups baseBackups() {
        return database.baseBackups().orElseThrow();
    }

    private static String mode(Path directory) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    }

    private static List<ProcessHandle> processes(String program) {
        return ProcessHandle.current()
                .descendants()
                .filter(child -> child.info().command().orElse("").endsWith(program))
                .toList();
    }

    /** What users and plug-ins do all the time, and what a plug-in may do. */
    private void write(int round) throws SQLException {
        test.execute(
                "INSERT INTO Posts VALUES ('w" + round + "', 'written \u00e4 \ud83d\ude00', " + round + ", x'00ff27')",
                "UPDATE Posts SET Message = 'changed in round " + round + "' WHERE CreateAt % 7 = " + round % 7,
                "DELETE FROM Posts WHERE Id = 'p" + round + "'");
    }

    private void define(String name) throws SQLException {
        test.execute(
                "CREATE TABLE " + name + " (a INT PRIMARY KEY, b TEXT, c INT AS (a + 1) STORED, d DATETIME)",
                "INSERT INTO " + name + " (a, b) VALUES (1, 'one'), (2, 'two')",
                "ALTER TABLE " + name + " ADD COLUMN e VARCHAR(20) DEFAULT 'e', ADD KEY (b(10))",
                "RENAME TABLE " + name + " TO " + name + "_renamed",
                "CREATE TABLE " + name + "_gone (a INT)",
                "DROP TABLE " + name + "_gone",
                "CREATE TRIGGER " + name + "_trigger BEFORE INSERT ON " + name
                        + "_renamed FOR EACH ROW SET NEW.b = 'b'",
                "CREATE VIEW " + name + "_view AS SELECT a FROM " + name + "_renamed",
                "CREATE PROCEDURE " + name + "_procedure() SELECT 1",
                "CREATE EVENT " + name + "_event ON SCHEDULE EVERY 1 DAY DO SELECT 1");
    }

    private List<String> objects(String name) throws SQLException {
        List<String> result = new ArrayList<>();
        try (Connection connection = server.admin("");
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT CONCAT('trigger ', trigger_name) FROM information_schema.triggers"
                                + " WHERE trigger_schema = '" + name + "' UNION ALL SELECT CONCAT('table ', table_name)"
                                + " FROM information_schema.tables WHERE table_schema = '" + name
                                + "' UNION ALL SELECT CONCAT('routine ', routine_name) FROM"
                                + " information_schema.routines WHERE routine_schema = '" + name
                                + "' UNION ALL SELECT CONCAT('event ', event_name) FROM information_schema.events"
                                + " WHERE event_schema = '" + name + "' ORDER BY 1")) {
            while (rows.next()) {
                result.add(rows.getString(1));
            }
        }
        return result;
    }

    /** Restores the dump of the base backup beside the database, and compares. */
    private void assertHolds(Map<String, List<String>> expected, List<String> objects, Path dump) throws SQLException {
        String restored = DatabaseNames.restored(test.name(), RUN);
        database.restoreInto(restored, dump, DumpFormat.SQL_ZSTD, null);
        assertEquals(expected, contents(test, restored));
        assertEquals(objects, objects(restored));
        database.drop(restored);
    }

    private Path dump() {
        Path dump = folder.getRoot().toPath().resolve("dump");
        DatabaseBaseBackups.Dumped dumped = baseBackups().dump(target, "", dump, DumpFormat.SQL_ZSTD);
        assertEquals(dump, dumped.dump().target());
        assertFalse(dumped.rows().tables().isEmpty());
        return dump;
    }

    @Test
    public void holdsEverythingUpToTheStopAndNothingBehindIt() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Thread users = new Thread(() -> {
            for (int round = 0; !stop.get(); round++) {
                try {
                    write(round);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        users.start();
        define("earlier");
        baseBackups().begin(target, RUN);
        define("meanwhile");
        stop.set(true);
        users.join();
        baseBackups().begin(target, RUN);
        write(1000);
        Map<String, List<String>> expected = contents(test, test.name());
        expected.remove(MySqlSideDatabases.HOLD);
        Files.createFile(target.resolve("last.part").resolve("followed"));
        String position = baseBackups().finish(target, RUN);
        assertTrue(Files.exists(target.resolve("last").resolve("followed")));
        assertTrue(position, position.startsWith("last_lsn = "));
        List<String> objects = objects(test.name());
        assertFalse(objects.toString(), objects.contains("table " + MySqlSideDatabases.HOLD));
        assertEquals(position, baseBackups().finish(target, RUN));
        write(2000);
        define("later");
        assertHolds(expected, objects, dump());
        assertFalse(Files.exists(target.resolve("options")));
    }

    @Test
    public void fetchesTheLastOfItAfterTheStopWhenFollowingBrokeOff() throws Exception {
        baseBackups().begin(target, RUN);
        processes("mariadb-backup").forEach(ProcessHandle::destroyForcibly);
        define("meanwhile");
        write(1);
        assertFinishesWithEverything();
    }

    @Test
    public void anotherProcessFetchesTheLastOfIt() throws Exception {
        kill(child("begin"), () -> Files.isDirectory(target.resolve("full")) && holders() > 0, 2000);
        define("meanwhile");
        write(1);
        assertFinishesWithEverything();
    }

    private void assertFinishesWithEverything() throws SQLException {
        Map<String, List<String>> expected = contents(test, test.name());
        expected.remove(MySqlSideDatabases.HOLD);
        baseBackups().finish(target, RUN);
        List<String> objects = objects(test.name());
        write(2000);
        assertHolds(expected, objects, dump());
    }

    @Test
    @Category(Slow.class)
    public void readsThePagesAgainWhenTheServerHasOverwrittenItsLog() throws Exception {
        server.execute("SET GLOBAL innodb_log_file_size = 16777216");
        baseBackups().begin(target, RUN);
        for (ProcessHandle follower : processes("mariadb-backup")) {
            signal("STOP", follower);
        }
        test.execute("CREATE TABLE large (a INT AUTO_INCREMENT PRIMARY KEY, b LONGTEXT)");
        for (int round = 0; round < ROUNDS; round++) {
            test.execute("INSERT INTO large (b) SELECT REPEAT(MD5(seq), 300) FROM seq_1_to_300");
        }
        for (ProcessHandle follower : processes("mariadb-backup")) {
            signal("CONT", follower);
        }
        Files.createFile(target.resolve("last.part").resolve("followed"));
        assertFinishesWithEverything();
        assertFalse(Files.exists(target.resolve("last").resolve("followed")));
    }

    private static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    @Test
    @Category(Slow.class)
    public void goesOnWhereverReadingItWasKilled() throws Exception {
        baseBackups().begin(target, RUN);
        define("meanwhile");
        for (int round = 0; round < 20; round++) {
            write(round);
        }
        test.execute(
                "CREATE TABLE large (a INT AUTO_INCREMENT PRIMARY KEY, b LONGTEXT)",
                "INSERT INTO large (b) SELECT REPEAT(MD5(seq), 300) FROM seq_1_to_2000");
        Map<String, List<String>> expected = contents(test, test.name());
        expected.remove(MySqlSideDatabases.HOLD);
        baseBackups().finish(target, RUN);
        List<String> objects = objects(test.name());
        Path dump = folder.getRoot().toPath().resolve("dump");
        for (int wait = 0; wait < 2400; wait += 200) {
            Process child = child("dump");
            kill(child, () -> Files.exists(folder.getRoot().toPath().resolve("begun")), wait);
            Files.deleteIfExists(folder.getRoot().toPath().resolve("begun"));
            Files.deleteIfExists(dump);
        }
        Process child = child("dump");
        Condition running = () -> child.descendants()
                .anyMatch(each -> each.info().command().orElse("").endsWith("mariadbd"));
        List<ProcessHandle> second = new ArrayList<>();
        kill(child, () -> running.holds() && second.addAll(child.descendants().toList()), 0);
        for (ProcessHandle each : second) {
            each.onExit().get(10, TimeUnit.SECONDS);
        }
        assertFalse(Files.exists(dump));
        assertHolds(expected, objects, dump());
    }

    /** What a test waits for. */
    private interface Condition {
        boolean holds() throws Exception;
    }

    private void kill(Process child, Condition when, int wait) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!when.holds()) {
            assertTrue(child.isAlive());
            assertTrue(System.nanoTime() < end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        TimeUnit.MILLISECONDS.sleep(wait);
        child.destroyForcibly().waitFor();
    }

    private long holders() {
        try (SqlClient client = new SqlClient(DataSource.parse("mysql", test.dataSource()))) {
            return client.number(
                    "SELECT count(*) FROM information_schema.processlist WHERE info = 'BACKUP STAGE" + " BLOCK_DDL'");
        }
    }

    private Process child(String what) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                what,
                target.toString());
        builder.environment().put("SOURCE", test.dataSource());
        return builder.inheritIO().start();
    }

    /** Another process that works on a base backup, to be killed. */
    public static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Path target = Path.of(arguments[1]);
            LocalHost host = new LocalHost();
            Database database =
                    Databases.open(DataSource.parse("mysql", System.getenv("SOURCE")), host, DatabaseTools.of(host));
            if (arguments[0].equals("begin")) {
                database.baseBackups().orElseThrow().begin(target, RUN);
            } else {
                Files.createFile(target.resolveSibling("begun"));
                database.baseBackups()
                        .orElseThrow()
                        .dump(target, "", target.resolveSibling("dump"), DumpFormat.SQL_ZSTD);
            }
            TimeUnit.MINUTES.sleep(5);
        }
    }

    private List<CopyPrecondition> preconditions(boolean sharedServer) {
        return baseBackups().preconditions(target, sharedServer);
    }

    private static CopyPrecondition last(List<CopyPrecondition> findings) {
        return findings.get(findings.size() - 1);
    }

    @Test
    public void saysWhichRightsAreMissingAndHowToGiveThem() {
        assertEquals(
                preconditions(true).toString(),
                CopyPrecondition.Severity.OK,
                last(preconditions(true)).severity());
        server.execute("REVOKE " + RIGHTS + " ON *.* FROM " + test.user() + "@'%'");
        CopyPrecondition finding = last(preconditions(true));
        assertEquals("rights", finding.check());
        assertEquals(CopyPrecondition.Severity.BLOCKING, finding.severity());
        String grant = "GRANT " + RIGHTS + " ON *.* TO '" + test.user() + "'@'%'";
        assertTrue(finding.hint().text(), finding.hint().text().startsWith("Run " + grant + ", or"));
        assertThrows(StageFailedException.class, () -> baseBackups().begin(target, RUN));
        server.execute(grant);
        assertEquals(CopyPrecondition.Severity.OK, last(preconditions(true)).severity());
    }

    @Test
    public void namesTheOtherDatabasesThatItWouldCopy() {
        TestDatabase other = server.createDatabase("other-one".replace("-", "_"), false);
        server.execute(
                "CREATE DATABASE `base-two`",
                "CREATE TABLE `base-two`.t (a INT)",
                "CREATE TABLE " + other.name() + ".t (a INT)",
                "CREATE DATABASE empty");
        CopyPrecondition finding = last(preconditions(false));
        assertEquals("shared", finding.check());
        assertTrue(finding.text(), finding.text().endsWith(": [base-two, " + other.name() + "]"));
        server.execute("DROP DATABASE `base-two`", "DROP DATABASE " + other.name(), "DROP DATABASE empty");
        assertEquals(CopyPrecondition.Severity.OK, last(preconditions(false)).severity());
    }

    @Test
    public void refusesServersThatItCannotCopy() {
        assertEquals("version", refusal(new ServerVersion("MySQL", 8, 0, "8.0.40"), test.dataSource()));
        assertEquals("version", refusal(new ServerVersion("MariaDB", 10, 4, "10.4.34-MariaDB"), test.dataSource()));
        assertEquals("program", refusal(new ServerVersion("MariaDB", 11, 4, "11.4.2-MariaDB"), test.dataSource()));
        assertEquals("place", refusal(database.serverVersion(), "u:p@tcp(database.invalid:3306)/m"));
    }

    private static String refusal(ServerVersion version, String source) {
        LocalHost host = new LocalHost();
        try (SqlClient client = new SqlClient(DataSource.parse("mysql", source))) {
            CopyPrecondition finding = last(
                    new MariaDbPreconditions(client, host, DatabaseTools.of(host), version).check(Path.of("/"), true));
            assertEquals(CopyPrecondition.Severity.BLOCKING, finding.severity());
            assertNotEquals("", finding.hint().text());
            return finding.check();
        }
    }

    @Test
    public void leavesNothingBehindWhenItIsDiscarded() throws Exception {
        baseBackups().begin(target, RUN);
        baseBackups().discard(target, RUN);
        assertFalse(Files.exists(target));
        assertFalse(objects(test.name()).contains("table " + MySqlSideDatabases.HOLD));
        try (Stream<Path> left = Files.list(folder.getRoot().toPath())) {
            assertEquals(0, left.count());
        }
    }
}
