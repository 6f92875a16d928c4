package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A change of the edition at the same release is an upgrade of one hop. */
public class EditionChangeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    @Category(Slow.class)
    public void goesFromTeamToEnterpriseAndBackAtTheSameRelease() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.37.10").to("5.37.10", Edition.ENTERPRISE)) {
            Map<String, String> before = scene.contents();
            Path team = scene.server.directory().resolve("MIT-COMPILED-LICENSE.md");
            Path enterprise = scene.server.directory().resolve("ENTERPRISE-EDITION-LICENSE.txt");
            scene.acknowledge = null;
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().endsWith("true"));
            assertEquals(before, scene.contents());
            assertTrue(Files.exists(enterprise));
            assertFalse(Files.exists(team));
            assertTrue(scene.said.text(), scene.said.text().contains("from         5.37.10 (team)"));
            assertTrue(scene.said.text(), scene.said.text().contains("to           5.37.10 (enterprise)"));
            assertFalse(scene.said.text(), scene.said.text().contains("stops working"));

            scene.goals().upgrade();
            assertTrue(scene.said.text(), scene.said.text().contains("enterprise, which is installed"));
            scene.server.stop();
            assertEquals(
                    Edition.ENTERPRISE,
                    InstalledRelease.read(scene.place(), scene.place().server()).edition());
            scene.server.start();

            scene.to("5.37.10", Edition.TEAM).goals().upgrade();
            assertTrue(scene.answers(), scene.answers().endsWith("false"));
            assertTrue(scene.said.text(), scene.said.text().contains("LDAP, SAML, clustering, compliance"));
            assertTrue(Files.exists(team));
            assertFalse(Files.exists(enterprise));
            scene.goals().rollback(null, false);
            assertTrue(scene.answers(), scene.answers().endsWith("true"));
            assertEquals(before, scene.contents());
        }
    }
}
