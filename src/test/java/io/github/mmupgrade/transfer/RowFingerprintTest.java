package io.github.mmupgrade.transfer;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Changes that a checksum could miss, with a real MariaDB. */
public class RowFingerprintTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TransferScene scene;
    private TestDatabase source;

    @Before
    public void makeTables() throws SQLException {
        scene = new TransferScene(folder.getRoot().toPath());
        source = scene.source;
        source.execute("CREATE TABLE t (id varchar(26) PRIMARY KEY, a text, b text)");
        scene.target.execute("CREATE TABLE t (id varchar(26) PRIMARY KEY, a text, b text)");
    }

    private void isSeen(String before, String after) throws SQLException {
        source.execute("INSERT INTO t VALUES (" + before + ")");
        Transfer transfer = scene.withSmallRanges(10);
        TransferPlan plan = TransferScene.ahead(transfer);
        source.execute("REPLACE INTO t VALUES (" + after + ")");
        transfer.complete(plan);
        assertEquals(before + " to " + after, rows(source), rows(scene.target));
    }

    /** NULL is told from every text, and where a value ends from what it holds. */
    private static List<String> rows(TestDatabase database) throws SQLException {
        return TransferScene.column(
                database,
                "SELECT concat(id, ' ', CASE WHEN a IS NULL THEN 'NULL' ELSE 'text' END, ' ', md5(coalesce(a, '')), ' ', CASE WHEN b IS NULL THEN 'NULL' ELSE 'text' END, ' ', md5(coalesce(b, '')))"
                        + " FROM t");
    }

    @Test
    public void nullIsToldFromItsSignInCopy() throws SQLException {
        isSeen("'1', NULL, ''", "'1', '\\\\N', ''");
    }

    @Test
    public void theSignIsToldFromNull() throws SQLException {
        isSeen("'1', '\\\\N', ''", "'1', NULL, ''");
    }

    @Test
    public void aSeparatorInAValueMovesNothingIntoAnotherColumn() throws SQLException {
        isSeen("'1', 'a\u001f', 'b'", "'1', 'a', '\u001fb'");
    }

    @Test
    public void nullIsToldFromEmpty() throws SQLException {
        isSeen("'1', NULL, ''", "'1', '', NULL");
    }

    @Test
    public void valuesThatChangePlacesAreSeen() throws SQLException {
        isSeen("'1', 'x', 'y'", "'1', 'y', 'x'");
    }
}
