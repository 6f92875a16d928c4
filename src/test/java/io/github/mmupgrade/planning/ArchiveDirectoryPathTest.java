package io.github.mmupgrade.planning;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The path through a directory of archives: planned from those that are there, and what is missing named at once. */
public class ArchiveDirectoryPathTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.18.2").along("5.25.6", "5.31.7", "5.37.0");
        scene.targetVersion = null;
    }

    @After
    public void end() {
        scene.close();
    }

    @Test
    @Category(Slow.class)
    public void goesThroughTheArchivesThatAreThere() {
        scene.goals().upgrade();
        String said = scene.said.text();
        assertTrue(said, said.contains("5.18.2 -> 5.25.6 -> 5.31.7 -> 5.37.0"));
        assertTrue(said, said.contains("skips the extended support releases 5.19"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.0"));
        assertEquals(
                3,
                RunPlan.of(Run.last(scene.place().journal()).orElseThrow())
                        .hops()
                        .size());
    }

    @Test
    public void everythingThatIsMissingIsNamedAtOnceWithNameAndAddress() throws Exception {
        scene.path = "5.25.6,5.31.7,5.37.0";
        delete("5.25.6");
        delete("5.31.7");
        for (Consumer<Goals> goal : Stream.<Consumer<Goals>>of(Goals::preflight, Goals::download, Goals::upgrade)
                .toList()) {
            RefusedException e = assertThrows(RefusedException.class, () -> goal.accept(scene.goals()));
            assertNamesBoth(e.getMessage());
            assertTrue(scene.place().openRun().isEmpty());
        }
        scene.said.clear();
        scene.goals().checkVersion();
        assertNamesBoth(scene.said.text());
        assertTrue(scene.said.text(), scene.said.text().contains("5.18.2 -> 5.25.6 -> 5.31.7 -> 5.37.0"));
    }

    private static void assertNamesBoth(String text) {
        for (String version : new String[] {"5.25.6", "5.31.7"}) {
            String name = "mattermost-team-" + version + "-linux-amd64.tar.gz";
            assertTrue(text, text.contains(name + ", from https://releases.mattermost.com/" + version + "/" + name));
        }
        assertFalse(text, text.contains("mattermost-team-5.37.0"));
    }

    @Test
    public void anArchiveForAnotherProcessorIsNotTakenForOneOfThePath() throws Exception {
        Path archive = Path.of(scene.archive).resolve("mattermost-team-5.37.0-linux-amd64.tar.gz");
        Files.move(archive, archive.resolveSibling("mattermost-team-5.37.0-linux-arm64.tar.gz"));
        scene.dryRun = true;
        scene.goals().upgrade();
        assertTrue(scene.said.text(), scene.said.text().contains("5.18.2 -> 5.25.6 -> 5.31.7"));
        assertFalse(scene.said.text(), scene.said.text().contains("-> 5.37.0"));
    }

    private void delete(String version) throws Exception {
        Files.delete(Path.of(scene.archive).resolve("mattermost-team-" + version + "-linux-amd64.tar.gz"));
    }
}
