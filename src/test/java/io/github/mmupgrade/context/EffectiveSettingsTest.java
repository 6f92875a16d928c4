package io.github.mmupgrade.context;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class EffectiveSettingsTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void theEnvironmentDecidesWhichDatabaseAndWhichFileStoreAreMeant() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.server.stop();
            Path store = scene.root.resolve("store");
            Files.move(scene.server.directory().resolve("data"), store);
            String source = scene.database.dataSource();
            scene.server.set("SqlSettings.DataSource", "postgres://nobody:x@127.0.0.1:1/nothing?sslmode=disable");
            scene.server.environment("MM_SQLSETTINGS_DATASOURCE", source);
            scene.server.environment("MM_FILESETTINGS_DIRECTORY", store.toString());
            scene.server.start();
            scene.environmentFile = scene.root.resolve("mattermost.env");
            Files.writeString(
                    scene.environmentFile,
                    "MM_SQLSETTINGS_DATASOURCE=" + source + "\nMM_FILESETTINGS_DIRECTORY=" + store + "\n");
            Map<String, String> before = scene.contents();
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertEquals(before, scene.contents());
            assertTrue(
                    "the file never gets what the environment says",
                    Files.readString(scene.server.configFile()).contains("127.0.0.1:1/nothing"));
            try (var walk = Files.walk(scene.backups)) {
                assertTrue(walk.anyMatch(path -> path.toString().contains("/files/") && Files.isRegularFile(path)));
            }
        }
    }
}
