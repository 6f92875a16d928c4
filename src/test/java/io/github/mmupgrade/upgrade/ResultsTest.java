package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.testing.scene.Scene;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The JSON of every goal that reads, against the files that docs/results.md describes. */
public class ResultsTest {

    /** A directory that the files are written to when a result is meant to change. */
    private static final String NEW = System.getProperty("golden");

    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");
    private static final Pattern DATABASE = Pattern.compile("scene_\\d+");
    private static final Pattern RUN = Pattern.compile("\\d{8}T\\d{6}Z");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void areAsPromised() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().upgrade();
            JsonNode upgraded = scene.said.result();
            assertEquals("5.37.10", upgraded.path("installedVersion").asText());
            assertEquals("5.25.7", upgraded.path("previousVersion").asText());
            assertEquals(true, upgraded.path("downtimeSeconds").asDouble() > 0);
            scene.goals().rollback(null, true);
            assertEquals("5.25.7", scene.said.result().path("installedVersion").asText());
            Map<Goal, Runnable> reading = new LinkedHashMap<>();
            reading.put(Goal.CHECK_VERSION, () -> scene.goals().checkVersion());
            reading.put(Goal.PREFLIGHT, () -> scene.goals().preflight());
            reading.put(Goal.VERIFY_BACKUP, () -> scene.goals().verifyBackup(null, true));
            reading.put(Goal.LIST_BACKUPS, () -> scene.goals().listBackups());
            reading.put(Goal.STATUS, () -> scene.goals().status());
            reading.put(Goal.DIFF_CONFIG, () -> scene.goals().diffConfig());
            reading.put(Goal.VALIDATE_CONFIG, () -> scene.goals().validateConfig());
            for (Map.Entry<Goal, Runnable> goal : reading.entrySet()) {
                scene.said.clear();
                goal.getValue().run();
                JsonNode result = scene.said.result();
                if (goal.getKey() == Goal.STATUS) {
                    assertTrue(scene.said.text(), scene.said.text().contains("on the same file system as"));
                }
                assertFalse(goal.getKey().key(), result.toString().contains(scene.database.password()));
                String shape = Json.pretty(shape(result, scene.root.toString()));
                if (NEW != null) {
                    Files.writeString(Path.of(NEW, goal.getKey().key() + ".json"), shape + "\n");
                }
                assertEquals(goal.getKey().key(), golden(goal.getKey()), shape);
            }
        }
    }

    private static String golden(Goal goal) throws Exception {
        try (InputStream in = ResultsTest.class.getResourceAsStream("/results/" + goal.key() + ".json")) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    /** What is the same every time: names and types; of a list the first entry. */
    private static JsonNode shape(JsonNode node, String root) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (node.isObject()) {
            ObjectNode object = make.objectNode();
            node.properties().forEach(field -> object.set(field.getKey(), shape(field.getValue(), root)));
            return object;
        }
        if (node.isArray()) {
            ArrayNode array = make.arrayNode();
            if (!node.isEmpty()) {
                array.add(shape(node.get(0), root));
            }
            return array;
        }
        if (node.isNumber()) {
            return make.textNode("a number");
        }
        if (node.isTextual()) {
            String text = node.asText();
            return make.textNode(
                    TIME.matcher(text).matches()
                            ? "a time"
                            : RUN.matcher(text).lookingAt()
                                    ? "a run"
                                    : DATABASE.matcher(text).find()
                                            ? "a database"
                                            : text.startsWith(root) ? "a path" : text.contains(" ") ? "a text" : text);
        }
        return node;
    }
}
