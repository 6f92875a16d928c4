package io.github.mmupgrade.backup.restore;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupFixture;
import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class FileRestoreTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private BackupFixture fixture;
    private Path place;

    @Before
    public void prepare() throws IOException {
        fixture = new BackupFixture(folder.getRoot().toPath());
        place = folder.getRoot().toPath().toRealPath().resolve("restored");
        Path photo = fixture.store.resolve("20260101/teams/a/photo.jpg");
        BackupFixture.write(photo, "photo");
        Files.setPosixFilePermissions(photo, PosixFilePermissions.fromString("rw-r-----"));
        Files.setLastModifiedTime(photo, FileTime.from(1_700_000_000_123_456_789L, TimeUnit.NANOSECONDS));
        if (FileStat.of(photo).uid() == 0) {
            Files.setAttribute(photo, "unix:uid", 4711);
            Files.setAttribute(photo, "unix:gid", 4712);
            Files.setAttribute(photo.getParent(), "unix:uid", 4711);
        }
        BackupFixture.write(fixture.store.resolve("20260102/notes.txt"), "notes");
        Files.writeString(RawName.resolve(fixture.store, "20260102/\377 odd\nname"), "odd");
        Files.createSymbolicLink(fixture.store.resolve("link"), Path.of("20260102/notes.txt"));
        Path closed = Files.createDirectories(fixture.store.resolve("20260103/closed"));
        BackupFixture.write(closed.resolve("in"), "in");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-x--x"));
        Files.setLastModifiedTime(closed, FileTime.from(1_600_000_000_000_000_001L, TimeUnit.NANOSECONDS));
    }

    /** The rule's own way can't delete names that are no text. */
    @After
    public void clear() throws IOException {
        TreeDelete.delete(folder.getRoot().toPath());
    }

    @Test
    public void bringsBackBytesOwnersModesAndTimes() throws IOException {
        FileRestore restore = restore(fixture.backUp());
        RestoreResult result = restore.toEmptyPlace("files", place);

        assertEquals(BackupFixture.content(fixture.store, true), BackupFixture.content(place, true));
        assertEquals(
                1_700_000_000_123_456_789L,
                FileStat.of(place.resolve("20260101/teams/a/photo.jpg")).mtime());
        assertEquals(4, result.restored());
        assertEquals(List.of("config", "files"), restore.parts());
        nothingElseIn(place.getParent(), "restored");
    }

    @Test
    public void fillsAnEmptyDirectoryWithoutReplacingIt() throws IOException {
        Files.createDirectory(place);
        long inode = FileStat.of(place).inode();
        restore(fixture.backUp()).toEmptyPlace("files", place);

        assertEquals(BackupFixture.content(fixture.store, true), BackupFixture.content(place, true));
        assertEquals(inode, FileStat.of(place).inode());
    }

    @Test
    public void refusesAPlaceWhereSomethingIs() throws IOException {
        BackupFixture.write(place.resolve("something"), "x");
        FileRestore restore = restore(fixture.backUp());

        assertThrows(RefusedException.class, () -> restore.toEmptyPlace("files", place));
        assertEquals(Map.of("", "directory", "something", "1 " + sum("x")), BackupFixture.content(place, false));
    }

    @Test
    public void refusesAPartThatTheBackupHasNot() {
        FileRestore restore = restore(fixture.backUp());

        assertThrows(RefusedException.class, () -> restore.toEmptyPlace("plugins", place));
        assertFalse(Files.exists(place));
    }

    @Test
    public void takesAStoreBackAndKeepsAsideWhatCameSince() throws Exception {
        BackupFixture.settle();
        Map<String, String> before = BackupFixture.content(fixture.store, true);
        Backup backup = fixture.backUp();
        BackupFixture.write(fixture.store.resolve("20260104/new/upload.png"), "new");
        BackupFixture.write(fixture.store.resolve("20260102/notes.txt"), "rewritten");
        TreeDelete.delete(fixture.store.resolve("20260101"));
        Files.delete(fixture.store.resolve("link"));
        BackupFixture.write(fixture.store.resolve("link/is/now/a/directory"), "x");
        RestoreResult result = restore(backup).inPlace("files", fixture.store);

        assertEquals(before, BackupFixture.content(fixture.store, true));
        Path aside = result.asideDirectory().orElseThrow();
        assertEquals(List.of("20260102/notes.txt", "20260104", "link"), result.aside());
        assertEquals("new", Files.readString(aside.resolve("20260104/new/upload.png")));
        assertEquals("rewritten", Files.readString(aside.resolve("20260102/notes.txt")));
        assertEquals("x", Files.readString(aside.resolve("link/is/now/a/directory")));
        assertEquals(2, result.restored());
        assertEquals(2, result.kept());
    }

    /** It has the device of its parent, and yet nothing can be renamed out of it. */
    @Test
    public void takesABindMountOfTheSameFileSystemBack() throws Exception {
        Path elsewhere = fixture.store.resolveSibling("elsewhere");
        Files.move(fixture.store, elsewhere);
        Files.createDirectory(fixture.store);
        run("mount", "--bind", elsewhere.toString(), fixture.store.toString());
        try {
            BackupFixture.settle();
            Map<String, String> before = BackupFixture.content(fixture.store, true);
            Backup backup = fixture.backUp();
            BackupFixture.write(fixture.store.resolve("20260104/new/upload.png"), "new");
            BackupFixture.write(fixture.store.resolve("20260102/notes.txt"), "rewritten");

            RestoreResult result = restore(backup).inPlace("files", fixture.store);

            Path aside = result.asideDirectory().orElseThrow();
            assertEquals("new", Files.readString(aside.resolve("20260104/new/upload.png")));
            TreeDelete.delete(aside);
            assertEquals(
                    before.keySet(), BackupFixture.content(fixture.store, true).keySet());
        } finally {
            run("umount", fixture.store.toString());
        }
    }

    private static void run(String... line) throws Exception {
        assertEquals(0, new ProcessBuilder(line).inheritIO().start().waitFor());
    }

    @Test
    public void whatWasCopiedAheadTakesThePlaceAsAWholeWithWhatChangedSince() throws Exception {
        BackupFixture.write(place.resolve("mine"), "mine");
        Path photo = fixture.store.resolve("20260101/teams/a/photo.jpg");
        BackupFixture.settle();
        Path list = folder.getRoot().toPath().resolve("list");
        Backup backup;
        Backup copied;
        try (BackupDraft draft = fixture.create()) {
            draft.copyAhead(fixture.sources());
            Backup soFar = draft.copiedAhead();
            new FileRestore(soFar, new LocalHost(), fixture.said).copyAhead("files", place);
            assertEquals(Map.of("", "directory", "mine", "4 " + sum("mine")), BackupFixture.content(place, false));
            Files.copy(soFar.list(), list);
            copied = Backup.soFar(soFar.root(), soFar.manifest(), list, soFar.entries());
            FileTime time = Files.getLastModifiedTime(photo);
            Files.writeString(photo, "PHOTO");
            Files.setLastModifiedTime(photo, time);
            Files.delete(fixture.store.resolve("link"));
            BackupFixture.write(fixture.store.resolve("link/is/now/a/directory"), "x");
            TreeDelete.delete(fixture.store.resolve("20260103"));
            Files.writeString(fixture.store.resolve("20260103"), "now a file");
            BackupFixture.write(fixture.store.resolve("20260104/new"), "new");
            Files.setPosixFilePermissions(
                    fixture.store.resolve("20260102/notes.txt"), PosixFilePermissions.fromString("rw-------"));
            draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            backup = draft.seal(BackupState.COMPLETE);
        }
        RestoreResult result = restore(backup).exchange("files", place, copied);

        assertEquals(BackupFixture.content(fixture.store, true), BackupFixture.content(place, true));
        assertEquals(
                "mine", Files.readString(result.asideDirectory().orElseThrow().resolve("mine")));
        assertEquals(1, result.asideCount());
        assertEquals(List.of(), children(place.getParent(), ".restored."));
        // killed behind the last rename, it is called again
        restore(backup).exchange("files", place, copied);
        assertEquals(BackupFixture.content(fixture.store, true), BackupFixture.content(place, true));
    }

    @Test
    public void anExchangeThatWasKilledBetweenItsRenamesIsCompleted() throws Exception {
        Backup backup = fixture.backUp();
        BackupFixture.write(place.resolve("mine"), "mine");
        FileRestore restore = restore(backup);
        restore.copyAhead("files", place);
        Files.move(place, place.resolveSibling("restored.since-" + backup.run()));
        restore.exchange("files", place, backup);

        assertEquals(BackupFixture.content(fixture.store, true), BackupFixture.content(place, true));
        assertEquals(List.of(), children(place.getParent(), ".restored."));
    }

    private static List<String> children(Path directory, String prefix) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        }
    }

    @Test
    public void aSecondRestoreFindsNothingToDo() throws Exception {
        Backup backup = fixture.backUp();
        BackupFixture.write(fixture.store.resolve("new"), "new");
        restore(backup).inPlace("files", fixture.store);
        Map<String, String> once = BackupFixture.content(fixture.store, true);
        RestoreResult again = restore(backup).inPlace("files", fixture.store);

        assertEquals(0, again.restored());
        assertEquals(0, again.asideCount());
        assertEquals(once, BackupFixture.content(fixture.store, true));
    }

    @Test
    public void neverWritesThroughALinkThatLeadsOut() throws Exception {
        Backup backup = fixture.backUp();
        Path outside = Files.createDirectory(folder.getRoot().toPath().resolve("outside"));
        TreeDelete.delete(fixture.store.resolve("20260102"));
        Files.createSymbolicLink(fixture.store.resolve("20260102"), outside);
        restore(backup).inPlace("files", fixture.store);

        assertEquals(Map.of("", "directory"), BackupFixture.content(outside, false));
        assertEquals("notes", Files.readString(fixture.store.resolve("20260102/notes.txt")));
        assertTrue(Files.isDirectory(fixture.store.resolve("20260102"), LinkOption.NOFOLLOW_LINKS));
    }

    /** The server's user names the directory, can exchange it at any time, and can have a rollback begin. */
    @Test
    public void goesNowhereByALinkOfWhoMayNotWriteThere() throws Exception {
        if (new LocalHost().self().uid() != 0) {
            return; // has no rights to lend
        }
        Backup backup = fixture.backUp();
        Owner user = new Owner(65534, 65534);
        // the user gets everywhere, and would find the way if asked
        for (Path above = folder.getRoot().toPath().toRealPath();
                !above.equals(Path.of(System.getProperty("java.io.tmpdir")));
                above = above.getParent()) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path ofRoot = Files.createDirectory(folder.getRoot().toPath().resolve("of-root"));
        BackupFixture.write(ofRoot.resolve("profile"), "of root");
        Map<String, String> before = BackupFixture.content(ofRoot, true);
        Files.move(fixture.store, fixture.store.resolveSibling("away"));
        Files.createSymbolicLink(fixture.store, ofRoot.toRealPath());
        Files.setAttribute(fixture.store, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);

        for (FileRestore restore : List.of(restore(backup), restore(backup).onBehalfOf(user))) {
            assertThrows(StageFailedException.class, () -> restore.inPlace("files", fixture.store));
            assertThrows(StageFailedException.class, () -> restore.copyAhead("files", fixture.store));
            assertThrows(StageFailedException.class, () -> restore.exchange("files", fixture.store, backup));
            assertEquals(before, BackupFixture.content(ofRoot, true));
        }
    }

    @Test
    public void aFileLendsNobodysRightsAnyMore() throws Exception {
        Path program = fixture.store.resolve("program");
        BackupFixture.write(program, "its user's");
        Files.setAttribute(program, "unix:mode", 06755);
        Backup backup = fixture.backUp();
        Files.delete(program);
        restore(backup).inPlace("files", fixture.store);

        assertEquals(0755, FileStat.of(program).mode());
    }

    @Test
    public void onlyGivesAttributesBackWhereTheContentIsTheSame() throws Exception {
        BackupFixture.settle();
        Backup backup = fixture.backUp();
        Path notes = fixture.store.resolve("20260102/notes.txt");
        FileStat before = FileStat.of(notes);
        Files.setPosixFilePermissions(notes, PosixFilePermissions.fromString("rwxrwxrwx"));
        RestoreResult result = restore(backup).inPlace("files", fixture.store);

        assertEquals(0, result.restored());
        assertEquals(before.mode(), FileStat.of(notes).mode());
        assertEquals(before.inode(), FileStat.of(notes).inode());
    }

    @Test
    public void bringsBackASingleFile() throws Exception {
        Path environment = folder.getRoot().toPath().resolve("default-mattermost");
        Files.writeString(environment, "MM_X=1");
        BackupSource source = BackupSource.underItsPath("environment", environment);
        Backup backup;
        try (BackupDraft draft = fixture.create()) {
            draft.finish(List.of(source), BackupDraft.Writers.STOPPED);
            backup = draft.seal(BackupState.COMPLETE);
        }
        restore(backup).toEmptyPlace(source.target(), place);

        assertEquals("MM_X=1", Files.readString(place));
        assertEquals(FileStat.of(environment).mtime(), FileStat.of(place).mtime());
    }

    private FileRestore restore(Backup backup) {
        return new FileRestore(backup.verify(fixture.said), new LocalHost(), fixture.said);
    }

    private static String sum(String text) {
        return io.github.mmupgrade.files.Digests.sha256(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void nothingElseIn(Path directory, String... names) throws IOException {
        for (String name : List.of(".restored.restoring-", "restored.since-")) {
            try (var entries = Files.list(directory)) {
                assertTrue(entries.noneMatch(e -> e.getFileName().toString().startsWith(name)));
            }
        }
        for (String name : names) {
            assertTrue(Files.exists(directory.resolve(name)));
        }
    }
}
