package io.github.mmupgrade.backup.copy;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.BackupFixture;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.follow.CannotFollowException;
import io.github.mmupgrade.follow.TreeFollower;
import io.github.mmupgrade.testing.Samples;
import io.github.mmupgrade.testing.TestMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Whatever happens to a store between the pass ahead and the last one is in the backup, whether the kernel tells of it
 * here or not. Each test says which way must have been taken where it does.
 */
public class FollowedStoreTest {

    private static final boolean FOLLOWED = true;
    private static final boolean LOOKED_AT = false;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private BackupFixture fixture;
    private Path outside;
    private CopyResult last;

    /** What somebody does between the two passes. */
    @FunctionalInterface
    private interface Act {
        void run() throws Exception;
    }

    @Before
    public void prepare() throws Exception {
        fixture = new BackupFixture(folder.getRoot().toPath());
        outside = Files.createDirectories(fixture.store.resolve("../../outside").normalize());
        for (String name : List.of("1/a", "1/b", "2/deep/er/c", "2/d", "3/e", "top")) {
            BackupFixture.write(fixture.store.resolve(name), "content of " + name);
        }
        BackupFixture.write(outside.resolve("dir/file"), "from outside");
        // what has just been written is looked at in any case
        BackupFixture.settle();
    }

    @After
    public void clear() throws IOException {
        TreeDelete.delete(folder.getRoot().toPath());
    }

    @Test
    public void nothingIsLookedAtWhereNothingHappened() throws Exception {
        backUp(FOLLOWED, () -> {});

        assertEquals(0, last.copied() + last.gone());
        assertEquals(7, last.files());
        assertEquals(List.of("config", "files"), last.trees());
    }

