package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
