package io.github.mmupgrade.context;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.release.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class OverlayTest {

    private static final Version V5_31 = Version.parse("5.31.7");
    private static final Version V5_37 = Version.parse("5.37.0");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Overlay parse(String text) {
        return Overlay.parse(text, folder.getRoot().toPath());
    }

    @Test
    public void withoutAReleaseItIsForTheLastHopOnly() {
        Overlay overlay = parse("production.json");
        assertEquals(folder.getRoot().toPath().resolve("production.json"), overlay.file());
        assertFalse(overlay.appliesTo(V5_31, false));
        assertTrue(overlay.appliesTo(V5_37, true));
        assertEquals(Path.of("/etc/chat/a.json"), parse("/etc/chat/a.json").file());
    }

    @Test
    public void withAReleaseOrALineItIsForThatHopWhereverItIs() {
        for (String text : new String[] {"5.31.7:channels.json", " 5.31:channels.json "}) {
            Overlay overlay = parse(text);
            assertEquals(folder.getRoot().toPath().resolve("channels.json"), overlay.file());
            assertTrue(overlay.appliesTo(V5_31, false));
            assertTrue(overlay.appliesTo(V5_31, true));
            assertFalse(overlay.appliesTo(V5_37, true));
        }
        assertEquals("5.31.7:/etc/a:b.json", parse("5.31.7:/etc/a:b.json").toString());
    }

    @Test
    public void aPathWithAColonStaysAPath() throws Exception {
        assertEquals(
                Path.of("/etc/chat:old/a.json"), parse("/etc/chat:old/a.json").file());
        assertEquals(
                folder.getRoot().toPath().resolve("staging:a.json"),
                parse("staging:a.json").file());
        Path odd = Files.createDirectories(folder.getRoot().toPath().resolve("5.31.7:x"))
                .resolve("a.json");
        Files.writeString(odd, "{}");
        assertEquals(odd, parse("5.31.7:x/a.json").file());
        assertTrue(parse("5.31.7:x/a.json").appliesTo(V5_37, true));
    }
}
