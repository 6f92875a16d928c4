package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class UpgradeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void carriesARunningInstallationToTheNextRelease() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Map<String, String> before = scene.contents();
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertEquals(before, scene.contents());
            assertEquals("mine", Files.readString(scene.server.directory().resolve("certificates/site.pem")));
            assertEquals("mine", Files.readString(scene.server.directory().resolve("client/branding/logo.txt")));
            assertTrue(scene.said.text(), scene.said.text().contains("from         5.25.7"));
            scene.goals().upgrade();
            assertTrue(scene.said.text(), scene.said.text().contains("which is installed"));
        }
    }

    @Test
    @Category(Slow.class)
    public void carriesAServerOfTheFirstReleasesToTheNext() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "1.3.0").to("1.4.0")) {
            Map<String, String> before = scene.contents();
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().startsWith("1.4.0"));
            assertEquals(before, scene.contents());
        }
    }

    @Test
    public void aNewServerThatFailsIsReplacedByTheOldOneOnItsOldData() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.server.misbehave("5.37 fail-start");
            Map<String, String> before = scene.contents();
            String schema = scene.schema();
            byte[] config = Files.readAllBytes(scene.server.configFile());
            StageFailedException e =
                    assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("Mattermost 5.25.7 is running"));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(before, scene.contents());
            assertEquals(schema, scene.schema());
            assertArrayEquals(config, Files.readAllBytes(scene.server.configFile()));
        }
    }

    @Test
    @Category(Slow.class)
    public void rollsBackAnUpgradeThatWentWell() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Map<String, String> before = scene.contents();
            String schema = scene.schema();
            byte[] config = Files.readAllBytes(scene.server.configFile());
            scene.goals().upgrade();
            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(before, scene.contents());
            assertEquals(schema, scene.schema());
            assertArrayEquals(config, Files.readAllBytes(scene.server.configFile()));
            scene.goals().rollback(null, false);
            assertTrue(scene.said.text(), scene.said.text().contains("is already rolled back"));
        }
    }

    @Test
    public void refusesDowngradeAndNamesRollback() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.37.10").to("5.25.7")) {
            RefusedException e =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertEquals("rollback", e.hint().goal());
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertFalse(Files.exists(scene.root.resolve("backups")));
        }
    }
}
