package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class AtomicFileTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path file;

    @Before
    public void nameFile() {
        file = folder.getRoot().toPath().resolve("state.json");
    }

    @Test
    public void writesWithTheModeItIsTold() throws Exception {
        AtomicFile.write(file, AtomicFile.PRIVATE, "one");
        assertEquals("one", Files.readString(file));
        assertEquals("rw-------", mode(file));
        AtomicFile.write(file, AtomicFile.PUBLIC, "two");
        assertEquals("two", Files.readString(file));
        assertEquals("rw-r--r--", mode(file));
        assertEquals(1, entries());
    }

    @Test
    public void keepsTheOldContentWhenWritingFails() throws Exception {
        AtomicFile.write(file, AtomicFile.PRIVATE, "old");
        assertThrows(
                IOException.class,
                () -> AtomicFile.write(file, AtomicFile.PRIVATE, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("no");
                }));
        assertEquals("old", Files.readString(file));
        assertEquals(1, entries());
    }

    @Test
    public void givesNothingElsewhereAwayWhenWhatWasWrittenIsExchangedForALink() throws Exception {
        Path outside = Files.createDirectory(folder.getRoot().toPath().resolve("outside"));
        Path secret = Files.writeString(outside.resolve("state.json"), "secret");
        Path theirs = Files.createDirectory(folder.getRoot().toPath().resolve("theirs"));
        Path target = Files.writeString(theirs.resolve("state.json"), "old");
        Files.setAttribute(target, "unix:mode", 0666);
        for (Path path : List.of(theirs, target)) {
            Files.setAttribute(path, "unix:uid", 54321);
        }
        boolean[] done = new boolean[1];
        try (SecureTree attacked = new SecureTree(looked -> {
            if (!done[0] && looked.getParent().toString().endsWith(".tmp")) {
                done[0] = true;
                exchange(looked.getParent(), outside);
            }
        })) {
            assertThrows(FileSystemException.class, () -> AtomicFile.replace(target, out -> out.write('x'), attacked));
        }
        assertTrue(done[0]);
        assertEquals("secret", Files.readString(secret));
        assertEquals(0, Files.getAttribute(secret, "unix:uid"));
        assertEquals("old", Files.readString(target));
    }

    private static void exchange(Path directory, Path outside) {
        try {
            Files.move(directory, directory.resolveSibling("away"));
            Files.createSymbolicLink(directory, outside);
            Files.setAttribute(directory, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In a sticky directory everybody may write, but nobody may exchange what is another's. */
    @Test
    public void doesNotWriteToAFileInAStickyDirectoryForWhoMadeALinkToIt() throws Exception {
        Path theirs = Files.createDirectory(folder.getRoot().toPath().resolve("theirs"));
        Path sticky = Files.createDirectory(folder.getRoot().toPath().resolve("sticky"));
        Files.setAttribute(sticky, "unix:mode", 01777);
        Path secret = Files.writeString(sticky.resolve("file"), "secret");
        Path link = Files.createSymbolicLink(theirs.resolve("link"), secret);
        for (Path path : List.of(theirs, link)) {
            Files.setAttribute(path, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
        }
        assertThrows(IOException.class, () -> AtomicFile.replace(link, out -> out.write('x')));
        assertEquals("secret", Files.readString(secret));
        Files.setAttribute(secret, "unix:uid", 54321);
        AtomicFile.replace(link, out -> out.write('x'));
        assertEquals("x", Files.readString(secret));
    }

    @Test
    public void doesNotWriteWhereWhoMadeALinkMayNotWrite() throws Exception {
        Path theirs = Files.createDirectory(folder.getRoot().toPath().resolve("theirs"));
        Path secret = Files.writeString(file, "secret");
        Files.setAttribute(secret, "unix:mode", 0644);
        Path link = Files.createSymbolicLink(theirs.resolve("link"), file);
        for (Path path : List.of(theirs, link)) {
            Files.setAttribute(path, "unix:uid", 54321, LinkOption.NOFOLLOW_LINKS);
        }
        IOException refused = assertThrows(IOException.class, () -> AtomicFile.replace(link, out -> out.write('x')));
        assertTrue(refused.getMessage(), refused.getMessage().contains("54321"));
        assertEquals("secret", Files.readString(secret));
        // what the maker of the link may write, root may write for him
        Files.setAttribute(secret, "unix:uid", 54321);
        AtomicFile.replace(link, out -> out.write('x'));
        assertEquals("x", Files.readString(secret));
        assertEquals(54321, Files.getAttribute(secret, "unix:uid"));
    }

    @Test
    public void replacesBehindALinkAndKeepsModeAndOwner() throws Exception {
        Files.writeString(file, "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.getRoot().toPath().resolve("link"), Path.of("state.json"));
        AtomicFile.replace(link, out -> out.write("new".getBytes(StandardCharsets.UTF_8)));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(file));
        assertEquals("rw-r-----", mode(file));
        assertEquals(2, entries());
    }

    @Test
    public void replaceCreatesWhatALinkPromises() throws Exception {
        Path link = Files.createSymbolicLink(folder.getRoot().toPath().resolve("link"), Path.of("state.json"));
        AtomicFile.replace(link, out -> out.write('x'));
        assertEquals("x", Files.readString(file));
        assertEquals("rw-------", mode(file));
    }

    @Test
    public void doesNotFollowACircleOfLinks() throws Exception {
        Path link = Files.createSymbolicLink(folder.getRoot().toPath().resolve("link"), Path.of("link"));
        assertThrows(IOException.class, () -> AtomicFile.replace(link, out -> out.write('x')));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private long entries() throws IOException {
        try (Stream<Path> list = Files.list(folder.getRoot().toPath())) {
            return list.count();
        }
    }
}
