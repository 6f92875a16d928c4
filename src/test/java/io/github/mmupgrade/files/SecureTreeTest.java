package io.github.mmupgrade.files;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Each attack comes at the very moment between a look and what follows it: somebody puts a link to a directory outside
 * in the place of one in the tree.
 */
public final class SecureTreeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path tree;
    private Path directory;
    private Path outside;

    @Before
    public void makeTrees() throws IOException {
        Path base = folder.getRoot().toPath().toRealPath();
        tree = Files.createDirectory(base.resolve("tree"));
        directory = Files.createDirectories(tree.resolve("a/b"));
        Files.writeString(directory.resolve("file"), "inside");
        outside = Files.createDirectory(base.resolve("outside"));
        Files.writeString(outside.resolve("file"), "secret");
        Files.setPosixFilePermissions(outside.resolve("file"), PosixFilePermissions.fromString("rw-------"));
        // who attacks owns what he attacks: root follows none of his links
        if (isRoot()) {
            for (Path path : List.of(tree, directory.getParent(), directory, directory.resolve("file"))) {
                Files.setAttribute(path, "unix:uid", 54321);
            }
        }
    }

    @Test
    public void deletesNothingOutsideWhenADirectoryBecomesALink() throws IOException {
        try (SecureTree attacked = new SecureTree(exchange(directory))) {
            attacked.delete(tree);
        }
        assertFalse(Files.exists(tree));
        assertOutsideIsUntouched();
    }

    @Test
    public void walksAndDeletesATreeOfThousandsOfLevels() throws IOException {
        Path deep = tree.resolve("deep");
        dig(deep, 5000);
        int before = openHandles();
        int[] met = new int[2];
        new TreeWalk(deep).forEachRemaining(entry -> {
            met[0]++;
            if (met[0] % 500 == 0) {
                met[1] = Math.max(met[1], openHandles() - before);
            }
        });
        // a file after the directory in each level: they are met on the way back
        assertEquals(1 + 5000 + 5000, met[0]);
        assertTrue("held at once: " + met[1], met[1] < 150);
        int[] most = new int[1];
        int[] looked = new int[1];
        try (SecureTree counting = new SecureTree(path -> {
            if (++looked[0] % 500 == 0) {
                most[0] = Math.max(most[0], openHandles() - before);
            }
        })) {
            counting.delete(deep);
        }
        assertFalse(Files.exists(deep));
        assertTrue("held at once: " + most[0], most[0] < 200);
    }

    @Test
    public void theWalkLeavesOutWhatIsMovedAwayBelowIt() throws IOException {
        Path deep = tree.resolve("deep");
        dig(deep, 300);
        List<String> names = new ArrayList<>();
        String moved = "d/".repeat(120) + "d";
        Path away = outside.resolve("moved-here");
        new TreeWalk(deep).forEachRemaining(entry -> {
            names.add(entry.name());
            if (entry.name().equals("d/".repeat(250) + "d")) {
                move(deep.resolve(moved), away);
            }
        });
        // on the way back the names no longer lead to what was left: what lies above is found from the top
        assertTrue(names.contains("file"));
        assertTrue(names.contains("d/".repeat(100) + "file"));
        assertFalse(names.contains("secret"));
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Levels with a directory and a file each; longer than any path that the system takes, so from inside out. */
    private static void dig(Path deep, int levels) throws IOException {
        Path inner = deep.resolveSibling("inner");
        Files.createDirectory(inner);
        for (int i = 0; i < levels; i++) {
            Path outer = Files.createDirectory(deep.resolveSibling("outer"));
            Files.createFile(outer.resolve("file"));
            Files.move(inner, outer.resolve("d"));
            Files.move(outer, inner);
        }
        Files.move(inner, deep);
    }

    private static int openHandles() {
        return new File("/proc/self/fd").list().length;
    }

    @Test
    public void deletesNothingOutsideWhenTheDirectoryAboveBecomesALink() throws IOException {
        try (SecureTree attacked = new SecureTree(exchangeAt(directory.resolve("file"), directory))) {
            attacked.delete(tree);
        }
        assertFalse(Files.exists(tree));
        assertOutsideIsUntouched();
    }

    @Test
    @SuppressWarnings("StreamResourceLeak") // closed one by one, below
    public void staysInADirectoryThatOthersOfThisProcessHeldToo() throws IOException {
        Path other = Files.createDirectory(tree.resolve("other"));
        Files.writeString(other.resolve("file"), "of another directory");
        List<DirectoryStream<Path>> held = new ArrayList<>();
        try (SecureTree first = new SecureTree();
                SecureTree second = new SecureTree()) {
            for (int i = 0; i < 8; i++) {
                held.add(Files.newDirectoryStream(directory));
            }
            assertEquals("inside", read(first, directory.resolve("file")));
            assertEquals("inside", read(second, directory.resolve("file")));
            for (DirectoryStream<Path> one : held) {
                one.close();
            }
            held.clear();
            for (int i = 0; i < 8; i++) {
                held.add(Files.newDirectoryStream(other)); // gets the numbers that are free again
            }
            assertEquals("inside", read(first, directory.resolve("file")));
            assertEquals("inside", read(second, directory.resolve("file")));
            try (SecureTree third = new SecureTree()) {
                assertEquals("of another directory", read(third, other.resolve("file")));
            }
        } finally {
            for (DirectoryStream<Path> one : held) {
                one.close();
            }
        }
    }

    /** Something else of this process that opens and closes the same directory must not lead a tree astray. */
    @Test
    public void findsWhatIsThereWhileOthersOpenTheSameDirectory() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread other = new Thread(() -> openAgainAndAgain(over));
            other.start();
            others.add(other);
        }
        try {
            for (int i = 0; i < 3000; i++) {
                try (SecureTree looking = new SecureTree()) {
                    assertEquals("inside", read(looking, directory.resolve("file")));
                    assertEquals(6, looking.stat(directory.resolve("file")).size());
                }
            }
        } finally {
            over.set(true);
            for (Thread other : others) {
                other.join();
            }
        }
    }

    private void openAgainAndAgain(AtomicBoolean over) {
        while (!over.get()) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                assertTrue(entries.iterator().hasNext());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test(timeout = 30_000)
    public void doesNotWaitForSomebodyToWriteIntoAPipe() throws Exception {
        Path pipe = tree.resolve("pipe");
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        try (SecureTree plain = new SecureTree()) {
            assertThrows(FileSystemException.class, () -> plain.read(pipe));
            assertThrows(FileSystemException.class, () -> PlainFile.read(pipe, PlainFile.SMALL));
            assertThrows(NotDirectoryException.class, () -> plain.names(pipe));
            assertThrows(NotDirectoryException.class, () -> plain.stat(pipe.resolve("below")));
        }
    }

    @Test
    public void readsNoMoreOfAFileThanItMayHave() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[100]);
        assertEquals(100, PlainFile.read(file, 100).length);
        assertThrows(FileSystemException.class, () -> PlainFile.read(file, 99));
    }

    @Test(timeout = 60_000)
    public void aPipeThatIsExchangedForAFileEndsTheAttemptOnly() throws Exception {
        Path file = directory.resolve("file");
        Path pipe = directory.resolve("pipe");
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        Thread attacker = new Thread(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    Path aside = directory.resolve("aside");
                    Files.move(file, aside);
                    Files.move(pipe, file);
                    Files.move(file, pipe);
                    Files.move(aside, file);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        attacker.setUncaughtExceptionHandler((thread, e) -> {});
        attacker.start();
        int opened = 0;
        try {
            // ends by the test's limit when no attempt finds the file: on a busy machine many find nothing
            for (int i = 0; i < 3000 || opened == 0; i++) {
                try (FileChannel channel = PlainFile.open(file, java.time.Duration.ofMillis(100))) {
                    assertEquals(6, channel.size());
                    opened++;
                } catch (FileSystemException e) {
                    // the pipe, or nothing, was there
                }
            }
        } finally {
            attacker.interrupt();
            attacker.join();
        }
    }

    @Test
    public void removesALinkAndNotWhatItLeadsTo() throws IOException {
        Files.createSymbolicLink(tree.resolve("link"), outside);
        try (SecureTree plain = new SecureTree()) {
            plain.delete(tree.resolve("link"));
            plain.delete(tree.resolve("never-there/at-all"));
        }
        assertFalse(Files.exists(tree.resolve("link"), LinkOption.NOFOLLOW_LINKS));
        assertOutsideIsUntouched();
    }

    @Test
    public void walksOverNothingOutside() throws IOException {
        List<String> met = new ArrayList<>();
        new TreeWalk(tree).forEachRemaining(entry -> {
            met.add(entry.name());
            if (entry.name().equals("a")) { // by now it has looked at what is next
                exchange(directory).accept(directory);
            }
        });
        assertEquals(List.of("", "a", "a/b"), met);
    }

    @Test
    public void readsNothingOutside() throws IOException {
        if (!isRoot()) {
            return; // nobody but root has anything to lose: the system decides what others may read
        }
        try (SecureTree attacked = new SecureTree(exchange(directory))) {
            assertThrows(NotDirectoryException.class, () -> read(attacked, directory.resolve("file")));
        }
        // what is held is the directory itself, wherever its name leads by now
        try (SecureTree attacked = new SecureTree(exchangeAt(directory.resolve("other"), directory))) {
            restore();
            Files.writeString(directory.resolve("other"), "inside");
            Files.writeString(outside.resolve("other"), "secret");
            assertEquals("inside", read(attacked, directory.resolve("other")));
        }
    }

    @Test
    public void givesNothingOutsideAnotherOwnerOrMode() throws IOException {
        FileStat before = FileStat.of(outside.resolve("file"));
        FileStat model = FileStat.of(directory.resolve("file"));
        try (SecureTree attacked = new SecureTree(exchangeAt(directory.resolve("file"), directory))) {
            attacked.apply(with(model, 0666), directory.resolve("file"));
        }
        assertEquals(before, FileStat.of(outside.resolve("file")));
        assertEquals(0666, FileStat.of(tree.resolve("a/b.real/file")).mode());
    }

    @Test
    public void refusesToChangeTheModeOfWhatAFileHasBecome() throws IOException {
        Path file = directory.resolve("file");
        FileStat model = FileStat.of(file);
        FileStat before = FileStat.of(outside.resolve("file"));
        try (SecureTree plain = new SecureTree()) {
            Files.delete(file);
            Files.createSymbolicLink(file, outside.resolve("file"));
            if (isRoot()) {
                Files.setAttribute(file, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
            }
            plain.apply(with(model, 0666), file); // of a link only the owner is set
        }
        assertEquals(before, FileStat.of(outside.resolve("file")));
    }

    /** The name of a directory of ours belongs to whoever has the one above. */
    @Test
    public void givesNothingAwayInADirectoryThatWasPutInThePlaceOfOurs() throws IOException {
        if (!isRoot()) {
            return; // has nobody's files to give away
        }
        Path ours = directory.resolve("ours");
        Path file = ours.resolve("file");
        Files.setPosixFilePermissions(folder.getRoot().toPath(), PosixFilePermissions.fromString("rwxr-xr-x"));
        try (SecureTree plain = new SecureTree()) {
            plain.createDirectory(ours);
            Files.writeString(file, "of root");
            FileStat given = FileStat.of(file).with(04755, 54321, 54321);
            Files.move(ours, directory.resolve("away"));
            Files.createDirectory(ours);
            Files.setAttribute(ours, "unix:uid", 54321);
            Files.writeString(file, "of an attacker, by another name");
            FileStat before = FileStat.of(file);
            assertThrows(FileSystemException.class, () -> plain.apply(given, file));
            assertEquals(before, FileStat.of(file));
            // in our own it is given
            Path away = directory.resolve("away/file");
            plain.apply(given, away);
            assertEquals(04755, FileStat.of(away).mode());
            assertEquals(54321, FileStat.of(away).uid());
        }
    }

    @Test
    public void leadsNowhereByALinkOfWhoMayNotWriteThere() throws IOException {
        Path link = tree.resolve("link");
        Files.createSymbolicLink(link, outside);
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (SecureTree plain = new SecureTree()) {
            assertEquals(outside, plain.real(link));
            if (isRoot()) {
                Files.setAttribute(link, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
                assertThrows(FileSystemException.class, () -> plain.real(link));
                assertThrows(FileSystemException.class, () -> plain.real(link.resolve("file")));
                Files.setAttribute(outside, "unix:uid", 54321);
                assertEquals(outside, plain.real(link));
            }
        }
    }

    @Test
    public void movesNothingOutAndNothingOutside() throws IOException {
        Path other = Files.createDirectory(tree.resolve("other"));
        Path target = directory.resolve("moved");
        try (SecureTree attacked = new SecureTree(exchangeAt(other.resolve("x"), directory))) {
            Files.writeString(other.resolve("x"), "moved");
            attacked.move(other.resolve("x"), target);
        }
        assertEquals("moved", Files.readString(tree.resolve("a/b.real/moved")));
        assertFalse(Files.exists(outside.resolve("moved")));
    }

    @Test
    public void keepsEveryBitOfAModeAndEveryNanosecond() throws IOException {
        FileStat now = FileStat.of(directory);
        FileStat model = new FileStat(now.kind(), 0, 02750, now.uid(), now.gid(), 1_700_000_000_123_456_789L, 0, 0, 0);
        try (SecureTree plain = new SecureTree()) {
            plain.apply(model, directory);
        }
        assertEquals(02750, FileStat.of(directory).mode());
        assertEquals(1_700_000_000_123_456_789L, FileStat.of(directory).mtime());
    }

    @Test
    public void followsLinksThatOnlyRootOrThisUserCanExchange() throws IOException {
        Path link = Files.createSymbolicLink(outside.resolveSibling("link"), outside);
        try (SecureTree plain = new SecureTree()) {
            assertEquals("secret", read(plain, link.resolve("file")));
            assertArrayEquals(new String[] {"file"}, plain.names(link));
            assertArrayEquals(new String[] {"file"}, plain.names(link));
        }
    }

    @Test
    public void doesNotTakeADirectoryForItsSuccessor() throws IOException {
        try (SecureTree plain = new SecureTree()) {
            assertEquals("inside", read(plain, directory.resolve("file")));
            Files.move(directory, tree.resolve("old"));
            Files.createDirectory(directory);
            Files.writeString(directory.resolve("file"), "new");
            assertEquals("new", read(plain, directory.resolve("file")));
        }
    }

    @Test
    public void letsGoOfAllDirectories() throws IOException {
        long before = handles();
        for (int i = 0; i < 50; i++) {
            try (SecureTree plain = new SecureTree()) {
                plain.stat(directory.resolve("file"));
                plain.names(directory);
            }
        }
        assertTrue("handles are left open", handles() < before + 20);
    }

    @Test
    public void namesTheEntryAndNotItsHandle() throws IOException {
        try (SecureTree plain = new SecureTree()) {
            FileSystemException e =
                    assertThrows(FileSystemException.class, () -> plain.stat(directory.resolve("missing")));
            assertEquals(directory.resolve("missing").toString(), e.getFile());
            e = assertThrows(FileSystemException.class, () -> plain.stat(tree.resolve("no/such/file")));
            assertEquals(tree.resolve("no").toString(), e.getFile());
        }
    }

    private Consumer<Path> exchange(Path attacked) {
        return exchangeAt(attacked, attacked);
    }

    /** Puts a link to the outside in the place of a directory, once, as soon as an entry was looked at. */
    private Consumer<Path> exchangeAt(Path moment, Path attacked) {
        boolean[] done = new boolean[1];
        return looked -> {
            if (!done[0] && looked.equals(moment)) {
                done[0] = true;
                try {
                    Path real = attacked.resolveSibling(attacked.getFileName() + ".real");
                    Files.move(attacked, real);
                    Files.createSymbolicLink(attacked, outside);
                    if (isRoot()) {
                        Files.setAttribute(attacked, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        };
    }

    private void restore() throws IOException {
        Files.delete(directory);
        Files.move(tree.resolve("a/b.real"), directory);
    }

    private void assertOutsideIsUntouched() throws IOException {
        assertEquals("secret", Files.readString(outside.resolve("file")));
    }

    private static String read(SecureTree tree, Path file) throws IOException {
        try (FileChannel channel = tree.read(file)) {
            return new String(
                    java.nio.channels.Channels.newInputStream(channel).readAllBytes(),
                    java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static FileStat with(FileStat stat, int mode) {
        return new FileStat(stat.kind(), stat.size(), mode, stat.uid(), stat.gid(), stat.mtime(), 0, 0, 0);
    }

    private static long handles() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static boolean isRoot() throws IOException {
        return FileStat.of(Path.of("/proc/self/")).uid() == 0;
    }
}
