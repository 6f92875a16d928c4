package io.github.mmupgrade.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ConfigOverlayTest {

    /** Original, patch and result, as in appendix A of RFC 7396. */
    private static final String[][] APPENDIX = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"}
    };

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void theTableOfTheRfcPasses() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        for (String[] row : APPENDIX) {
            JsonNode result = JsonText.toNode(ConfigOverlay.patched(
                    JsonText.fromNode(mapper.readTree(row[0])), JsonText.fromNode(mapper.readTree(row[1])), Set.of()));
            assertEquals(row[0] + " with " + row[1], mapper.readTree(row[2]), result);
            if (row[0].startsWith("{") && row[1].startsWith("{")) {
                ConfigDocument document = ConfigOverlay.of(List.of(Configurations.of(row[1])), Map.of())
                        .applyTo(Configurations.of(row[0]));
                assertEquals(mapper.readTree(row[2]), mapper.readTree(document.bytes()));
            }
        }
    }

    @Test
    public void laterFilesWinAndTheEnvironmentIsLookedUp() throws IOException {
        Path first = folder.getRoot().toPath().resolve("all.json");
        Path second = folder.getRoot().toPath().resolve("test.json");
        Files.writeString(first, "{\"A\": {\"x\": 1, \"y\": \"${env.ONE}-${env.TWO}${ENV}\"}}");
        Files.writeString(second, "{\"A\": {\"x\": 2, \"list\": [\"${env.TWO}\"]}}");
        ConfigOverlay overlay =
                ConfigOverlay.read(List.of(first, second), Map.of("ONE", "1$1", "TWO", "\"zw\u00e4i\\"));
        ConfigDocument document = overlay.applyTo(Configurations.of("{\"A\": {\"x\": 0}}"));
        assertEquals(
                Configurations.of(
                                "{\"A\": {\"x\": 2, \"y\": \"1$1-\\\"zw\u00e4i\\\\${ENV}\", \"list\": [\"\\\"zw\u00e4i\\\\\"]}}")
                        .toJson(),
                document.toJson());
        assertEquals(Set.of("A.x", "A.y", "A.list"), overlay.settings());
    }

    @Test
    public void aVariableTakesTheTypeOfTheSettingThatItReplaces() {
        ConfigOverlay overlay = ConfigOverlay.of(
                List.of(
                        Configurations.of(
                                "{\"n\": \"${env.N}\", \"b\": \"${env.B}\", \"s\": \"${env.N}\", \"new\": \"${env.N}\", \"part\": \"${env.N}0\"}")),
                Map.of("N", "25", "B", "true"));
        assertEquals(
                "{\"n\": 25, \"b\": true, \"s\": \"25\", \"part\": \"250\", \"new\": \"25\"}",
                Configurations.text(
                        overlay.applyTo(Configurations.of("{\"n\": 1, \"b\": false, \"s\": \"\", \"part\": 1}"))));
    }

    @Test
    public void refusesVariablesThatAreNotThereAndNamesAllOfThem() {
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> ConfigOverlay.of(
                        List.of(Configurations.of(
                                "{\"a\": \"${env.SMTP_PASSWORD}\", \"b\": [\"${env.OTHER}\", \"${env.THERE}\"]}")),
                        Map.of("THERE", "hunter2")));
        assertTrue(refused.getMessage(), refused.getMessage().contains("SMTP_PASSWORD"));
        assertTrue(refused.getMessage(), refused.getMessage().contains("OTHER"));
        assertFalse(refused.getMessage(), refused.getMessage().contains("hunter2"));
    }

    @Test
    public void knowsTheSecretsThatItBringsInAndShowsNone() {
        ConfigOverlay overlay = ConfigOverlay.of(
                List.of(Configurations.of("{\"EmailSettings\": {\"SMTPPassword\": \"${env.P}\"}}")),
                Map.of("P", "hunter2"));
        assertEquals(Set.of("hunter2"), overlay.secretValues());
        assertFalse(overlay.toString().contains("hunter2"));
        assertTrue(ConfigOverlay.none().isEmpty());
    }
}
