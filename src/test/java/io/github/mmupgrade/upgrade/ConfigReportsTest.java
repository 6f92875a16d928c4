package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ConfigReportsTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void saysWhatWouldBeWrittenAndWritesNothing() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            byte[] before = Files.readAllBytes(scene.server.configFile());
            scene.goals().diffConfig();
            String said = scene.said.text();
            assertTrue(said, said.contains("ServiceSettings.ThreadAutoFollow"));
            assertFalse(said, said.contains(scene.database.password()));
            for (String line : said.lines().toList()) {
                assertTrue(line, line.length() <= "info ".length() + 100);
            }
            assertArrayEquals(before, Files.readAllBytes(scene.server.configFile()));
            assertFalse(Files.exists(scene.root.resolve("state")));

            JsonNode result = scene.said.result();
            assertTrue(result.path("patch").isArray());
            assertFalse(result.toString(), result.toString().contains(scene.database.password()));
        }
    }

    @Test
    public void namesWhatIsWrongWithAConfiguration() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.goals().validateConfig();
            scene.server.set("ServiceSettings.SiteURLL", "https://chat.example.com");
            scene.said.clear();
            scene.goals().validateConfig();
            assertTrue(scene.said.text(), scene.said.text().contains("SiteURLL"));
            assertTrue(scene.said.text(), scene.said.text().contains("SiteURL"));
            scene.server.set("PasswordSettings.MinimumLength", "ten");
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().validateConfig());
            assertTrue(e.getMessage(), e.getMessage().contains("has errors"));
        }
    }

    @Test
    public void looksAtEveryReleaseOfThePathThroughADirectoryOfArchives() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.goals().diffConfig();
            String said = scene.said.text();
            assertTrue(said, said.contains("Step 1 of 2: Mattermost 5.31.9"));
            assertTrue(said, said.contains("Step 2 of 2: Mattermost 5.37.10"));
            assertTrue(said, said.contains("what 5.31.9 makes of"));
            assertEquals(2, scene.said.result().path("releases").size());
            scene.goals().validateConfig();
            assertEquals(2, scene.said.result().path("releases").size());
            assertTrue(scene.said.result().path("valid").asBoolean());
        }
    }

    @Test
    public void refusesAMissingArchive() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7")) {
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().diffConfig());
            assertEquals("diff-config", e.hint().goal());
        }
    }
}
