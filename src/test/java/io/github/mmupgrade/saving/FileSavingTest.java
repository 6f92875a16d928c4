package io.github.mmupgrade.saving;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.BackupList;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.scene.BrokenOff;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** What becomes of a file store that is left out of the backups, or that the organisation saves itself. */
public final class FileSavingTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Scene scene;
    private Path upload;

    @Before
    public void build() throws Exception {
        scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10");
        upload = scene.server.directory().resolve("data/upload");
        Files.writeString(upload, "a file of a user");
    }

    @After
    public void end() throws Exception {
        scene.close();
    }

    @Test
    @Category(Slow.class)
    public void theLastBackupWithTheFilesStays() throws Exception {
        scene.goals().backup();
        Path withFiles = backup();
        scene.files = new FileSaving(FileSaving.Way.NONE, null);
        for (int i = 0; i < 3; i++) {
            scene.goals().backup();
        }
        scene.goals().pruneBackups(1, null, Duration.ZERO);
        assertTrue(Files.exists(withFiles.resolve("files/upload")));
        assertEquals(2, new Backups(scene.place()).directory().list().size());
    }

    @Test
    @Category(Slow.class)
    public void whatLiesBesideAFileStoreInADirectoryOfOnesOwnIsSaved() throws Exception {
        scene.server.file("shared/files/upload", "an upload");
        scene.server.file("shared/certificates/key.pem", "a key");
        scene.server.file("shared/notes/deep/down.txt", "a note");
        scene.server.set(
                "FileSettings.Directory",
                scene.server.directory().resolve("shared/files").toString());
        scene.goals().backup();
        Path made = backup();
        assertEquals("an upload", Files.readString(made.resolve("files/upload")));
        assertEquals("a key", Files.readString(made.resolve("custom/shared/certificates/key.pem")));
        assertEquals("a note", Files.readString(made.resolve("custom/shared/notes/deep/down.txt")));
        assertFalse(Files.exists(made.resolve("custom/shared/files")));
    }

    @Test
    @Category(Slow.class)
    public void filesThatAreLeftOutAreNamedAndStayWhereTheyAre() throws Exception {
        scene.files = new FileSaving(FileSaving.Way.NONE, null);
        scene.goals().upgrade();
        assertTrue(scene.said.text(), scene.said.text().contains("not saved (mattermost.backup.files=none)"));
        Path backup = backup();
        assertFalse(Files.exists(backup.resolve("files")));
        assertTrue(Files.exists(backup.resolve("config")));
        String listed = String.join("\n", new BackupList(scene.place()).result().text());
        assertTrue(listed, listed.contains("file store: not saved"));
        assertTrue(listed, listed.contains("are not in this backup (mattermost.backup.files=none)"));

        Files.writeString(upload.resolveSibling("later"), "of the new server");
        scene.goals().rollback(null, true);
        assertEquals("a file of a user", Files.readString(upload));
        assertEquals("of the new server", Files.readString(upload.resolveSibling("later")));

        scene.goals().stop();
        scene.goals().backup();
        scene.goals().restore(null, true, null);
        assertTrue(scene.said.text(), scene.said.text().contains("The file store stays as it is."));
        assertEquals("a file of a user", Files.readString(upload));
    }

    @Test
    @Category(Slow.class)
    public void theOrganisationsProcedureIsCalledBeforeTheStopAndAfterIt() throws Exception {
        Path said = folder.getRoot().toPath().resolve("said");
        scene.files = new FileSaving(
                FileSaving.Way.COMMAND,
                "echo \"$MATTERMOST_BACKUP_MOMENT $MATTERMOST_FILES_DIRECTORY $(test -d \"$MATTERMOST_BACKUP_DIRECTORY\""
                        + " && echo there)\" >>'" + said + "'");
        scene.goals().upgrade();
        String store = scene.server.directory().toRealPath().resolve("data").toString();
        assertEquals(List.of("ahead " + store + " there", "stopped " + store + " there"), Files.readAllLines(said));
        String listed = String.join("\n", new BackupList(scene.place()).result().text());
        assertTrue(listed, listed.contains("file store: saved by your own command"));
        assertFalse(Files.exists(backup().resolve("files")));
    }

    @Test
    @Category(Slow.class)
    public void aProcedureThatFailsAheadOrIsNotGivenRefusesBeforeTheStop() throws Exception {
        scene.files = new FileSaving(FileSaving.Way.COMMAND, "echo 'no snapshot' >&2; exit 3");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(refused.getMessage(), refused.getMessage().contains("no snapshot"));
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));

        scene.files = new FileSaving(FileSaving.Way.COMMAND, null);
        refused = assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(refused.getMessage(), refused.getMessage().contains("mattermost.backup.filesCommand"));
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
    }

    @Test
    @Category(Slow.class)
    public void aCallThatGoesOnInAnotherWaySaysWhatItsBackupHolds() throws Exception {
        breakOffAfter(StageName.COPY_AHEAD.key());
        scene.files = new FileSaving(FileSaving.Way.NONE, null);
        scene.goals().upgrade();
        assertFalse(Files.exists(backup().resolve("files")));
        assertTrue(list(), list().contains("file store: not saved"));
        scene.goals().rollback(null, true);

        breakOffAfter(StageName.COPY_AHEAD.key());
        scene.files = new FileSaving(FileSaving.Way.COMMAND, "echo moment $MATTERMOST_BACKUP_MOMENT");
        scene.said.clear();
        breakOffAfter(StageName.STOP.key());
        assertTrue(scene.said.text(), scene.said.text().contains("moment ahead"));

        scene.files = FileSaving.COPIED;
        scene.goals().upgrade();
        assertEquals("a file of a user", Files.readString(backup().resolve("files/upload")));
        assertFalse(
                backup().toString(), newest().manifest().warnings().toString().contains("not in this backup"));
        assertTrue(newest().manifest().fileStore().orElseThrow().copied());
    }

    private void breakOffAfter(String stage) {
        Goals goals = scene.goals();
        goals.observe(event -> {
            if (event.stage().equals(stage) && event.step() == null && event.kind() == JournalEvent.Kind.DONE) {
                throw new BrokenOff();
            }
        });
        assertThrows(BrokenOff.class, goals::upgrade);
    }

    private String list() {
        return String.join("\n", new BackupList(scene.place()).result().text());
    }

    @Test
    @Category(Slow.class)
    public void whatWasPutAsideInTheInstallationIsInNoLaterBackup() throws Exception {
        scene.server.file("data.since-20260101T000000Z-5.18.2/old.bin", "the former file store");
        scene.server.file("client/plugins.since-20260101T000000Z-5.18.2/old.js", "a former plugin");
        scene.goals().backup();
        assertEquals(List.of("certificates", "client"), names(backup().resolve("custom")));
        assertEquals(List.of("branding"), names(backup().resolve("custom/client")));
    }

    private static List<String> names(Path directory) throws Exception {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private Path backup() {
        return newest().root();
    }

    private Backup newest() {
        return new Backups(scene.place()).directory().latestComplete().orElseThrow();
    }
}
