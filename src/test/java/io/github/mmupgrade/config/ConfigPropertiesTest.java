package io.github.mmupgrade.config;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.pholser.junit.quickcheck.Property;
import com.pholser.junit.quickcheck.runner.JUnitQuickcheck;
import io.github.mmupgrade.release.Version;
import java.util.Map;
import org.junit.runner.RunWith;

/** What holds for every document. The argument is the seed of the generated one. */
@RunWith(JUnitQuickcheck.class)
public class ConfigPropertiesTest {

    private static final Version RELEASE = Version.parse("5.9.8");

    @Property(trials = 300)
    public void aDocumentComesBackToTheByte(long seed) {
        ConfigDocument document = new Administrator(seed).document();
        assertArrayEquals(
                document.bytes(),
                ConfigDocument.parse(document.bytes(), "again").bytes());
    }

    @Property(trials = 300)
    public void mergingADefaultIntoItselfIsTheIdentity(long seed) {
        ConfigDocument document = new Administrator(seed).document();
        for (ConfigMode mode : ConfigMode.values()) {
            MergedConfig merged = ConfigMerge.into(document, RELEASE)
                    .oldDefault(document)
                    .mode(mode)
                    .merge(document);
            assertArrayEquals(document.bytes(), merged.document().bytes());
        }
    }

    @Property(trials = 300)
    public void mergingLosesNothingAndTwiceIsOnce(long seed) {
        // other documents than by chance, so that types seldom clash
        ConfigDocument newer = new Administrator(seed).document();
        ConfigDocument older = new Administrator(~seed).change(newer, 5);
        ConfigMergeTest.checkFill("seed " + seed, older, newer, newer);
        ConfigDocument thinned = older;
        int i = 0;
        for (String setting : older.settings()) {
            thinned = i++ % 3 == 0 ? thinned.without(setting) : thinned;
        }
        ConfigMergeTest.checkFill("seed " + seed, thinned, newer, newer);
        if (!thinned.settings().isEmpty()) {
            ConfigMergeTest.checkMinimal("seed " + seed, thinned, newer, seed);
        }
    }

    @Property(trials = 300)
    public void whatIsWrittenIsWhatWasMeant(long seed) {
        ConfigDocument document = new Administrator(seed).document();
        String text = new Administrator(seed + 1).text();
        for (String setting : document.settings()) {
            ConfigDocument changed = document.with(setting, TextNode.valueOf(text));
            ConfigDocument read = ConfigDocument.parse(changed.bytes(), "again");
            assertEquals(changed.toJson(), read.toJson());
            assertEquals(text, read.get(setting).orElseThrow().textValue());
            ConfigDocument without =
                    ConfigDocument.parse(document.without(setting).bytes(), "again");
            assertEquals(document.without(setting).toJson(), without.toJson());
        }
    }

    @Property(trials = 300)
    public void thePatchMakesTheOneOfTheOther(long seed) {
        ConfigDocument before = new Administrator(seed).document();
        ConfigDocument after = new Administrator(seed / 2 + 1).document();
        JsonNode patched = JsonPatches.apply(
                before.toJson(), ConfigDiff.between(before, after).patch(false));
        assertEquals(after.toJson(), patched);
    }

    @Property(trials = 300)
    public void anOverlayIsAMergePatch(long seed) {
        Administrator administrator = new Administrator(seed);
        ConfigDocument document = administrator.document();
        ConfigDocument patch = new Administrator(seed / 3).document();
        ConfigDocument overlaid =
                ConfigOverlay.of(java.util.List.of(patch), Map.of()).applyTo(document);
        assertEquals(
                overlaid.toJson(),
                ConfigDocument.parse(overlaid.bytes(), "again").toJson());
        assertEquals(
                overlaid, ConfigOverlay.of(java.util.List.of(patch), Map.of()).applyTo(overlaid));
    }
}
