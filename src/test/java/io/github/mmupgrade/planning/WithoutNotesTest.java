package io.github.mmupgrade.planning;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.scene.Scene;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A network without the site that publishes the notes. */
public class WithoutNotesTest {

    private static final String UNREACHABLE = "cannot be read";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void isSaidOnceWithAllReleasesOnOneLineAndOnlyWhereNotesAreWanted() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.changelog = "https://notes.invalid/a.md,https://notes.invalid/b.md,https://notes.invalid/c.md";
            scene.goals().checkVersion();
            assertSaidOnce(scene);

            scene.said.clear();
            scene.acknowledge = null;
            scene.dryRun = true;
            assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            assertSaidOnce(scene);

            scene.said.clear();
            scene.acknowledge = "all";
            scene.goals().upgrade();
            assertEquals(List.of(), lines(scene, UNREACHABLE));
        }
    }

    private static void assertSaidOnce(Scene scene) {
        assertEquals(scene.said.text(), 1, lines(scene, UNREACHABLE).size());
        for (String file : List.of("a.md", "b.md", "c.md")) {
            assertEquals(
                    scene.said.text(), 1, lines(scene, "notes.invalid/" + file).size());
        }
        List<String> without = lines(scene, "No notes were found");
        assertEquals(scene.said.text(), 1, without.size());
        assertTrue(without.get(0), without.get(0).contains("5.26.2, 5.27.2"));
        assertTrue(without.get(0), without.get(0).contains("5.37.10"));
        assertEquals(
                scene.said.text(),
                1,
                lines(scene, "unsupported-legacy-releases.html").size());
    }

    private static List<String> lines(Scene scene, String what) {
        return scene.said.text().lines().filter(line -> line.contains(what)).toList();
    }
}
