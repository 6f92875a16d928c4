package io.github.mmupgrade.rollback;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.BrokenOff;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.standin.SampleData;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** The way back that somebody asks for: how far, how often, past what, and from where it broke off. */
public class RollbackTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private OldState old;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(folder.newFolder("scene").toPath(), "5.25.7").to("5.37.10");
        scene.server.file("data/20261123/upload.txt", "an upload");
        scene.server.file("data/20261123/edited.txt", "as it was");
        old = OldState.of(scene, "5.25.7");
    }

    @After
    public void clear() {
        scene.close();
    }

    private void post(String id, long at) throws Exception {
        scene.database.execute(
                "INSERT INTO posts (id, createat, updateat, editat, deleteat, userid, channelid, message)"
                        + " SELECT '" + id + "', " + at + ", updateat, editat, 0, userid, channelid, 'new' FROM posts"
                        + " LIMIT 1");
    }

    private Path upload(String name) {
        return scene.server.directory().resolve("data/20261123").resolve(name);
    }

    @Test
    public void newPostsAndFilesAreSetAsideAndCountedAndTheSecondsSaid() throws Exception {
        scene.goals().upgrade();
        post("new-1", System.currentTimeMillis());
        post("new-2", System.currentTimeMillis());
        Files.writeString(upload("edited.txt"), "changed since");
        Files.writeString(upload("new.txt"), "came since");
        Files.delete(upload("upload.txt"));
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));
        assertTrue(e.getMessage(), e.getMessage().contains("2 posts since"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.database.execute("UPDATE channels SET updateat = " + System.currentTimeMillis()
                + " WHERE id = (SELECT min(id) FROM channels)");
        scene.database.execute("UPDATE fileinfo SET createat = " + System.currentTimeMillis()
                + " WHERE id = (SELECT min(id) FROM fileinfo)");
        scene.database.execute("UPDATE users SET updateat = " + System.currentTimeMillis());
        e = assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));
        assertTrue(e.getMessage(), e.getMessage().contains("2 posts, 1 channel, 1 file since the new server started"));
        assertTrue(e.getMessage(), e.getMessage().contains(", and " + SampleData.USERS + " users changed."));
        scene.goals().rollback(null, true);
        old.assertBack();
        String said = scene.said.text();
        assertTrue(
                said,
                said.matches(
                        "(?s).*Rolled back in \\d+ s: Mattermost 5.25.7 is running.* 2 posts, 1 channel, 1 file written since.*"));
        assertEquals("as it was", Files.readString(upload("edited.txt")));
        assertEquals("an upload", Files.readString(upload("upload.txt")));
        assertFalse(Files.exists(upload("new.txt")));
        assertEquals(List.of("changed since", "came since"), setAside());
    }

    /** What is kept beside the file store, in the order of edited.txt and new.txt. */
    private List<String> setAside() throws Exception {
        List<String> found = new ArrayList<>();
        try (var entries = Files.list(scene.server.directory())) {
            Path aside = entries.filter(path -> path.getFileName().toString().startsWith("data.since-"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(scene.status().contains(aside.toString()));
            for (String name : List.of("edited.txt", "new.txt")) {
                found.add(Files.readString(aside.resolve("20261123").resolve(name)));
            }
        }
        return found;
    }

    @Test
    @Category(Slow.class)
    public void goesBackPastTheLastRunToAnEarlierOne() throws Exception {
        scene.to("5.31.9");
        scene.goals().upgrade();
        String first = Run.last(scene.place().journal()).orElseThrow().id();
        scene.to("5.37.10");
        scene.goals().download();
        scene.goals().stop();
        scene.goals().backup();
        scene.goals().install();
        scene.goals().restoreConfig();
        scene.goals().start();
        scene.goals().verify();
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        post("between", System.currentTimeMillis());

        RefusedException unknown =
                assertThrows(RefusedException.class, () -> scene.goals().rollback("20200101T000000Z", false));
        assertTrue(unknown.getMessage(), unknown.getMessage().contains(first));
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().rollback(first, false));
        assertTrue(e.getMessage(), e.getMessage().contains("1 post"));
        assertTrue("not one of the two was undone", scene.answers().contains("5.37.10"));

        scene.goals().rollback(first, true);
        old.assertBack();
        assertTrue(Run.all(scene.place().journal()).stream().allMatch(run -> run.state() == Run.State.ROLLED_BACK));
        scene.goals().rollback(first, false);
        old.assertBack();
    }

    @Test
    @Category(Slow.class)
    public void brokenOffBehindEachOfItsStepsItIsBroughtToItsEnd() throws Exception {
        Map<String, Kind> breaks = new LinkedHashMap<>();
        breaks.put("stop", Kind.BEGIN);
        breaks.put("database", Kind.DONE);
        breaks.put("files", Kind.BEGIN);
        breaks.put("configuration", Kind.DONE);
        breaks.put("start", Kind.BEGIN);
        for (Map.Entry<String, Kind> each : breaks.entrySet()) {
            scene.goals().upgrade();
            Goals goals = scene.goals();
            goals.observe(OldState.behind(StageName.ROLLBACK.key(), each.getKey(), each.getValue(), () -> {
                throw new BrokenOff();
            }));
            assertThrows(BrokenOff.class, () -> goals.rollback(null, false));
            scene.goals().rollback(null, false);
            old.assertBack();
            scene.goals().rollback(null, false);
            old.assertBack();
        }
    }

    @Test
    @Category(Slow.class)
    public void aDamagedFileThatIsNeededIsFoundBeforeTheNewServerIsStopped() throws Exception {
        scene.goals().upgrade();
        Files.delete(upload("upload.txt"));
        Path saved = saved("upload.txt");
        byte[] content = Files.readAllBytes(saved);
        Files.writeString(saved, "an UPLOAD");
        long pid = old(scene);
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));
        assertTrue(e.getMessage(), e.getMessage().contains("upload.txt"));
        assertTrue(e.getMessage(), e.getMessage().contains("is not what was saved"));
        assertEquals(pid, old(scene));
        Files.write(saved, content);
        scene.goals().rollback(null, false);
        old.assertBack();
        assertEquals("an upload", Files.readString(upload("upload.txt")));
    }

    private static long old(Scene scene) {
        return scene.place().server().running().orElseThrow().pid();
    }

    @Test
    @Category(Slow.class)
    public void whatNeedsNoPuttingBackIsNotRead() throws Exception {
        scene.goals().upgrade();
        Files.writeString(saved("upload.txt"), "an UPLOAD");
        scene.goals().rollback(null, false);
        old.assertBack();
        assertEquals("an upload", Files.readString(upload("upload.txt")));
    }

    private Path saved(String name) throws Exception {
        try (var files = Files.walk(new Backups(scene.place()).directory().root())) {
            return files.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
        }
    }

    @Test
    @Category(Slow.class)
    public void withoutACopyOfTheDatabaseTheOldServerIsNotStartedOnWhatTheNewOneHasMigrated() throws Exception {
        scene.databaseBackup = DatabaseSaving.NONE;
        scene.goals().upgrade();
        String schema = Run.last(scene.place().journal()).orElseThrow().requireFact(1, JournalKeys.SCHEMA);

        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));

        assertTrue(e.getMessage(), e.getMessage().contains("has no copy of it"));
        assertEquals("rollback", e.hint().goal());
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        scene.goals().stop();
        // what the administrator's own copy would bring back
        scene.database.execute("UPDATE systems SET value = '" + schema + "' WHERE name = 'Version'");
        scene.goals().rollback(null, false);
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
    }

    @Test
    @Category(Slow.class)
    public void filesGoBackToWhereTheyWereAlthoughTheStoreWasMovedSince() throws Exception {
        scene.goals().upgrade();
        Path moved = Files.createDirectories(scene.server.directory().resolveSibling("moved"));
        Files.delete(upload("upload.txt"));
        scene.server.set("FileSettings.Directory", moved.toString());

        scene.goals().rollback(null, false);

        assertEquals("an upload", Files.readString(upload("upload.txt")));
        try (var files = Files.list(moved)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    @Category(Slow.class)
    public void anEditedOrDeletedPostIsNotSetAsideWithoutAWord() throws Exception {
        scene.goals().upgrade();
        scene.database.execute("UPDATE posts SET message = 'edited', updateat = " + System.currentTimeMillis()
                + " WHERE id IN (SELECT id FROM posts LIMIT 1)");

        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().rollback(null, false));

        assertTrue(e.getMessage(), e.getMessage().contains("1 edited post"));
        assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
    }

    @Test
    @Category(Slow.class)
    public void anUpgradeAfterARollbackGoesItsWayAgainAndBack() throws Exception {
        for (int i = 0; i < 2; i++) {
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            scene.goals().rollback(null, false);
            old.assertBack();
        }
        Map<String, Kind> stages =
                Run.last(scene.place().journal()).orElseThrow().stages();
        assertEquals(Kind.DONE, stages.get(StageName.ROLLBACK.key()));
    }
}
