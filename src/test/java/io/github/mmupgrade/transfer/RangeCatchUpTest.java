package io.github.mmupgrade.transfer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** What is copied after the stop, where generated databases would meet it seldom. */
@RunWith(Parameterized.class)
public class RangeCatchUpTest {

    /** Whether what has changed is copied while the server runs, too. */
    @Parameter
    public boolean aheadToo;

    @Parameters(name = "aheadToo={0}")
    public static List<Boolean> both() {
        return List.of(false, true);
    }

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TransferScene scene;
    private TestDatabase source;

    @Before
    public void makeScene() {
        scene = new TransferScene(folder.getRoot().toPath());
        source = scene.source;
    }

    private void tables(String mySql, String postgres) throws SQLException {
        source.execute("CREATE TABLE t (" + mySql + ")");
        scene.target.execute("CREATE TABLE t (" + postgres + ")");
    }

    /** Each change is followed by a completion of its own, as when the server was started in between. */
    private void follow(String... changes) throws SQLException {
        Transfer transfer = scene.withSmallRanges(3);
        TransferPlan plan = TransferScene.ahead(transfer);
        scene.requireSame("ahead");
        for (int i = 0; i < changes.length; i++) {
            source.execute(changes[i]);
            if (aheadToo) {
                scene.withSmallRanges(3).catchUp(plan);
            }
            if (!aheadToo || i % 2 == 1 || i == changes.length - 1) {
                scene.withSmallRanges(3).complete(plan);
                scene.requireSame(changes[i]);
            }
        }
    }

    @Test
    public void whatIsWrittenWhileItCatchesUpIsCopiedAfterTheStop() throws Exception {
        tables(
                "id int PRIMARY KEY, UpdateAt bigint, v int, KEY (UpdateAt)",
                "id integer PRIMARY KEY, updateat bigint, v integer");
        source.execute("INSERT INTO t SELECT seq, 1600000000000, 0 FROM seq_1_to_2000");
        Transfer transfer = scene.withSmallRanges(100);
        TransferPlan plan = TransferScene.ahead(transfer);
        AtomicBoolean stopped = new AtomicBoolean();
        Thread server = new Thread(() -> write(stopped));
        server.start();
        try {
            for (int i = 0; i < 3; i++) {
                transfer.catchUp(plan);
            }
            transfer.rehearseCompletion(plan);
        } finally {
            stopped.set(true);
            server.join();
        }
        if (aheadToo) {
            transfer.catchUp(plan);
        }
        transfer.complete(plan);
        scene.requireSame("after the stop");
    }

    @Test
    public void whatWasCopiedWhileTheServerRanIsNotCopiedAfterTheStop() throws SQLException {
        tables(
                "id int PRIMARY KEY, UpdateAt bigint, v int, KEY (UpdateAt)",
                "id integer PRIMARY KEY, updateat bigint, v integer");
        source.execute("INSERT INTO t SELECT seq, 1600000000000, 0 FROM seq_1_to_100");
        Transfer transfer = scene.withSmallRanges(30);
        TransferPlan plan = TransferScene.ahead(transfer);
        source.execute("UPDATE t SET v = 1 WHERE id % 10 = 0", "UPDATE t SET v = 2 WHERE id = 50");
        if (aheadToo) {
            transfer.catchUp(plan);
            source.execute("UPDATE t SET v = 3 WHERE id = 51");
        }
        assertEquals(aheadToo ? 1 : 10, transfer.complete(plan).get(0).afterStop());
        scene.requireSame("after the stop");
    }

