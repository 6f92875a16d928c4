package io.github.mmupgrade.transfer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.LineReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Copies that are cut off: each goes on, and MySQL is never written. */
public class TransferFaultsTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TransferScene scene() throws SQLException {
        TransferScene scene = new TransferScene(folder.getRoot().toPath().resolve("copy"));
        scene.source.execute(
                "CREATE TABLE Posts (Id varchar(26) PRIMARY KEY, Message text, UpdateAt bigint, KEY (UpdateAt))",
                "INSERT INTO Posts SELECT substr(md5(seq), 1, 26), repeat(concat('Grüße ', seq, '\\n'), 20), seq FROM seq_1_to_20000",
                "CREATE TABLE FileInfo (Id varchar(26) PRIMARY KEY, MiniPreview mediumblob)",
                "INSERT INTO FileInfo SELECT concat('f', seq), repeat(unhex(md5(seq)), 20000) FROM seq_1_to_40",
                "CREATE TABLE Log (Line text)",
                "INSERT INTO Log SELECT concat('line ', seq) FROM seq_1_to_500",
                "ANALYZE TABLE Posts, FileInfo, Log");
        scene.target.execute(
                "CREATE TABLE posts (id varchar(26) PRIMARY KEY, message varchar(65535), updateat bigint)",
                "CREATE INDEX idx_posts_update_at ON posts (updateat)",
                "CREATE TABLE fileinfo (id varchar(26) PRIMARY KEY, minipreview bytea)",
                "CREATE TABLE log (line text)");
        return scene;
    }

    private static void change(TransferScene scene) throws SQLException {
        scene.source.execute(
                "UPDATE Posts SET Message = concat(Message, '!') WHERE UpdateAt % 10 = 3",
                "DELETE FROM Posts WHERE UpdateAt % 100 = 7",
                "UPDATE Posts SET Id = concat('new', UpdateAt) WHERE UpdateAt % 100 = 8",
                "UPDATE FileInfo SET MiniPreview = reverse(MiniPreview) WHERE Id LIKE '%1'",
                "DELETE FROM FileInfo WHERE Id = 'f7'",
                "INSERT INTO Log VALUES ('last')");
    }

    private static void requireSame(TransferScene scene) throws SQLException {
        scene.requireSameTable("posts");
        scene.requireSameTable("fileinfo");
        scene.requireSameTable("log");
    }

    /** Does something at the calls of a meter that are told. */
    private static final class Interruptions implements LineReporter {
        private final IntPredicate at;
        private final Runnable action;
        private final AtomicInteger calls = new AtomicInteger();

        Interruptions(IntPredicate at, Runnable action) {
            this.at = at;
            this.action = action;
        }

        @Override
        public void info(String line) {}

        @Override
        public void warn(String line) {}

        @Override
        public void debug(String line) {}

        @Override
        public Meter meter(String label, long total, String unit) {
            Meter whole = LineReporter.super.meter(label, total, unit);
            return new Meter() {
                @Override
                public void expect(long all) {
                    whole.expect(all);
                }

                @Override
                public void advance(long more) {
                    if (label.startsWith("copying") && at.test(calls.incrementAndGet())) {
                        action.run();
                    }
                    whole.advance(more);
                }

                @Override
                public void close() {
                    whole.close();
                }
            };
        }
    }

    private static Transfer transfer(TransferScene scene, long rangeRows, Reporter reporter) throws Exception {
        Files.createDirectories(scene.directory);
        return new Transfer(
                ConversionScene.source(scene.source),
                ConversionScene.source(scene.target),
                new TransferOptions(List.of(), false, 2, rangeRows, -1),
                scene.directory,
                reporter);
    }

    /** Ends the sessions of a database's role on its server. */
    private static void kill(TestDatabase database) {
        boolean postgres = database.driver().equals("postgres");
        try (Connection admin = postgres
                        ? TestPostgres.shared().admin("postgres")
                        : TestMariaDb.shared().admin("");
                Statement list = admin.createStatement();
                Statement killing = admin.createStatement();
                ResultSet sessions = list.executeQuery(
                        postgres
                                ? "SELECT pid FROM pg_stat_activity WHERE usename = '" + database.user() + "'"
                                : "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '" + database.user()
                                        + "'")) {
            while (sessions.next()) {
                try {
                    killing.execute((postgres ? "SELECT pg_terminate_backend(" : "KILL CONNECTION (")
                            + sessions.getLong(1) + ")");
                } catch (SQLException e) {
                    // it has gone by itself
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void goesOnBy(TransferScene scene, TestDatabase killed) throws Exception {
        AtomicInteger kills = new AtomicInteger();
        Transfer transfer = transfer(scene, 3000, new Interruptions(List.of(2, 9, 16)::contains, () -> {
            kills.incrementAndGet();
            kill(killed);
        }));
        TransferPlan plan = TransferScene.ahead(transfer);
        assertEquals(3, kills.get());
        requireSame(scene);
        change(scene);
        Thread killer = new Thread(() -> {
            for (int i = 0; i < 3; i++) {
                try {
                    Thread.sleep(250);
                } catch (InterruptedException e) {
                    return;
                }
                kill(killed);
            }
        });
        killer.start();
        transfer.complete(plan);
        killer.join();
        requireSame(scene);
    }

    @Test
    @Category(Slow.class)
    public void aCopyGoesOnAfterItsSessionsWithMariaDbAreKilled() throws Exception {
        TransferScene scene = scene();
        goesOnBy(scene, scene.source);
    }

    @Test
    @Category(Slow.class)
    public void aCopyGoesOnAfterItsSessionsWithPostgresAreEnded() throws Exception {
        TransferScene scene = scene();
        goesOnBy(scene, scene.target);
    }

    @Test
    public void aCopyThatStoppedAfterAnyRangeIsFinishedByTheNextCall() throws Exception {
        TransferScene scene = scene();
        Map<String, String> before = scene.checksums();
        int stopped = 0;
        for (int first = 1; first < 30; first += 2) {
            int at = first;
            // from there on, so that the other worker does not finish what this one has left
            Transfer transfer = transfer(scene, 2000, new Interruptions(call -> call >= at, () -> {
                throw new IllegalStateException("stopped");
            }));
            try {
                TransferScene.ahead(transfer);
                break;
            } catch (IllegalStateException e) {
                stopped++;
            }
        }
        assertTrue("stopped " + stopped + " times", stopped > 2);
        TransferScene.ahead(transfer(scene, 2000, scene.said));
        requireSame(scene);
        assertEquals(before, scene.checksums());
        change(scene);
        before = scene.checksums();
        Transfer last = transfer(scene, 2000, scene.said);
        last.complete(last.plan());
        requireSame(scene);
        assertEquals(before, scene.checksums());
    }

    @Test
    public void theSessionsWithMySqlRefuseEveryWrite() throws SQLException {
        TransferScene scene = scene();
        Map<String, String> before = scene.checksums();
        try (WorkerConnections connections =
                new WorkerConnections(ConversionScene.source(scene.source), ConversionScene.source(scene.target))) {
            for (Connection session : List.of(connections.source(), connections.second())) {
                for (String sql : List.of(
                        "INSERT INTO Log VALUES ('x')",
                        "UPDATE Log SET Line = ''",
                        "DELETE FROM Log",
                        "DROP TABLE Log",
                        "TRUNCATE Log",
                        "CREATE TABLE more (id int)",
                        "ALTER TABLE Log ADD x int")) {
                    try (Statement statement = session.createStatement()) {
                        SQLException refused = assertThrows(sql, SQLException.class, () -> statement.execute(sql));
                        assertEquals(refused.getMessage(), 1792, refused.getErrorCode());
                    }
                }
            }
        }
        assertEquals(before, scene.checksums());
    }

    @Test
    public void aDifferenceIsAFailureWithTheKey() throws Exception {
        TransferScene scene = scene();
        Transfer transfer = transfer(scene, 3000, scene.said);
        TransferPlan plan = transfer.plan();
        transfer.begin(plan, "run");
        transfer.copyRows(plan);
        scene.target.execute("UPDATE fileinfo SET minipreview = '\\x00' WHERE id = 'f3'");
        StageFailedException failed = assertThrows(StageFailedException.class, () -> transfer.compareRows(plan));
        assertTrue(failed.getMessage(), failed.getMessage().contains("fileinfo"));
        assertTrue(failed.getMessage(), failed.getMessage().contains("Id=f3"));
        scene.target.execute("DELETE FROM fileinfo WHERE id = 'f3'");
        failed = assertThrows(StageFailedException.class, () -> transfer.compareRows(plan));
        assertTrue(failed.getMessage(), failed.getMessage().contains("Id=f3"));
    }

    @Test
    @Category(Slow.class)
    public void aProcessThatIsKilledAtAnyMomentIsFinishedByTheNext() throws Exception {
        TransferScene scene = scene();
        List<String> definitions = scene.definitions();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (boolean complete : new boolean[] {false, true}) {
            if (complete) {
                change(scene);
            }
            Map<String, String> before = scene.checksums();
            int kills = 0;
            for (int i = 0; i < 12; i++) {
                Process process = TransferProcess.start(scene, 256, 700, complete);
                if (process.waitFor(i == 0 ? 700 : 800 + random.nextInt(4000), TimeUnit.MILLISECONDS)) {
                    break;
                }
                process.destroyForcibly().waitFor();
                kills++;
            }
            Process last = TransferProcess.start(scene, 256, 700, complete);
            assertEquals("seed " + seed + ": " + output(scene), 0, last.waitFor());
            assertTrue(output(scene), output(scene).endsWith("done\n"));
            requireSame(scene);
            assertEquals(before, scene.checksums());
            assertTrue("killed " + kills + " times", kills > 0);
        }
        assertEquals(definitions, scene.definitions());
    }

    private static String output(TransferScene scene) throws Exception {
        return Files.readString(scene.directory.resolveSibling("output"));
    }

    @Test
    @Category(Slow.class)
    public void blobsOf16MegabytesFitIntoASmallHeap() throws Exception {
        try (TestMariaDb mariaDb =
                new TestMariaDb(Map.of(), List.of("--max-allowed-packet=64M", "--innodb-log-file-size=256M"))) {
            TransferScene scene =
                    new TransferScene(mariaDb, folder.getRoot().toPath().resolve("copy"));
            scene.source.execute(
                    "CREATE TABLE FileInfo (Id varchar(26) PRIMARY KEY, MiniPreview mediumblob, Content longtext)",
                    "INSERT INTO FileInfo SELECT concat('f', seq), left(repeat(unhex(md5(seq)), 1048576), 16777215), repeat('\\t', 1000)"
                            + " FROM seq_1_to_5",
                    "INSERT INTO FileInfo VALUES ('text', NULL, repeat('é\\n', 5000000))");
            scene.target.execute("CREATE TABLE fileinfo (id varchar(26) PRIMARY KEY, minipreview bytea, content text)");
            run(scene, false);
            assertEquals(checksums(scene.source), checksums(scene.target));
            scene.source.execute(
                    "UPDATE FileInfo SET MiniPreview = reverse(MiniPreview), Content = 'changed' WHERE Id <> 'text'");
            run(scene, true);
            assertEquals(checksums(scene.source), checksums(scene.target));
        }
    }

    private static void run(TransferScene scene, boolean complete) throws Exception {
        Process process = TransferProcess.start(scene, 256, 2, complete);
        assertEquals(output(scene), 0, process.waitFor());
    }

    private static List<String> checksums(TestDatabase database) throws SQLException {
        return TransferScene.column(
                database,
                "SELECT concat(id, ' ', coalesce(md5(minipreview), 'NULL'), ' ', md5(content)) FROM "
                        + (database.driver().equals("mysql") ? "FileInfo" : "fileinfo") + " ORDER BY id");
    }

    @Test
    public void aServerThatAsksForTlsIsRead() throws Exception {
        Path made = folder.getRoot().toPath();
        try (TestMariaDb mariaDb = TestMariaDb.withTls(made)) {
            TransferScene plain = new TransferScene(mariaDb, made.resolve("copy"));
            plain.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'é')");
            plain.target.execute("CREATE TABLE t (id integer PRIMARY KEY, v text)");
            mariaDb.execute("ALTER USER " + plain.source.user() + "@'%' REQUIRE SSL");
            Files.createDirectories(plain.directory);
            Transfer transfer = new Transfer(
                    DataSource.parse("mysql", plain.source.dataSource() + "&tls=skip-verify"),
                    ConversionScene.source(plain.target),
                    new TransferOptions(List.of(), false, 2),
                    plain.directory,
                    plain.said);
            TransferScene.whole(transfer);
            assertEquals(List.of("é"), TransferScene.column(plain.target, "SELECT v FROM t"));
        }
    }
}
