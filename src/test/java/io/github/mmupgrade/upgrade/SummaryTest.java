package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class SummaryTest {

    private static final Pattern SETTINGS = Pattern.compile("settings +(\\d+) added, (\\d+) changed, (\\d+) removed");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    @Category(Slow.class)
    public void countsTheSettingsThatThePluginAddedForAReleaseThatAddsNone() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "1.3.0").to("1.4.0")) {
            assertCounted(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void countsTheSettingsThatTheServersOfAPathWroteAtTheirFirstStarts() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            assertCounted(scene);
        }
    }

    private static void assertCounted(Scene scene) {
        ConfigDocument before = ConfigDocument.read(scene.server.configFile());
        ConfigDocument old = ConfigDocument.parse(before.bytes(), "before");
        scene.goals().upgrade();
        Matcher settings = SETTINGS.matcher(scene.said.text());
        assertTrue(scene.said.text(), settings.find());
        ConfigDocument now = ConfigDocument.read(scene.server.configFile());
        long added =
                now.settings().stream().filter(setting -> !old.has(setting)).count();
        assertTrue("added " + added, added > 0);
        assertEquals(Long.toString(added), settings.group(1));
        assertTrue(
                settings.group(),
                settings.group().endsWith(ConfigDiff.between(old, now).counts()));
    }
}
