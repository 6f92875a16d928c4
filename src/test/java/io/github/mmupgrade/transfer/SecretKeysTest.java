package io.github.mmupgrade.transfer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.value.BadValues;
import java.sql.SQLException;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A key may be what lets somebody in, such as the token of an invitation. */
public class SecretKeysTest {

    private static final String SECRET = "k9ioj7ysrjbhxyp3dxsqgxkr4h";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TransferScene scene;

    @Before
    public void makeTables() throws SQLException {
        scene = new TransferScene(folder.getRoot().toPath());
        scene.source.execute(
                "CREATE TABLE Tokens (Token varchar(64) PRIMARY KEY, Other varchar(64), Extra text)",
                "INSERT INTO Tokens VALUES ('" + SECRET + "', 'x', concat('a', char(0)))");
        scene.target.execute("CREATE TABLE tokens (token varchar(64) PRIMARY KEY, other varchar(64), extra text)");
    }

    @Test
    public void isNotShownWithABadValue() {
        Transfer transfer = scene.withSmallRanges(10);
        BadValues found = transfer.findBadValues(transfer.plan());
        String lines = found.lines(false).toString();
        assertTrue(lines, lines.contains("Tokens.Extra, 1 value") && lines.contains("Token=***"));
        assertFalse(lines, lines.contains(SECRET));
        StageFailedException failed = assertThrows(StageFailedException.class, () -> TransferScene.ahead(transfer));
        assertFalse(failed.getMessage(), failed.getMessage().contains(SECRET));
    }

    @Test
    public void isNotShownAsADuplicate() throws SQLException {
        scene.target.execute("CREATE UNIQUE INDEX folded ON tokens (other, substr(token, 1, 1))");
        scene.source.execute("INSERT INTO Tokens VALUES ('" + SECRET.replace('h', 'g') + "', 'x', '')");
        Transfer transfer = scene.withSmallRanges(10);
        List<String> found = transfer.findDuplicates(transfer.plan());
        assertEquals(found.toString(), 1, found.size());
        assertTrue(found.get(0), found.get(0).contains("*** in 2 rows"));
    }

    @Test
    public void isNotQuotedFromAnErrorOfPostgres() throws SQLException {
        scene.source.execute("UPDATE Tokens SET Extra = ''");
        scene.target.execute("ALTER TABLE tokens ADD CHECK (other <> 'x')");
        Transfer transfer = scene.withSmallRanges(10);
        StageFailedException failed = assertThrows(StageFailedException.class, () -> TransferScene.ahead(transfer));
        assertTrue(failed.getMessage(), failed.getMessage().contains("violates check constraint"));
        assertFalse(failed.getMessage(), failed.getMessage().contains(SECRET));
    }
}