    /** With its time and without it, deleted, and new. */
    private void write(AtomicBoolean stopped) {
        for (int i = 1; !stopped.get(); i++) {
            try {
                source.execute(
                        "UPDATE t SET v = v + 1, UpdateAt = unix_timestamp() * 1000 WHERE id % 97 = " + i % 97,
                        "UPDATE t SET v = v + 1 WHERE id % 89 = " + i % 89,
                        "DELETE FROM t WHERE id = " + 7 * i,
                        "INSERT INTO t VALUES (" + (10_000 + i) + ", unix_timestamp() * 1000, 0)");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    public void keysOfBytesAreFoundAgain() throws SQLException {
        tables("k varbinary(20) PRIMARY KEY, v text", "k bytea PRIMARY KEY, v text");
        source.execute("INSERT INTO t VALUES (X'00FF80', 'a'), (X'C328', 'b'), (X'', 'c')");
        follow(
                "UPDATE t SET v = 'changed'",
                "INSERT INTO t VALUES (X'FFFE', 'new')",
                "DELETE FROM t WHERE k = X'C328'");
    }

    @Test
    public void keysOfSeveralCharacterSetsAreFoundAgain() throws SQLException {
        tables(
                "a varchar(26) CHARACTER SET utf8mb4, b varchar(40) CHARACTER SET latin1, v int, PRIMARY KEY (a, b)",
                "a varchar(26), b varchar(40), v integer, PRIMARY KEY (a, b)");
        source.execute("INSERT INTO t VALUES ('\\t', 'éANULL0', 1), ('z7ulmi', '{a,b}yyyyyä16', 2), ('c', 'x', 3)");
        follow("UPDATE t SET v = v + 10");
    }

    @Test
    public void aRowThatChangesBackIsCopiedAgain() throws SQLException {
        tables("id varchar(26) PRIMARY KEY, v text", "id varchar(26) PRIMARY KEY, v text");
        source.execute("INSERT INTO t VALUES ('1', 'first'), ('2', 'x')");
        follow("UPDATE t SET v = 'second' WHERE id = '1'", "UPDATE t SET v = 'first' WHERE id = '1'");
    }

    @Test
    public void aRowThatCameAndWentIsRemoved() throws SQLException {
        tables("id varchar(26) PRIMARY KEY, v text", "id varchar(26) PRIMARY KEY, v text");
        source.execute("INSERT INTO t VALUES ('1', 'first')");
        follow("INSERT INTO t VALUES ('2', 'x')", "DELETE FROM t WHERE id = '2'");
    }

    @Test
    public void aRowThatWentAndCameIsThere() throws SQLException {
        tables("id varchar(26) PRIMARY KEY, v text", "id varchar(26) PRIMARY KEY, v text");
        source.execute("INSERT INTO t VALUES ('1', 'first'), ('2', 'x')");
        follow("DELETE FROM t WHERE id = '2'", "INSERT INTO t VALUES ('2', 'x')");
    }

    @Test
    public void largeNumbersAsKeysAreFoundAgain() throws SQLException {
        tables(
                "id bigint, n bigint, v int, PRIMARY KEY (id, n)",
                "id bigint, n bigint, v integer, PRIMARY KEY (id, n)");
        for (long id :
                List.of(Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, 9007199254740993L, 9007199254740992L)) {
            source.execute("INSERT INTO t VALUES (" + id + ", " + id + ", 1), (" + id + ", " + (id / 2) + ", 2)");
        }
        follow("UPDATE t SET v = 5 WHERE id = 9007199254740993", "UPDATE t SET v = 6", "UPDATE t SET n = n / 2 + 1");
    }

    @Test
    public void aValueThatMustBeUniqueMovesBetweenRanges() throws SQLException {
        tables(
                "id int PRIMARY KEY, name varchar(20) UNIQUE, v int",
                "id integer PRIMARY KEY, name varchar(20) UNIQUE, v integer");
        for (int i = 0; i < 12; i++) {
            source.execute("INSERT INTO t VALUES (" + i + ", 'n" + i + "', 0)");
        }
        List<String> before = scene.definitions();
        Transfer transfer = scene.withSmallRanges(3);
        TransferPlan plan = TransferScene.ahead(transfer);
        source.execute(
                "UPDATE t SET name = NULL",
                "UPDATE t SET name = concat('n', 11 - id)",
                "DELETE FROM t WHERE id = 5",
                "INSERT INTO t VALUES (100, 'n6', 1)");
        transfer.complete(plan);
        scene.requireSame("exchanged");
        assertEquals(before, scene.definitions());
    }

    @Test
    public void rowsThatWereReadAtDifferentTimesMayHaveOneUniqueValue() throws SQLException {
        tables(
                "id int PRIMARY KEY, name varchar(20), v int",
                "id integer PRIMARY KEY, name varchar(20) UNIQUE, v integer");
        source.execute("INSERT INTO t VALUES (1, 'same', 0), (2, 'same', 0), (3, 'other', 0)");
        List<String> before = scene.definitions();
        Transfer transfer = scene.withSmallRanges(1);
        TransferPlan plan = TransferScene.ahead(transfer);
        source.execute("UPDATE t SET name = 'renamed' WHERE id = 1");
        transfer.complete(plan);
        scene.requireSame("renamed");
        assertEquals(before, scene.definitions());
    }

    @Test
    public void recentRowsAreCopiedOnceAndTheOthersToo() throws SQLException {
        tables(
                "id varchar(26) PRIMARY KEY, UpdateAt bigint, v text, KEY (UpdateAt)",
                "id varchar(26) PRIMARY KEY, updateat bigint, v text");
        for (int i = 0; i < 40; i++) {
            source.execute(
                    "INSERT INTO t VALUES ('" + i + "', " + (i % 3 == 0 ? "NULL" : "1600000000000") + ", 'old')");
        }
        follow(
                "UPDATE t SET v = 'new', UpdateAt = unix_timestamp() * 1000 WHERE id % 2 = 0",
                "UPDATE t SET v = 'without a time' WHERE id % 5 = 0",
                "INSERT INTO t SELECT concat('n', id), unix_timestamp() * 1000, 'added' FROM t",
                "DELETE FROM t WHERE id LIKE 'n1%' OR id LIKE '2%'",
                "UPDATE t SET v = 'old', UpdateAt = 1600000000000 WHERE id = '4'");
    }

    /** The checksums of the two rows have the sum that they have had before. */
    @Test
    public void rowsThatExchangeTheirValuesAreCopiedAgain() throws SQLException {
        tables("id int PRIMARY KEY, v int", "id integer PRIMARY KEY, v integer");
        List<Integer> found = alike();
        int other = found.get(0);
        int value = found.get(1);
        source.execute("INSERT INTO t VALUES (10, 1000), (" + other + ", " + value + ")");
        follow("UPDATE t SET v = " + (value + 1000) + " - v");
    }

    private static List<Integer> alike() {
        for (int other = 11; other < 100; other++) {
            for (int value = 1001; value < 10_000; value++) {
                if (crc(10, 1000) + crc(other, value) == crc(10, value) + crc(other, 1000)) {
                    return List.of(other, value);
                }
            }
        }
        throw new AssertionError("There is no such pair");
    }

    /** Of a row, as MySQL computes it. */
    private static long crc(int id, int v) {
        CRC32 crc = new CRC32();
        crc.update((id + "\u001f" + v).getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }

    @Test
    public void rowsThatOthersReferToAreCopiedAgainAfterTheForeignKeysWereMade() throws SQLException {
        tables("id int PRIMARY KEY, v int", "id integer PRIMARY KEY, v integer");
        source.execute(
                "CREATE TABLE part (id int PRIMARY KEY, t int)",
                "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
                "INSERT INTO part VALUES (1, 1), (2, 2), (3, 3)");
        scene.target.execute(
                "CREATE TABLE part (id integer PRIMARY KEY, t integer REFERENCES t (id) ON DELETE CASCADE)");
        List<String> before = scene.definitions();
        follow(
                "UPDATE t SET v = v + 1 WHERE id > 1",
                "INSERT INTO t VALUES (4, 4)",
                "INSERT INTO part VALUES (4, 4)",
                "UPDATE t SET v = v + 1 WHERE id <> 3");
        assertEquals(before, scene.definitions());
    }

    @Test
    public void smallTablesThatOthersReferToAreCopiedAgainAfterTheForeignKeysWereMade() throws SQLException {
        tables("id int PRIMARY KEY, v int", "id integer PRIMARY KEY, v integer");
        source.execute(
                "CREATE TABLE part (id int PRIMARY KEY, t int)",
                "INSERT INTO t VALUES (1, 1), (2, 2)",
                "INSERT INTO part VALUES (1, 1), (2, 2)");
        scene.target.execute(
                "CREATE TABLE part (id integer PRIMARY KEY, t integer REFERENCES t (id) ON DELETE CASCADE)");
        List<String> before = scene.definitions();
        Transfer transfer = scene.transfer(false);
        TransferPlan plan = TransferScene.ahead(transfer);
        transfer.complete(plan);
        source.execute("UPDATE t SET v = v + 1", "INSERT INTO part VALUES (3, 1)");
        scene.transfer(false).complete(plan);
        scene.requireSame("the second time");
        assertEquals(before, scene.definitions());
    }

    /** As the next release of a plugin does it; what is in it would be lost without a word. */
    @Test
    public void aColumnThatAPluginAddsMeanwhileIsRefused() throws SQLException {
        source.execute(
                "CREATE TABLE of_a_plugin (id int PRIMARY KEY, v text)", "INSERT INTO of_a_plugin VALUES (1, 'a')");
        Transfer transfer = scene.withSmallRanges(3);
        TransferPlan plan = transfer.plan();
        transfer.copyAhead(plan, "run");
        transfer.copyAhead(transfer.plan(), "run");
        source.execute("ALTER TABLE of_a_plugin ADD COLUMN w text", "UPDATE of_a_plugin SET w = 'b'");
        Transfer later = scene.withSmallRanges(3);
        StageFailedException failed = assertThrows(StageFailedException.class, () -> {
            if (aheadToo) {
                later.copyAhead(later.plan(), "run");
            } else {
                later.complete(later.plan());
            }
        });
        assertEquals(
                "Table of_a_plugin of a plugin has columns that it did not have when it was copied: [w].",
                failed.getMessage());
    }

    /** Of a server that runs on they may be read at different times; of one that stopped they may not. */
    @Test
    public void aRehearsalIsContentWithOneUniqueValueInRowsThatWereReadAtDifferentTimes() throws SQLException {
        tables("id int PRIMARY KEY, name varchar(20)", "id integer PRIMARY KEY, name varchar(20) UNIQUE");
        source.execute("INSERT INTO t VALUES (1, 'same'), (2, 'same')");
        Transfer transfer = scene.withSmallRanges(1);
        TransferPlan plan = TransferScene.ahead(transfer);
        if (aheadToo) {
            transfer.catchUp(plan);
        }
        assertEquals(2, transfer.rehearseCompletion(plan).get(0).rows());
        StageFailedException failed = assertThrows(StageFailedException.class, () -> transfer.complete(plan));
        assertTrue(failed.getMessage(), failed.getMessage().contains("could not create unique index"));
    }

    @Test
    public void aRehearsalFindsARowThatRefersToNone() throws SQLException {
        tables("id int PRIMARY KEY, v int", "id integer PRIMARY KEY, v integer");
        source.execute("CREATE TABLE part (id int PRIMARY KEY, t int)", "INSERT INTO part VALUES (1, 7)");
        scene.target.execute("CREATE TABLE part (id integer PRIMARY KEY, t integer REFERENCES t (id))");
        Transfer transfer = scene.withSmallRanges(1);
        TransferPlan plan = TransferScene.ahead(transfer);
        StageFailedException failed = assertThrows(StageFailedException.class, () -> transfer.rehearseCompletion(plan));
        assertTrue(failed.getMessage(), failed.getMessage().contains("violates foreign key constraint"));
        source.execute("INSERT INTO t VALUES (7, 7)");
        transfer.rehearseCompletion(plan);
        scene.requireSame("with the row");
    }
}