    @Test
    public void filesThatWereWrittenInPlaceAreTaken() throws Exception {
        backUp(FOLLOWED, () -> {
            Files.writeString(fixture.store.resolve("1/a"), "more", StandardOpenOption.APPEND);
            Files.write(fixture.store.resolve("1/b"), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
            Files.writeString(fixture.store.resolve("top"), "content of tip");
        });

        assertEquals(3, last.copied());
    }

    @Test
    public void modesAndTimesAreTaken() throws Exception {
        backUp(FOLLOWED, () -> {
            Files.setPosixFilePermissions(fixture.store.resolve("1/a"), PosixFilePermissions.fromString("rw-rw-rw-"));
            Files.setPosixFilePermissions(fixture.store.resolve("2"), PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.setLastModifiedTime(fixture.store.resolve("2/deep"), FileTime.fromMillis(1000));
            Files.setPosixFilePermissions(fixture.store, PosixFilePermissions.fromString("rwxrwxr-x"));
        });
    }

    @Test
    public void newDirectoriesAreTakenWithAllThatIsInThem() throws Exception {
        backUp(FOLLOWED, () -> {
            for (int i = 0; i < 50; i++) {
                BackupFixture.write(fixture.store.resolve("new/" + i + "/x/y/file"), "new " + i);
            }
            Files.createDirectories(fixture.store.resolve("early"));
            Files.move(fixture.store.resolve("early"), fixture.store.resolve("late"));
            BackupFixture.write(fixture.store.resolve("late/file"), "late");
        });
    }

    @Test
    public void whatIsRenamedIntoOutOfAndWithinTheStoreIsTaken() throws Exception {
        backUp(FOLLOWED, () -> {
            Files.move(outside.resolve("dir"), fixture.store.resolve("1/from-outside"));
            BackupFixture.write(fixture.store.resolve("1/from-outside/more"), "more");
            Files.move(fixture.store.resolve("2/deep"), fixture.store.resolve("3/deep"));
            Files.writeString(fixture.store.resolve("3/deep/er/c"), "changed under its new name");
            Files.move(fixture.store.resolve("top"), outside.resolve("top"));
        });
    }

    @Test
    public void whatLeavesTheStoreAndComesBackIsTaken() throws Exception {
        backUp(FOLLOWED, () -> {
            Files.move(fixture.store.resolve("2"), outside.resolve("2"));
            Files.writeString(outside.resolve("2/d"), "written outside");
            Files.move(outside.resolve("2"), fixture.store.resolve("2"));
        });
    }

    @Test
    public void whatIsGoneOrHasAnotherKindIsTaken() throws Exception {
        backUp(FOLLOWED, () -> {
            Files.delete(fixture.store.resolve("1/a"));
            Files.writeString(fixture.store.resolve("1/a"), "again");
            TreeDelete.delete(fixture.store.resolve("2"));
            Files.createSymbolicLink(fixture.store.resolve("2"), Path.of("1"));
            Files.delete(fixture.store.resolve("top"));
            BackupFixture.write(fixture.store.resolve("top/is/a/directory"), "now");
            TreeDelete.delete(fixture.store.resolve("3"));
            BackupFixture.write(fixture.store.resolve("3"), "a file");
        });
    }

    @Test
    public void namesMayHoldAnything() throws Exception {
        backUp(FOLLOWED, () -> {
            for (String name : List.of("new\nline", " ", "\\", "ä", "a (deleted)", "\u0001")) {
                BackupFixture.write(fixture.store.resolve(name).resolve(name), name);
            }
            Path odd = RawName.resolve(fixture.store, "\u00ff\u00fe");
            Files.writeString(odd, "no text");
        });
    }

    @Test
    public void aNewNameOfAFileIsTaken() throws Exception {
        // its other name got another time by that
        backUp(
                LOOKED_AT,
                () -> assertEquals(
                        0,
                        new ProcessBuilder(
                                        "ln",
                                        fixture.store.resolve("1/a").toString(),
                                        fixture.store.resolve("3/link").toString())
                                .start()
                                .waitFor()));
    }

    @Test
    public void aFileThatIsWrittenUnderANameOutsideIsTaken() throws Exception {
        Files.createLink(outside.resolve("other"), fixture.store.resolve("1/a"));
        BackupFixture.settle();

        backUp(LOOKED_AT, () -> Files.writeString(outside.resolve("other"), "by the other name"));
        assertTrue(said(), said().contains("several names"));
    }

    @Test
    public void aFileThatIsWrittenUnderANameOutsideThatIsGoneIsTaken() throws Exception {
        backUp(LOOKED_AT, () -> {
            Files.createLink(outside.resolve("other"), fixture.store.resolve("1/a"));
            Files.writeString(outside.resolve("other"), "by the other name");
            Files.delete(outside.resolve("other"));
        });
    }

    @Test
    public void aFileThatIsWrittenUnderOneOfItsNamesInTheStoreIsTakenUnderAll() throws Exception {
        Files.createLink(fixture.store.resolve("3/other"), fixture.store.resolve("1/a"));
        BackupFixture.settle();

        backUp(LOOKED_AT, () -> Files.writeString(fixture.store.resolve("3/other"), "by the other name"));
    }

    @Test
    public void aFileThatIsWrittenInMemoryIsTakenWhenItsWriterHasEnded() throws Exception {
        backUp(
                FOLLOWED,
                () -> run(MemoryWriter.class, fixture.store.resolve("1/a").toString()));

        assertEquals("Xontent of 1/a", Files.readString(backupOf("1/a")));
    }

    @Test
    public void aWriterThatStillHoldsItsFileOpenIsSeen() throws Exception {
        try (var out = Files.newOutputStream(fixture.store.resolve("1/a"), StandardOpenOption.APPEND)) {
            backUp(FOLLOWED, () -> out.write('!'));
        }
        assertEquals("content of 1/a!", Files.readString(backupOf("1/a")));
    }

    @Test
    public void otherNamesOfTheSameFileSystemAreSeen() throws Exception {
        Path bound = Files.createDirectories(folder.getRoot().toPath().resolve("bound"));
        mount("--bind", fixture.store.toString(), bound.toString());
        try {
            backUp(FOLLOWED, () -> {
                Files.writeString(bound.resolve("1/a"), "through the other mount");
                BackupFixture.write(bound.resolve("new/file"), "new");
            });
        } finally {
            umount(bound);
        }
    }

    @Test
    public void aFileSystemInTheStoreIsFollowedToo() throws Exception {
        try (TestMount mount = new TestMount(fixture.store.resolve("mounted"))) {
            BackupFixture.write(mount.directory().resolve("old/file"), "old");
            backUp(FOLLOWED, () -> BackupFixture.write(mount.directory().resolve("old/new"), "new"));
        }
    }

    @Test
    public void everythingIsLookedAtWhenSomethingWasMounted() throws Exception {
        Path over = fixture.store.resolve("1");
        mount("-t", "tmpfs", "none", "/mnt");
        try {
            BackupFixture.write(Path.of("/mnt/covers"), "what was there");
            backUp(LOOKED_AT, () -> mount("--bind", "/mnt", over.toString()));
        } finally {
            umount(over);
            umount(Path.of("/mnt"));
        }
    }

    @Test
    public void everythingIsLookedAtWhereAnOverlayWritesBehindTheKernelsEvents() throws Exception {
        Path lower = Files.createDirectories(folder.getRoot().toPath().resolve("lower"));
        Path work = Files.createDirectories(folder.getRoot().toPath().resolve("work"));
        Path merged = Files.createDirectories(folder.getRoot().toPath().resolve("merged"));
        mount(
                "-t",
                "overlay",
                "-o",
                "lowerdir=" + lower + ",upperdir=" + fixture.store + ",workdir=" + work,
                "none",
                merged.toString());
        try {
            backUp(LOOKED_AT, () -> Files.writeString(merged.resolve("1/a"), "through the overlay"));
        } finally {
            umount(merged);
            TreeDelete.delete(work);
        }
    }

    @Test
    public void everythingIsLookedAtInAnOverlay() throws Exception {
        Path base = folder.getRoot().toPath();
        for (String name : List.of("lower", "upper", "work")) {
            Files.createDirectories(base.resolve(name));
        }
        mount(
                "-t",
                "overlay",
                "-o",
                "lowerdir=" + base.resolve("lower") + ",upperdir=" + base.resolve("upper") + ",workdir="
                        + base.resolve("work"),
                "none",
                fixture.store.toString());
        try {
            BackupFixture.write(fixture.store.resolve("1/a"), "in the overlay");
            backUp(LOOKED_AT, () -> Files.writeString(fixture.store.resolve("1/a"), "changed"));
            assertTrue(said(), said().contains("overlay"));
        } finally {
            umount(fixture.store);
            TreeDelete.delete(base.resolve("work"));
        }
    }

    @Test
    public void everythingIsLookedAtByAnotherProcess() throws Exception {
        backUp(LOOKED_AT, () -> {
            Files.writeString(fixture.store.resolve("1/a"), "changed");
            // what another process does not have
            BY_BACKUP_ROOTS.forEach(Following::forget);
        });
        assertTrue(said(), said().contains("another process"));
    }

    @Test
    public void everythingIsLookedAtWhenTheStoreItselfWasExchanged() throws Exception {
        backUp(LOOKED_AT, () -> {
            Files.move(fixture.store, outside.resolve("old"));
            BackupFixture.write(fixture.store.resolve("only"), "this");
        });
    }

    @Test
    public void aPassThatWasKilledIsFollowedByOneThatLooksAtEverything() throws Exception {
        BackupDraft draft = fixture.create();
        draft.copyAhead(fixture.sources());
        Files.createFile(draft.root().resolve("finishing"));
        Files.writeString(fixture.store.resolve("1/a"), "changed");
        last = draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
        Backup backup = draft.seal(BackupState.COMPLETE);
        draft.close();

        assertSame(backup);
        assertWay(LOOKED_AT);
    }

    @Test
    public void theWholeSizeIsRightAfterALookAtAPart() throws Exception {
        Backup backup = backUp(FOLLOWED, () -> {
            Files.delete(fixture.store.resolve("1/a"));
            Files.writeString(fixture.store.resolve("1/new"), "0123456789");
            Files.writeString(fixture.store.resolve("top"), "short");
        });

        assertEquals(7, last.files());
        assertEquals(1, last.gone());
        assertEquals(2, last.copied());
        long bytes = 0;
        for (var all = backup.openList(); all.hasNext(); ) {
            ListEntry entry = all.next();
            bytes += entry.stat().kind() == FileStat.Kind.FILE ? entry.stat().size() : 0;
        }
        assertEquals(bytes, last.bytes());
        assertEquals(bytes, backup.manifest().size());
    }

    @Test
    public void anySequenceOfChangesEndsInTheSameBackup() throws Exception {
        for (long seed = 1; seed <= Samples.size(60, 4); seed++) {
            long number = seed;
            StoreWriter before = new StoreWriter(fixture.store, outside, seed);
            for (int i = 0; i < 200; i++) {
                before.change();
            }
            BackupDraft draft = fixture.create();
            Process writer = java(
                    StoreWriter.class, fixture.store.toString(), outside.toString(), Long.toString(-number), "1000000");
            try {
                await(writer, 10);
                draft.copyAhead(fixture.sources());
                await(writer, (int) (seed * 37 % 300));
            } finally {
                writer.destroyForcibly().waitFor();
            }
            last = draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            Backup backup = draft.seal(BackupState.COMPLETE);
            draft.close();
            try {
                assertSame(backup);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + " (" + said() + ")", e);
            }
        }
    }

    private static final List<Path> BY_BACKUP_ROOTS = new java.util.ArrayList<>();

    private Backup backUp(boolean followed, Act meanwhile) throws Exception {
        try (BackupDraft draft = fixture.create()) {
            BY_BACKUP_ROOTS.add(draft.root());
            draft.copyAhead(fixture.sources());
            meanwhile.run();
            last = draft.finish(fixture.sources(), BackupDraft.Writers.STOPPED);
            Backup backup = draft.seal(BackupState.COMPLETE);
            assertSame(backup);
            assertWay(followed);
            return backup;
        }
    }

    private String said() {
        return fixture.said.infos.get(fixture.said.infos.size() - 1);
    }

    private Path backupOf(String name) {
        return fixture.directory.list().get(0).manifest() == null
                ? null
                : fixture.backups
                        .resolve("mattermost")
                        .resolve(fixture.directory.list().get(0).run())
                        .resolve("files")
                        .resolve(name);
    }

    private void assertWay(boolean followed) {
        String start = followed && kernelTells() ? "Followed " : "Looks at all files, because ";
        assertTrue(said(), said().startsWith(start));
    }

    /** Whether this process may follow at all here. */
    private boolean kernelTells() {
        try (TreeFollower follower = TreeFollower.start(List.of(fixture.config), fixture.backups)) {
            follower.stop();
            return true;
        } catch (CannotFollowException e) {
            return false;
        }
    }

    /** The backup holds, and its list says, what is there: to the mode and the time. */
    private void assertSame(Backup backup) throws IOException {
        Map<String, String> there = new TreeMap<>();
        for (BackupSource source : fixture.sources()) {
            BackupFixture.content(source.path(), true)
                    .forEach((name, what) ->
                            there.put(name.isEmpty() ? source.target() : source.target() + "/" + name, what));
        }
        Map<String, String> listed = new TreeMap<>();
        Map<String, String> kept = new TreeMap<>();
        for (String tree : List.of("config", "files")) {
            BackupFixture.content(backup.root().resolve(tree), false)
                    .forEach((name, what) -> kept.put(name.isEmpty() ? tree : tree + "/" + name, what));
        }
        try (var list = backup.openList()) {
            while (list.hasNext()) {
                ListEntry entry = list.next();
                FileStat stat = entry.stat();
                String what =
                        switch (stat.kind()) {
                            case FILE -> stat.size() + " " + entry.sha256();
                            case LINK -> entry.target();
                            case DIRECTORY -> "directory";
                            case OTHER -> "other";
                        };
                assertEquals(entry.text(), what, kept.remove(entry.name()));
                listed.put(
                        entry.name(),
                        stat.kind() == FileStat.Kind.LINK
                                ? what
                                : what + " " + Integer.toOctalString(stat.mode()) + " " + stat.uid() + ":" + stat.gid()
                                        + " " + stat.mtime());
            }
        }
        assertEquals("not in the list", Map.of(), kept);
        assertEquals(there, listed);
        assertEquals(List.of(), backup.verify(fixture.said).findings());
    }

    private static void mount(String... arguments) throws IOException, InterruptedException {
        List<String> line = new java.util.ArrayList<>(List.of("mount"));
        line.addAll(List.of(arguments));
        assertEquals(
                line.toString(), 0, new ProcessBuilder(line).inheritIO().start().waitFor());
    }

    private static void umount(Path point) throws IOException, InterruptedException {
        new ProcessBuilder("umount", "--lazy", point.toString()).start().waitFor();
    }

    private static Process java(Class<?> program, String... arguments) throws IOException {
        List<String> line = new java.util.ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void run(Class<?> program, String... arguments) throws IOException, InterruptedException {
        assertEquals(0, java(program, arguments).waitFor());
    }

    private static void await(Process writer, int changes) throws IOException {
        for (int i = 0; i < changes; i++) {
            assertTrue("the writer has ended", writer.getInputStream().read() >= 0);
        }
    }

    /** Changes a file's first byte without a call that the system could tell of. */
    static final class MemoryWriter {
        private MemoryWriter() {}

        public static void main(String[] arguments) throws IOException {
            try (var channel = java.nio.channels.FileChannel.open(
                    Path.of(arguments[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.map(java.nio.channels.FileChannel.MapMode.READ_WRITE, 0, 1)
                        .put(0, (byte) 'X');
            }
        }
    }
}
