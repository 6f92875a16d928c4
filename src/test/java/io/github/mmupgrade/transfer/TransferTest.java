package io.github.mmupgrade.transfer;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.value.BadValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Every type and every value that PostgreSQL does not take, from a real MariaDB into a real PostgreSQL. */
public class TransferTest {

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "plain",
            "\\N",
            "\\.",
            "\\",
            "\\\\",
            "a\tb",
            "a\nb",
            "a\r\nb",
            "\b\f\u000b\u0001\u001f\u007f",
            "NULL",
            "'\"`",
            "Grüße",
            "日本語",
            "😀",
            "👨‍👩‍👧‍👦",
            "e\u0301",
            "\uFFFD",
            "\u2028",
            "{\"a\":1}",
            "x ",
            "ends with \\");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private TransferScene scene;

    @Before
    public void makeTables() throws SQLException {
        scene = new TransferScene(folder.getRoot().toPath().resolve("copy"));
        scene.source.execute("""
                CREATE TABLE Everything (
                  Id varchar(26) NOT NULL PRIMARY KEY, IsTiny tinyint(1), IsWide tinyint(4), IsSure tinyint(1), Bit1 bit(1),
                  N2 smallint, N4 int(11), N8 bigint(20), Unsigned8 bigint(20) unsigned, Sure8 bigint(20),
                  Filled int(8) zerofill,
                  Long4 text CHARACTER SET utf8mb4, Long3 text CHARACTER SET utf8mb3, Long1 text CHARACTER SET latin1,
                  SureText text CHARACTER SET utf8mb4, Whole longtext CHARACTER SET utf8mb4, Blob3 mediumblob, SureBlob mediumblob,
                  Cut varchar(255) CHARACTER SET utf8mb4, Fixed char(5), Document json, SureDocument longtext,
                  Kind varchar(1), Ids json, Amount decimal(12,3) zerofill, Ratio double, Small float, Day date, Moment datetime(6))""");
        scene.target.execute("CREATE TYPE channel_type AS ENUM ('O', 'P', 'D', 'G')", """
                CREATE TABLE everything (
                  id varchar(26) PRIMARY KEY, istiny boolean, iswide boolean, issure boolean NOT NULL, bit1 boolean,
                  n2 smallint, n4 integer, n8 bigint, unsigned8 bigint, sure8 bigint NOT NULL, filled integer,
                  long4 varchar(65535), long3 varchar(4000), long1 varchar(300), suretext varchar(300) NOT NULL, whole text,
                  blob3 bytea, sureblob bytea NOT NULL, cut varchar(10), fixed char(8), document jsonb, suredocument jsonb NOT NULL,
                  kind channel_type, ids varchar(5)[], amount numeric(12,3), ratio double precision, small real, day date,
                  moment timestamp, added integer DEFAULT 7)""");
    }

    /** A row whose other columns hold something that is taken. */
    private void insert(String id, Object... columns) throws SQLException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("Id", id);
        values.put("IsSure", 0);
        values.put("Sure8", 0);
        values.put("SureText", "");
        values.put("SureBlob", new byte[0]);
        values.put("SureDocument", "{}");
        for (int i = 0; i < columns.length; i += 2) {
            values.put((String) columns[i], columns[i + 1]);
        }
        try (Connection connection = GeneratedDatabase.open(scene);
                PreparedStatement statement = connection.prepareStatement("INSERT INTO Everything ("
                        + String.join(", ", values.keySet()) + ") VALUES (?" + ", ?".repeat(values.size() - 1) + ")")) {
            int place = 1;
            for (Object value : values.values()) {
                statement.setObject(place++, value);
            }
            statement.executeUpdate();
        }
    }

    private void insertGood() throws SQLException {
        int i = 0;
        for (String text : TEXTS) {
            insert(
                    "good" + i++,
                    "Long4",
                    text,
                    "Long3",
                    text.replaceAll("[^\\u0000-\\uffff]|[\\ud800-\\udfff]", "?"),
                    "Long1",
                    "é" + text.replaceAll("[^ -~]", "ü"),
                    "SureText",
                    text,
                    "Whole",
                    text.repeat(100),
                    "Cut",
                    text.length() > 9 ? "" : text,
                    "Document",
                    new ObjectMapper().createObjectNode().put(text, text).toString(),
                    "Ids",
                    new ObjectMapper()
                            .createArrayNode()
                            .add(text.substring(0, Math.min(1, text.length())))
                            .toString());
        }
        insert(
                "numbers1",
                "IsTiny",
                1,
                "IsWide",
                0,
                "Bit1",
                1,
                "N2",
                -32768,
                "N4",
                Integer.MIN_VALUE,
                "N8",
                Long.MIN_VALUE,
                "Unsigned8",
                Long.MAX_VALUE,
                "Filled",
                42,
                "Amount",
                "5.5",
                "Ratio",
                0.1,
                "Small",
                16777216.0,
                "Day",
                "2024-02-29",
                "Moment",
                "2024-02-29 23:59:59.120000",
                "Kind",
                "D",
                "Fixed",
                "ab",
                "Blob3",
                new byte[] {0, -1, 92, 10});
        insert(
                "numbers2",
                "IsTiny",
                0,
                "IsWide",
                1,
                "Bit1",
                0,
                "N2",
                32767,
                "N4",
                Integer.MAX_VALUE,
                "N8",
                Long.MAX_VALUE,
                "Unsigned8",
                0,
                "Filled",
                0,
                "Amount",
                "0.001",
                "Ratio",
                -1.7976931348623157e308,
                "Small",
                3.4e38,
                "Day",
                "0001-01-01",
                "Moment",
                "9999-12-31 23:59:59.999999",
                "Kind",
                "O",
                "Fixed",
                "äöü",
                "Blob3",
                new byte[0]);
        insert(
                "numbers3",
                "Ratio",
                Double.MIN_VALUE,
                "Small",
                -0.1,
                "Day",
                "9999-12-31",
                "Moment",
                "1970-01-01 00:00:00");
        insert("nothing");
    }

    /** Values of columns that PostgreSQL does not take, each in a row of its own, with what a repair makes of it. */
    private Map<String, String> insertBad() throws SQLException {
        Map<String, String> expected = new LinkedHashMap<>();
        bad(expected, "NUL", "Long4", "a\0b\0", "ab");
        bad(expected, "NUL", "Long3", "\0", "");
        bad(expected, "NUL", "Long1", "\0é", "é");
        bad(expected, "NUL", "SureText", "x\0", "x");
        bad(expected, "NUL", "Whole", "\0".repeat(3), "");
        bad(expected, "TOO_LONG", "Cut", "12345678901", "1234567890");
        bad(expected, "TOO_LONG", "Long1", "é".repeat(301), "é".repeat(300));
        bad(expected, "TOO_LONG", "SureText", "😀".repeat(301), "😀".repeat(300));
        bad(expected, "INVALID_JSON", "Document", "{broken", "{}");
        bad(expected, "INVALID_JSON", "Document", "", "{}");
        bad(expected, "INVALID_JSON", "SureDocument", "not JSON", "{}");
        bad(expected, "NUL_IN_JSON", "Document", "{\"a\":\"x\\u0000y\"}", "{\"a\": \"xy\"}");
        bad(expected, "HALF_CHARACTER", "Document", "[\"\\ud83d\"]", "[\"\uFFFD\"]");
        bad(expected, "NOT_AN_ARRAY", "Ids", "{\"a\":1}", "{}");
        bad(expected, "NOT_AN_ARRAY", "Ids", "[1]", "{}");
        bad(expected, "TOO_LONG", "Ids", "[\"123456\",\"ok\"]", "{12345,ok}");
        bad(expected, "NUL", "Ids", "[\"a\\u0000\"]", "{a}");
        bad(expected, "HALF_CHARACTER", "Ids", "[\"\\ude00\"]", "{\uFFFD}");
        bad(expected, "OUT_OF_RANGE", "Unsigned8", "18446744073709551615", "9223372036854775807");
        bad(expected, "NOT_BOOLEAN", "IsTiny", 2, "true");
        bad(expected, "NOT_BOOLEAN", "IsWide", -1, "true");
        bad(expected, "NO_DATE", "Day", "0000-00-00", null);
        bad(expected, "NO_DATE", "Day", "2024-00-10", null);
        bad(expected, "NO_DATE", "Moment", "0000-00-00 00:00:00", null);
        bad(expected, "NULL", "IsSure", null, "false");
        bad(expected, "NULL", "Sure8", null, "0");
        bad(expected, "NULL", "SureText", null, "");
        bad(expected, "NULL", "SureBlob", null, "");
        bad(expected, "NULL", "SureDocument", null, "{}");
        return expected;
    }

    private void bad(Map<String, String> expected, String why, String column, Object value, String repaired)
            throws SQLException {
        String id = "bad" + expected.size();
        insert(id, column, value);
        expected.put(id + " " + column + " " + why, repaired);
    }

    @Test
    public void everyTypeArrivesAsItIs() throws SQLException {
        insertGood();
        Transfer transfer = scene.transfer(false);
        BadValues found = transfer.findBadValues(transfer.plan());
        assertTrue(found.lines(false).toString(), found.isEmpty());
        TransferScene.whole(transfer);
        scene.requireAllBut("everything", "added");
        assertEquals(List.of("7"), TransferScene.column(scene.target, "SELECT DISTINCT added::text FROM everything"));
        assertFalse(Files.exists(scene.directory.resolve(Transfer.REPAIRS)));
    }

    @Test
    public void everyBadValueIsFoundByItsKey() throws SQLException {
        insertGood();
        Map<String, String> expected = insertBad();
        Transfer transfer = scene.transfer(false);
        BadValues found = transfer.findBadValues(transfer.plan());
        assertEquals(found.lines(false).toString(), expected.size(), found.count());
        String lines = String.join("\n", found.lines(true));
        expected.keySet()
                .forEach(each -> assertTrue(each + " in\n" + lines, lines.contains("Id=" + each.split(" ")[0])));
        assertFalse(found.hasIrreparable());
    }

    @Test
    public void eachBadValueIsRefusedAtTheLatestWhereItIsCopied() throws SQLException {
        for (String each : insertBad().keySet()) {
            String id = each.split(" ")[0];
            unchecked(
                    "DROP TABLE IF EXISTS Kept",
                    "CREATE TABLE Kept LIKE Everything",
                    "INSERT INTO Kept SELECT * FROM Everything",
                    "DELETE FROM Everything WHERE Id <> '" + id + "'");
            Transfer transfer = scene.transfer(false, "Kept");
            StageFailedException refused =
                    assertThrows(each, StageFailedException.class, () -> TransferScene.ahead(transfer));
            assertTrue(refused.getMessage(), refused.getMessage().contains("Everything." + each.split(" ")[1]));
            assertTrue(refused.getMessage(), refused.getMessage().contains("Id=" + id));
            unchecked("DELETE FROM Everything", "INSERT INTO Everything SELECT * FROM Kept");
        }
    }

    private void unchecked(String... statements) throws SQLException {
        try (Connection connection = GeneratedDatabase.open(scene);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    public void repairsAreMadeAndWrittenDown() throws Exception {
        insertGood();
        Map<String, String> expected = insertBad();
        Transfer transfer = scene.transfer(true);
        TransferScene.ahead(transfer);
        assertEquals(expected.size(), transfer.repaired().count());
        Map<String, JsonNode> repairs = repairs();
        assertEquals(expected.keySet(), repairs.keySet());
        for (Map.Entry<String, String> each : expected.entrySet()) {
            String[] words = each.getKey().split(" ");
            List<String> there = TransferScene.column(
                    scene.target, "SELECT " + words[1] + "::text FROM everything WHERE id = '" + words[0] + "'");
            String wanted = words[1].equals("SureBlob") ? "\\x" : each.getValue();
            assertEquals(each.getKey(), java.util.Collections.singletonList(wanted), there);
        }
        JsonNode one = repairs.get("bad0 Long4 NUL");
        assertEquals(
                "a\0b\0",
                new String(Base64.getDecoder().decode(one.get("before").asText()), StandardCharsets.UTF_8));
        assertEquals("ab", one.get("after").asText());
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(scene.directory.resolve(Transfer.REPAIRS))));
    }

    private Map<String, JsonNode> repairs() throws IOException {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        for (String line : Files.readAllLines(scene.directory.resolve(Transfer.REPAIRS))) {
            JsonNode one = new ObjectMapper().readTree(line);
            assertEquals("Everything", one.get("table").asText());
            found.put(
                    one.get("key").asText().replace("Id=", "") + " "
                            + one.get("column").asText() + " " + one.get("why").asText(),
                    one);
        }
        return found;
    }

    @Test
    public void anUnknownLabelIsNeverRepaired() throws SQLException {
        insert("label", "Kind", "X");
        Transfer transfer = scene.transfer(true);
        BadValues found = transfer.findBadValues(transfer.plan());
        assertTrue(found.lines(true).toString(), found.hasIrreparable());
        StageFailedException refused = assertThrows(StageFailedException.class, () -> TransferScene.ahead(transfer));
        assertTrue(refused.getMessage(), refused.getMessage().contains("Everything.Kind"));
        assertTrue(refused.getMessage(), refused.getMessage().contains("Id=label"));
    }

    @Test
    public void bytesThatAreNoUtf8AreFoundAndReplaced() throws Exception {
        scene.source.execute(
                "ALTER TABLE Everything MODIFY SureText blob", "ALTER TABLE Everything MODIFY SureDocument blob");
        insert(
                "bytes",
                "SureText",
                HexFormat.of().parseHex("61ff62c328eda080"),
                "SureDocument",
                HexFormat.of().parseHex("22ff22"));
        ConversionScene.execute(scene.target, "ALTER TABLE everything ALTER suredocument TYPE text");
        Transfer transfer = scene.transfer(true);
        BadValues found = transfer.findBadValues(transfer.plan());
        assertEquals(found.lines(false).toString(), 2, found.count());
        TransferScene.ahead(transfer);
        assertTrue(TransferScene.column(scene.target, "SELECT suretext FROM everything")
                .get(0)
                .startsWith("a\uFFFDb\uFFFD("));
        assertEquals(List.of("\"\uFFFD\""), TransferScene.column(scene.target, "SELECT suredocument FROM everything"));
    }

    @Test
    public void textsThatWereEncodedTwiceAreCountedAndCopiedAsTheyAre() throws SQLException {
        for (String text : List.of("Grüße", "日本語", "😀", "Ísland", "à la carte")) {
            StringBuilder windows = new StringBuilder();
            for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
                // as MySQL's latin1: Windows-1252, and what that does not have stays
                String one = new String(new byte[] {each}, java.nio.charset.Charset.forName("windows-1252"));
                windows.append(one.equals("\uFFFD") ? String.valueOf((char) (each & 0xFF)) : one);
            }
            insert("twice " + text, "Long4", windows.toString(), "Document", "{\"a\":\"" + windows + "\"}");
            insert("once " + text, "Long4", text);
        }
        insert("sound", "Long4", "Ã", "SureText", "naïve café — “quoted” £5");
        Transfer transfer = scene.transfer(false);
        BadValues found = transfer.findBadValues(transfer.plan());
        assertTrue(found.isEmpty());
        assertEquals(found.doubleEncoded().toString(), 2, found.doubleEncoded().size());
        assertTrue(
                found.doubleEncoded().toString(),
                found.doubleEncoded().toString().contains("Everything.Long4, 5 values: UTF-8"));
        assertFalse(
                found.doubleEncoded().toString(),
                found.doubleEncoded().toString().contains("once"));
        TransferScene.whole(transfer);
        scene.requireAllBut("everything", "added");
    }

    @Test
    public void aTypeWithoutAConversionIsRefused() throws SQLException {
        scene.target.execute("ALTER TABLE everything ALTER n8 TYPE inet USING NULL");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> scene.transfer(false).plan());
        assertTrue(
                refused.getMessage(), refused.getMessage().contains("Column N8 of table Everything is 'bigint(20)'"));
    }

    @Test
    public void aColumnThatMustHaveAValueIsRefusedWhenThereIsNone() throws SQLException {
        scene.target.execute("ALTER TABLE everything ADD needed integer NOT NULL");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> scene.transfer(false).plan());
        assertTrue(refused.getMessage(), refused.getMessage().contains("Table Everything has no column needed"));
    }

    @Test
    public void duplicatesOfIndexesThatMySqlHasNotAreNamedBeforehand() throws SQLException {
        scene.target.execute(
                "CREATE UNIQUE INDEX by_lower ON everything (lower(suretext)) WHERE suretext <> ''",
                "CREATE UNIQUE INDEX by_cut ON everything (cut, n4)",
                "CREATE UNIQUE INDEX by_id_too ON everything (id, n4)",
                "CREATE UNIQUE INDEX fine ON everything (whole)");
        insert("1", "SureText", "Bob", "Cut", "same", "N4", 1, "Whole", "a");
        insert("2", "SureText", "bob", "Cut", "same", "N4", 2, "Whole", "b");
        insert("3", "SureText", "ÉVA", "Cut", "same", "N4", 2);
        insert("4", "SureText", "éva", "Cut", "same", "N4", null);
        insert("5", "SureText", "", "Cut", "same", "N4", null);
        Transfer transfer = scene.transfer(false);
        List<String> found = transfer.findDuplicates(transfer.plan());
        assertEquals(found.toString(), 2, found.size());
        assertTrue(found.toString(), found.get(0).contains("Table Everything has rows of the same cut, n4"));
        assertTrue(found.toString(), found.get(0).contains("(same,2) in 2 rows"));
        assertTrue(found.toString(), found.get(1).contains("(bob) in 2 rows; (éva) in 2 rows"));
        assertTrue(found.toString(), found.get(1).contains("by_lower"));
        StageFailedException refused = assertThrows(StageFailedException.class, () -> TransferScene.whole(transfer));
        assertTrue(refused.getMessage(), refused.getMessage().contains("everything"));
        scene.source.execute("UPDATE Everything SET SureText = Id, Cut = Id");
        assertEquals(List.of(), transfer.findDuplicates(transfer.plan()));
        transfer.complete(transfer.plan());
        scene.requireAllBut("everything", "added");
    }

    @Test
    public void materializedViewsAreFilled() throws SQLException {
        scene.target.execute(
                "CREATE MATERIALIZED VIEW counted AS SELECT n4, count(*) FROM everything GROUP BY n4",
                "CREATE MATERIALIZED VIEW counted_again AS SELECT count(*) AS groups FROM counted",
                "CREATE VIEW by_key AS SELECT id, n4, cut FROM everything GROUP BY id");
        insert("1", "N4", 1);
        insert("2", "N4", 2);
        List<String> before = scene.definitions();
        TransferScene.whole(scene.transfer(false));
        assertEquals(List.of("2"), TransferScene.column(scene.target, "SELECT groups FROM counted_again"));
        assertEquals(before, scene.definitions());
    }
}
