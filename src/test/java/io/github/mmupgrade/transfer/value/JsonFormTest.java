package io.github.mmupgrade.transfer.value;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** Compares the form of JSON with what a real PostgreSQL prints. */
public class JsonFormTest {

    private static final int DOCUMENTS = 3_000;

    private static final String[] TEXTS = {
        "", "a", "key", "Key", "ключ", "日本", "😀", "\\u0041", "\\ud83d\\ude00", "\\\"", "\\\\", "\\/",
                "\\b\\f\\n\\r\\t",
        "\\u0001", "\\u001f", "\u007f", "é", "e\u0301", "\\u2028", "\u2028", "\\\\N", "a'b", "${x}", "\\u00e9",
                "\uFFFD", "\uFFFF"
    };

    private static final String[] NUMBERS = {
        "0",
        "-0",
        "-0.0",
        "0.0",
        "1",
        "-1",
        "1.0",
        "1.50",
        "1e5",
        "1E+5",
        "1e-5",
        "1.25e2",
        "-1.5E-3",
        "0e5",
        "0e-5",
        "0e200000",
        "12345678901234567890123456789",
        "0.1234567890123456789012345678901234567890",
        "1e300",
        "1e-300",
        "9007199254740993",
        "1e131071",
        "1e-16383",
        "123.456e-2",
        "100e-2",
        "0.00e3",
        "0E+0",
        "1e0"
    };

    private static Connection postgres;

    @BeforeClass
    public static void connect() throws SQLException {
        TestDatabase database = TestPostgres.shared().createDatabase("json", false);
        postgres = database.connect();
    }

    @AfterClass
    public static void disconnect() throws SQLException {
        postgres.close();
    }

    /** What PostgreSQL prints; null when it refuses the document. */
    private static String printed(String document) throws SQLException {
        try (PreparedStatement statement = postgres.prepareStatement("SELECT ?::jsonb::text")) {
            statement.setString(1, document);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        } catch (SQLException e) {
            return null;
        }
    }

    private static String form(String document) {
        JsonForm.Result result = JsonForm.of(document.getBytes(StandardCharsets.UTF_8));
        return result.text() == null ? null : new String(result.text(), StandardCharsets.UTF_8);
    }

