package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.scene.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A database server that can't copy a database within itself: the dump of the stop is the way back. */
public class MariaDbUpgradeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void upgradesAndGoesBackIntoANewDatabase() throws Exception {
        try (Scene scene = scene(true)) {
            Before before = Before.of(scene);
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            assertEquals(before.contents(), scene.contents());
            scene.goals().verifyBackup(null, true);

            scene.goals().rollback(null, false);
            before.assertBack(scene);
            assertTrue(
                    scene.said.text(),
                    scene.said.text().contains("is kept as " + scene.database.name() + "_discarded_"));
        }
    }

    @Test
    public void aNewServerThatFailsLeavesTheOldOneOnItsOldDataRestoredInPlace() throws Exception {
        try (Scene scene = scene(false)) {
            scene.server.misbehave("5.37 fail-start");
            Before before = Before.of(scene);
            StageFailedException e =
                    assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("Mattermost 5.25.7 is running"));
            before.assertBack(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void aMigrationThatFailsHalfWayIsTakenBackIntoANewDatabase() throws Exception {
        halfMigrated(true);
    }

    @Test
    @Category(Slow.class)
    public void aMigrationThatFailsHalfWayIsTakenBackInPlace() throws Exception {
        halfMigrated(false);
    }

    private void halfMigrated(boolean createdb) throws Exception {
        try (Scene scene = scene(createdb)) {
            scene.server.misbehave("5.37 fail-migration");
            Before before = Before.of(scene);
            Map<String, List<String>> tables = TableContents.of(scene.database, scene.database.name());
            StageFailedException e =
                    assertThrows(StageFailedException.class, () -> scene.goals().upgrade());
            assertTrue(e.getMessage(), e.getMessage().contains("Failed to apply database migrations"));
            assertTrue(e.getMessage(), e.getMessage().contains("Mattermost 5.25.7 is running"));
            before.assertBack(scene);
            assertEquals(
                    tables.get("Posts"),
                    TableContents.of(scene.database, scene.database.name()).get("Posts"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRollbackInPlaceSavesTheNewerContentsFirst() throws Exception {
        try (Scene scene = scene(false)) {
            Before before = Before.of(scene);
            scene.goals().upgrade();
            Map<String, List<String>> newer = TableContents.of(scene.database, scene.database.name());
            scene.goals().rollback(null, false);
            before.assertBack(scene);
            Path saved = saved(scene);
            try (var database = scene.place().server().openDatabase()) {
                database.checkDump(saved, database.preferredFormat());
                scene.goals().stop();
                database.restoreInPlace(saved, database.preferredFormat(), saved, null);
            }
            assertEquals(
                    newer.keySet(),
                    TableContents.of(scene.database, scene.database.name()).keySet());
            assertEquals(
                    newer.get("Posts"),
                    TableContents.of(scene.database, scene.database.name()).get("Posts"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aTriggerLeavesOnlyTheWayInPlace() throws Exception {
        try (Scene scene = scene(true)) {
            scene.database.execute("CREATE TRIGGER keep_posts BEFORE DELETE ON Posts FOR EACH ROW SET @seen = 1");
            Before before = Before.of(scene);
            scene.goals().upgrade();
            scene.goals().rollback(null, false);
            before.assertBack(scene);
            assertTrue(Files.exists(saved(scene)));
        }
    }

    private Scene scene(boolean createdb) throws IOException {
        return new Scene(
                        folder.getRoot().toPath(),
                        "5.25.7",
                        TestMariaDb.shared().createDatabase("scene", createdb))
                .to("5.37.10");
    }

    private static Path saved(Scene scene) throws IOException {
        try (Stream<Path> entries =
                Files.list(new Backups(scene.place()).directory().root())) {
            return entries.filter(path -> path.getFileName().toString().startsWith(Backups.SAVED))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private record Before(Map<String, String> contents, String schema, String config) {
        static Before of(Scene scene) throws Exception {
            return new Before(scene.contents(), scene.schema(), Files.readString(scene.server.configFile()));
        }

        void assertBack(Scene scene) throws Exception {
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(contents, scene.contents());
            assertEquals(schema, scene.schema());
            assertEquals(config, Files.readString(scene.server.configFile()));
        }
    }
}
