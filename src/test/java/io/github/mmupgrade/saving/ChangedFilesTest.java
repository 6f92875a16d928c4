package io.github.mmupgrade.saving;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ChangedFilesTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** Of a release that somebody unpacked only the times tell; of one that the plugin installed, its list. */
    @Test
    public void whatSomebodyChangedInTheReleaseIsNamedAndSavedAndTheNewReleaseComesWithoutIt() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Path template = scene.server.directory().resolve("templates/invite_body.html");
            Files.createDirectories(template.getParent());
            Files.writeString(template, "our invitation");
            Files.setLastModifiedTime(template, FileTime.from(Instant.now().plus(Duration.ofDays(2))));

            scene.goals().upgrade();

            assertTrue(
                    scene.said.text(),
                    scene.said.text().contains("changed or added here: templates/invite_body.html. They are saved"));
            assertEquals(List.of("templates/invite_body.html"), changed(scene));
            assertEquals(
                    "our invitation", Files.readString(newest(scene).resolve("changed/templates/invite_body.html")));
            assertFalse(Files.exists(template) && Files.readString(template).equals("our invitation"));

            scene.said.clear();
            Path text = scene.server.directory().resolve("i18n/en.json");
            Files.writeString(text, Files.exists(text) ? Files.readString(text) + " " : "ours");
            scene.goals().backup();
            assertEquals(List.of("i18n/en.json"), changed(scene));
            scene.goals().verifyBackup(null, false);
        }
    }

    private static List<String> changed(Scene scene) throws Exception {
        Path tree = newest(scene).resolve(ChangedFiles.TREE);
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> tree.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static Path newest(Scene scene) {
        var directory = new Backups(scene.place()).directory();
        var all = directory.list();
        return directory.root().resolve(all.get(all.size() - 1).run());
    }
}