    private static void same(String document) throws SQLException {
        String words = document.length() > 200 ? document.substring(0, 200) + "..." : document;
        assertEquals(words, printed(document), form(document));
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth > 5 ? 4 : 6)) {
            case 0 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 1 -> '"' + text(random) + '"';
            case 2 -> List.of("true", "false", "null").get(random.nextInt(3));
            case 3 -> number(random);
            case 4 -> {
                StringBuilder array = new StringBuilder("[");
                for (int i = random.nextInt(5); i > 0; i--) {
                    array.append(blank(random)).append(value(random, depth + 1)).append(i > 1 ? "," : "");
                }
                yield array.append(blank(random)).append(']').toString();
            }
            default -> {
                StringBuilder object = new StringBuilder("{");
                for (int i = random.nextInt(7); i > 0; i--) {
                    object.append(blank(random))
                            .append('"')
                            .append(text(random))
                            .append('"')
                            .append(blank(random))
                            .append(':')
                            .append(blank(random))
                            .append(value(random, depth + 1))
                            .append(i > 1 ? "," : "");
                }
                yield object.append(blank(random)).append('}').toString();
            }
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder(TEXTS[random.nextInt(TEXTS.length)]);
        while (random.nextInt(3) == 0) {
            text.append(TEXTS[random.nextInt(TEXTS.length)]);
        }
        return text.toString();
    }

    private static String number(Random random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
        text.append(random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(100_000));
        if (random.nextBoolean()) {
            text.append('.').append(random.nextInt(100_000)).append(random.nextBoolean() ? "00" : "");
        }
        if (random.nextBoolean()) {
            text.append("eE".charAt(random.nextInt(2)))
                    .append(List.of("", "+", "-").get(random.nextInt(3)))
                    .append(random.nextInt(40));
        }
        return text.toString();
    }

    private static String blank(Random random) {
        return random.nextInt(4) > 0
                ? ""
                : List.of(" ", "\t", "\n", "\r\n", "  ").get(random.nextInt(5));
    }

    @Test
    public void randomDocumentsHaveTheFormOfPostgres() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < DOCUMENTS; i++) {
            String document = blank(random) + value(random, 0) + blank(random);
            assertEquals("seed " + seed + ": " + document, printed(document), form(document));
        }
    }

    @Test
    public void damagedDocumentsAreRefusedWherePostgresRefusesThem() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < DOCUMENTS; i++) {
            StringBuilder document = new StringBuilder(value(random, 0));
            for (int j = random.nextInt(3); j >= 0; j--) {
                int at = random.nextInt(document.length() + 1);
                switch (random.nextInt(3)) {
                    case 0 -> document.insert(at, "{}[]\",:\\0-+.eE \n/*#'NaN".charAt(random.nextInt(23)));
                    case 1 -> document.setLength(at);
                    default -> document.delete(at, Math.min(document.length(), at + 1));
                }
            }
            String text = document.toString();
            String expected = printed(text);
            JsonForm.Result result = JsonForm.of(text.getBytes(StandardCharsets.UTF_8));
            if (result.half() || result.nul()) {
                // PostgreSQL refuses these; what is made of them, it takes
                assertEquals("seed " + seed + ": " + text, printed(form(text)), form(text));
            } else {
                assertEquals("seed " + seed + ": " + text, expected, form(text));
            }
        }
    }

    @Test
    public void duplicateKeysAndOrderOfKeys() throws SQLException {
        same("{\"b\":1,\"a\":2,\"b\":3}");
        same("{\"aa\":1,\"b\":2,\"é\":3,\"zz\":4,\"\":5,\"日\":6,\"abc\":7,\"ABC\":8}");
        same("{\"a\":{\"x\":1},\"a\":{\"y\":2}}");
        same("{\"\\u0061\":1,\"a\":2}");
    }

    @Test
    public void numbersAtTheirLimits() throws SQLException {
        for (String number : NUMBERS) {
            same(number);
            same("[" + number + "]");
        }
        for (String number : List.of(
                "1e131072",
                "1e-16384",
                "0e-16384",
                "0e1000000000",
                "0e9999999999",
                "1e99999999999",
                "1e-99999999999",
                "9".repeat(131_072),
                "9".repeat(131_073),
                "0." + "1".repeat(16_383),
                "0." + "1".repeat(16_384),
                "+1",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "0x10",
                "NaN",
                "Infinity",
                "-Infinity",
                "--1",
                "1_000",
                "00",
                "-01")) {
            same(number);
        }
    }

    @Test
    public void deepAndLongDocuments() throws SQLException {
        same("[".repeat(1_000) + "]".repeat(1_000));
        same("{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000));
        same("{\"" + "k".repeat(60_000) + "\":1}");
        same("[\"" + "é😀".repeat(200_000) + "\"]");
        same("[" + "1,".repeat(50_000) + "1]");
    }

    /** What goes deeper than PostgreSQL's own stack is bad, not a broken copy. */
    @Test
    public void aBottomlessDocumentIsRefused() {
        assertNull(form("[".repeat(100_000) + "]".repeat(100_000)));
        assertNull(form("{\"a\":".repeat(1_000_000)));
    }

    @Test
    public void whateverIsTakenAtAnyDepthPostgresTakes() throws SQLException {
        for (int depth = 1_000; depth < 20_000; depth += 1_500) {
            for (String document :
                    List.of("[".repeat(depth) + "]".repeat(depth), "{\"a\":".repeat(depth) + "1" + "}".repeat(depth))) {
                String form = form(document);
                if (form != null) {
                    assertEquals("depth " + depth, printed(document), form);
                }
            }
        }
    }

    @Test
    public void whatIsNoJson() throws SQLException {
        for (String document : List.of(
                "",
                " ",
                "{",
                "}",
                "[",
                "{]",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "nul",
                "TRUE",
                "\"",
                "\"\n\"",
                "\"\u0001\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "1 2",
                "{} {}",
                "[] //",
                "/* */ 1",
                "\uFEFF{}",
                "\uFEFF1",
                "\u00a0{}",
                "\u000b1",
                "\f{}",
                "undefined",
                "{\"a\"}",
                "{\"a\":}",
                "{:1}",
                "{1:2}",
                "[,1]",
                ",",
                ":",
                "\"a\":1",
                "\"a\" \"b\"",
                "nullnull",
                "true1",
                "1true",
                "\"a\"1",
                "# x")) {
            same(document);
        }
    }

    @Test
    public void aNulByteIsNoJson() {
        for (String document :
                List.of("\0", "\0{}", "1\0", "{}\0", "\0\0\0" + "1", "1\0\0\0", "\"a\0b\"", "{\"a\0\":1}", "[\0]")) {
            assertNull(document, form(document));
            assertNull(document, JsonForm.texts(document.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    public void anEscapedNulIsLeftOutAndTold() {
        for (String document :
                List.of("{\"a\":\"x\\u0000y\"}", "{\"a\\u0000\":\"xy\"}", "[\"\\u0000\"]", "\"\\u0000\"")) {
            assertTrue(
                    document,
                    JsonForm.of(document.getBytes(StandardCharsets.UTF_8)).nul());
        }
        assertEquals("{\"a\": \"xy\"}", form("{\"a\":\"x\\u0000y\"}"));
        assertEquals("{\"a\": 2}", form("{\"a\\u0000\":1,\"a\":2}"));
        JsonForm.Result escaped = JsonForm.of("\"\\\\u0000\"".getBytes(StandardCharsets.UTF_8));
        assertFalse("a backslash before it", escaped.nul());
        assertArrayEquals("\"\\\\u0000\"".getBytes(StandardCharsets.UTF_8), escaped.text());
    }

    @Test
    public void halfACharacterBecomesTheReplacementAndIsTold() throws SQLException {
        for (String document : List.of(
                "\"\\ud83d\"",
                "\"\\ude00\"",
                "\"a\\ud83db\"",
                "{\"a\":[\"\\ud83d\"]}",
                "\"\\ud83d\\ud83d\"",
                "\"\\ude00\\ud83d\"",
                "\"\\ud83d\\u0041\"",
                "\"\\ud83d\\n\"")) {
            JsonForm.Result result = JsonForm.of(document.getBytes(StandardCharsets.UTF_8));
            assertTrue(document, result.half());
            assertNull(document, printed(document));
            String form = new String(result.text(), StandardCharsets.UTF_8);
            assertTrue(form, form.contains("\uFFFD"));
            assertEquals(form, printed(form));
        }
        assertNull("a key is not repaired", form("{\"\\ud83d\":1}"));
        assertFalse(JsonForm.of("\"\\ud83d\\ude00\"".getBytes(StandardCharsets.UTF_8))
                .half());
    }

    @Test
    public void arraysOfTexts() {
        assertEquals(
                List.of("a", "", "é😀"),
                JsonForm.texts("[\"a\", \"\",\"\\u00e9😀\"]".getBytes(StandardCharsets.UTF_8)));
        assertEquals(List.of(), JsonForm.texts("[]".getBytes(StandardCharsets.UTF_8)));
        for (String document :
                List.of("", " ", "null", "{}", "[1]", "[null]", "[[]]", "[\"a\"", "[\"a\"] 1", "[\"a\",]", "\"a\"")) {
            assertNull(document, JsonForm.texts(document.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
