package io.github.mmupgrade.config;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ConfigDocumentTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void givesBackEveryByteOfEveryConfiguration() {
        Configurations.all()
                .forEach((name, bytes) -> assertArrayEquals(
                        name, bytes, ConfigDocument.parse(bytes, name).bytes()));
    }

    @Test
    public void aChangeTakenBackGivesBackEveryByte() {
        Configurations.all().forEach((name, bytes) -> {
            ConfigDocument document = ConfigDocument.parse(bytes, name);
            for (String setting : document.settings()) {
                JsonNode value = document.get(setting).orElseThrow();
                ConfigDocument changed = document.with(setting, TextNode.valueOf("something else"));
                assertFalse(name + " " + setting, java.util.Arrays.equals(bytes, changed.bytes()));
                if (value.isTextual() && !value.textValue().matches(".*[^ -~].*|.*[\\\\\"&<>/].*")) {
                    assertArrayEquals(
                            name + " " + setting,
                            bytes,
                            changed.with(setting, value).bytes());
                }
            }
        });
    }

    @Test
    public void theSameValueChangesNothing() {
        Configurations.all().forEach((name, bytes) -> {
            ConfigDocument document = ConfigDocument.parse(bytes, name);
            for (String setting : document.settings()) {
                assertSame(
                        name + " " + setting,
                        document,
                        document.with(setting, document.get(setting).orElseThrow()));
            }
        });
    }

    @Test
    public void changesOneValueAndNotAByteBesides() {
        String before = new String(Configurations.bytes("by-hand-two-spaces.json"), StandardCharsets.UTF_8);
        ConfigDocument document = Configurations.of(before);
        assertEquals(
                before.replace(":true", ":false"),
                Configurations.text(
                        document.with("LogSettings.EnableConsole", JsonNodeFactory.instance.booleanNode(false))));
        assertEquals(
                before.replace("\"\\u00e9\\/\"", "\"\\u003ctab\\t\\u001f \u00e9\\u2028\\u0026\""),
                Configurations.text(
                        document.with("LogSettings.Level", TextNode.valueOf("<tab\t\u001f \u00e9\u2028&"))));
    }

    @Test
    public void addsSettingsAndSectionsInTheLayoutOfTheFile() {
        assertEquals(
                "{\r\n\t\"ServiceSettings\": {\r\n\t\t\"SiteURL\": \"http://b.example\",\r\n\t\t\"ReadTimeout\": 300\r\n\t},"
                        + "\r\n\t\"SqlSettings\": {\r\n\t\t\"DriverName\": \"mysql\",\r\n\t\t\"QueryTimeout\": 30\r\n\t},"
                        + "\r\n\t\"JobSettings\": {\r\n\t\t\"Runs\": [\r\n\t\t\t1,\r\n\t\t\t2\r\n\t\t]\r\n\t}\r\n}\r\n",
                Configurations.text(Configurations.own("tabs-crlf.json")
                        .with("sqlsettings.QueryTimeout", IntNode.valueOf(30))
                        .with(
                                "JobSettings.Runs",
                                JsonNodeFactory.instance.arrayNode().add(1).add(2))));
        assertEquals(
                "{\"ServiceSettings\": {\"SiteURL\": \"http://c.example\", \"ReadTimeout\": 300}, \"SqlSettings\": "
                        + "{\"Trace\": 1}, \"A\": {\"B\": 2, \"C\": 3}}",
                Configurations.text(Configurations.own("one-line.json")
                        .with("SqlSettings.Trace", IntNode.valueOf(1))
                        .with("A.B", IntNode.valueOf(2))
                        .with("A.C", IntNode.valueOf(3))));
    }

    @Test
    public void takesSettingsAwayWithTheirCommas() {
        ConfigDocument document =
                Configurations.of("{\n  \"a\": 1,\n  \"b\": { \"x\": 1, \"y\": 2 },\n  \"c\": 3\n}\n");
        assertEquals(
                "{\n  \"b\": { \"x\": 1, \"y\": 2 },\n  \"c\": 3\n}\n", Configurations.text(document.without("a")));
        assertEquals(
                "{\n  \"a\": 1,\n  \"b\": { \"x\": 1, \"y\": 2 }\n}\n", Configurations.text(document.without("c")));
        assertEquals(
                "{\n  \"a\": 1,\n  \"b\": {},\n  \"c\": 3\n}\n",
                Configurations.text(document.without("b.x").without("b.y")));
        assertSame(document, document.without("d.e"));
    }

    @Test
    public void keepsEveryDigitOfANumber() {
        ConfigDocument document = Configurations.own("server-written.json");
        assertEquals(
                "10000000000000000000",
                document.get("TeamSettings.MaxUsersPerTeam").orElseThrow().asText());
        assertEquals("1.0", document.get("TeamSettings.Ratio").orElseThrow().asText());
        String changed = Configurations.text(document.with("TeamSettings.SiteName", TextNode.valueOf("x")));
        for (String token : List.of("1e2", "10000000000000000000", "1.0", "2.50")) {
            assertTrue(token, changed.contains(" " + token));
        }
    }

    @Test
    public void findsSettingsInAnyLetterCaseAndPluginsWithDotsInTheirNames() {
        ConfigDocument document = Configurations.own("server-written.json");
        assertEquals(
                "elastic-planted",
                document.get("ElasticsearchSettings.password").orElseThrow().asText());
        assertTrue(document.get("PluginSettings.PluginStates.com.example.bridge.Enable")
                .orElseThrow()
                .asBoolean());
        ConfigDocument changed = document.with(
                "PluginSettings.PluginStates.com.example.new.Enable", JsonNodeFactory.instance.booleanNode(true));
        assertEquals(
                "{\"Enable\":true}",
                changed.get("PluginSettings.PluginStates")
                        .orElseThrow()
                        .get("com.example.new")
                        .toString());
        assertTrue(document.settings().contains("PluginSettings.Plugins.com.example.bridge.apitoken"));
        assertEquals("ServiceSettings", document.sections().get(0));
    }

    @Test
    public void refusesWhatIsNoConfigurationWithLineAndColumnAndWithoutContent() {
        String secret = "hunter2hunter2";
        assertRefused("{\n \"a\": \"" + secret + "\",\n \"b\": \"x\", \"a\": \"" + secret + "\"}", 3, 12, secret);
        assertRefused("{\"a\": \"" + secret + "\"} " + secret, 1, 25, secret);
        assertRefused("{\"a\": " + secret + "}", 1, 7, secret);
        assertRefused("{\"a\": NaN, \"b\": \"" + secret + "\"}", 1, 7, secret);
        assertRefused("{\n\"a\": \"" + secret + "\n\"}", 2, 21, secret);
        assertRefused("\uFEFF{\"a\": \"" + secret + "\"}", 1, 1, secret);
        assertRefused("{\"" + secret + "\": 1,}", 1, 22, secret);
        assertRefused("{\"" + secret + "\": 01}", 1, 20, secret);
        assertRefused("{\"" + secret + "\": \"\\q\"}", 1, 20, secret);
        assertRefused("[\"" + secret + "\"]", 1, 1, secret);
        assertRefused("\"" + secret + "\"", 1, 1, secret);
        assertRefused("{\"a\": \"" + secret + "\"", 1, 23, secret);
        assertRefused("// " + secret + "\n{}", 1, 1, secret);
        assertRefused("", 1, 1, secret);
        assertRefused("{\"a\":" + "[".repeat(10_000) + "\"" + secret + "\"" + "]".repeat(10_000) + "}", 1, 506, secret);
        assertRefused("{\"x\":".repeat(10_000) + "1" + "}".repeat(10_000), 1, 2501, secret);
    }

    private static void assertRefused(String text, int line, int column, String secret) {
        RefusedException refused = assertThrows(RefusedException.class, () -> Configurations.of(text));
        String message = refused.getMessage();
        java.util.regex.Matcher place =
                java.util.regex.Pattern.compile("line (\\d+), column (\\d+)").matcher(message);
        assertTrue(message, place.find());
        assertEquals(message, line, Integer.parseInt(place.group(1)));
        // Jackson points at the offending character or just behind it
        assertEquals(message, column, Integer.parseInt(place.group(2)), 2 + secret.length());
        for (Throwable at = refused; at != null; at = at.getCause()) {
            assertFalse(at.toString().contains("hunter2"));
        }
    }

    @Test
    public void refusesBytesThatAreNotUtf8() {
        byte[] latin = "{\"a\": \"\u00fc\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThrows(RefusedException.class, () -> ConfigDocument.parse(latin, "config.json"));
        byte[] wide = "{\"a\": 1}".getBytes(StandardCharsets.UTF_16LE);
        assertThrows(RefusedException.class, () -> ConfigDocument.parse(wide, "config.json"));
    }

    @Test
    public void readsAndChangesTenMegabytes() {
        StringBuilder text = new StringBuilder("{\n    \"PluginSettings\": {\n        \"Plugins\": {");
        for (int i = 0; text.length() < 10_000_000; i++) {
            text.append(i == 0 ? "" : ",")
                    .append("\n            \"p")
                    .append(i)
                    .append("\": {\n                \"k\": \"")
                    .append("v".repeat(50))
                    .append("\"\n            }");
        }
        text.append("\n        }\n    }\n}");
        ConfigDocument document = Configurations.of(text.toString());
        assertEquals(text.toString(), Configurations.text(document));
        assertEquals(
                text.toString()
                        .replace("\"p7\": {\n                \"k\": \"v", "\"p7\": {\n                \"k\": \"w"),
                Configurations.text(
                        document.with("PluginSettings.Plugins.p7.k", TextNode.valueOf("w" + "v".repeat(49)))));
    }

    @Test
    public void writingKeepsLinkModeAndOwnerAndLeavesNothingBeside() throws IOException {
        Path real = folder.newFolder("elsewhere").toPath().resolve("real.json");
        Path link = folder.newFolder("config").toPath().resolve("config.json");
        Files.write(real, Configurations.bytes("one-line.json"));
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(link, Path.of("../elsewhere/real.json"));
        Object owner = Files.getAttribute(real, "unix:uid");

        ConfigDocument.read(link)
                .with("ServiceSettings.ReadTimeout", IntNode.valueOf(5))
                .writeTo(link);

        assertTrue(Files.isSymbolicLink(link));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
        assertEquals(owner, Files.getAttribute(real, "unix:uid"));
        assertTrue(Files.readString(real).contains("\"ReadTimeout\": 5"));
        for (Path directory : List.of(real.getParent(), link.getParent())) {
            try (Stream<Path> entries = Files.list(directory)) {
                assertEquals(1, entries.count());
            }
        }
    }

    @Test
    public void aNewFileIsForItsOwnerAlone() throws IOException {
        Path file = folder.getRoot().toPath().resolve("config.json");
        Configurations.own("one-line.json").writeTo(file);
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)));
        assertEquals(Files.getAttribute(folder.getRoot().toPath(), "unix:uid"), Files.getAttribute(file, "unix:uid"));
        assertArrayEquals(Configurations.bytes("one-line.json"), Files.readAllBytes(file));
    }

    @Test
    public void refusesAFileThatIsNotThere() {
        Path file = folder.getRoot().toPath().resolve("missing.json");
        RefusedException refused = assertThrows(RefusedException.class, () -> ConfigDocument.read(file));
        assertTrue(refused.getMessage().contains(file.toString()));
    }

    @Test
    public void saysNothingOfItsContent() {
        assertEquals(
                "server-written.json (7 sections)",
                Configurations.own("server-written.json").toString());
    }
}
