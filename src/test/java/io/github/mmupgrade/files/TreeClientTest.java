package io.github.mmupgrade.files;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Works as another user: with that user's rights, and what comes from there is not taken at its word. */
public final class TreeClientTest {

    private static final Owner USER = new Owner(65534, 65534);

    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path own;
    private Path ofRoot;
    private TreeClient client;

    @Before
    public void start() throws IOException {
        Path base = folder.getRoot().toPath().toRealPath();
        for (Path above = base; !above.equals(TEMPORARY); above = above.getParent()) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        own = Files.createDirectory(base.resolve("own"));
        Files.setAttribute(own, "unix:uid", USER.uid());
        ofRoot = Files.writeString(base.resolve("secret"), "secret");
        Files.setPosixFilePermissions(ofRoot, PosixFilePermissions.fromString("rw-------"));
        client = TreeClient.start(new LocalHost(), USER);
    }

    @After
    public void end() {
        client.close();
    }

    /** What it answers is relied on: no other program of that user may speak for it. */
    @Test
    public void nobodyReadsItsMemoryOrItsEnvironment() {
        LocalHost host = new LocalHost();
        String pids = host.run(
                        Command.of("pgrep", "-f", TreeServer.class.getName()).build())
                .output();
        assertFalse(pids.isBlank());
        for (String pid : pids.strip().split("\n")) {
            CommandResult result = host.run(
                    Command.of("cat", "/proc/" + pid + "/environ").user(USER).build());
            assertFalse(pid, result.succeeded());
        }
    }

    @Test
    public void makesReadsMovesAndDeletes() throws IOException {
        Path directory = own.resolve("d\u00e4\nr");
        client.createDirectory(directory);
        byte[] content = new byte[600_000];
        Arrays.fill(content, 5, 100_000, (byte) 7);
        content[599_999] = 1;
        Path source = Files.write(folder.getRoot().toPath().resolve("source"), content);
        try (var in = java.nio.channels.FileChannel.open(source);
                var out = client.create(directory.resolve("file"))) {
            new FileCopier().copy(in, out, read -> {});
        }
        assertArrayEquals(content, Files.readAllBytes(directory.resolve("file")));
        assertEquals(USER.uid(), FileStat.of(directory.resolve("file")).uid());
        try (var in = client.read(directory.resolve("file"))) {
            assertEquals(
                    Digests.sha256(source),
                    new FileCopier().hash(in, 0, read -> {}).sha256());
        }
        client.createLink(own.resolve("link"), Path.of("../away"));
        assertEquals(Path.of("../away"), client.readLink(own.resolve("link")));
        client.move(directory.resolve("file"), own.resolve("moved"));
        assertArrayEquals(new String[] {RawName.of(directory), "link", "moved"}, client.names(own));
        FileStat stat = client.stat(own.resolve("moved"));
        client.apply(
                new FileStat(stat.kind(), 0, 0640, 0, 0, 1_500_000_000_123_456_789L, 0, 0, 0), own.resolve("moved"));
        FileStat after = FileStat.of(own.resolve("moved"));
        assertEquals(0640, after.mode());
        assertEquals(1_500_000_000_123_456_789L, after.mtime());
        assertEquals(USER.uid(), after.uid());
        client.delete(own.resolve("moved"));
        client.delete(directory);
        client.delete(own.resolve("not there"));
        assertArrayEquals(new String[] {"link"}, client.names(own));
    }

    @Test
    public void hasNoMoreRightsThanTheUser() throws IOException {
        assertThrows(AccessDeniedException.class, () -> client.read(ofRoot));
        assertThrows(AccessDeniedException.class, () -> client.create(ofRoot.resolveSibling("new")));
        assertEquals(0, client.access(ofRoot));
        assertEquals(TreeWire.MAY_READ | TreeWire.MAY_WRITE | TreeWire.MAY_ENTER, client.access(own));
        assertTrue(Files.exists(ofRoot));
    }

    @Test
    public void failsAsTheFileSystemFails() throws IOException {
        assertThrows(NoSuchFileException.class, () -> client.stat(own.resolve("not there")));
        assertThrows(NotDirectoryException.class, () -> client.names(ofRoot));
        assertThrows(FileAlreadyExistsException.class, () -> client.createDirectory(own));
        Files.createSymbolicLink(own.resolve("link"), own);
        assertThrows(NotDirectoryException.class, () -> client.names(own.resolve("link")));
        assertThrows(FileSystemException.class, () -> client.read(own.resolve("link")));
        assertFalse(client.exists(own.resolve("x")));
    }

    @Test
    public void showsNoOwnerAndModeThatTheUserCouldNotHaveGiven() throws IOException {
        Path claimed = Files.writeString(own.resolve("claimed"), "");
        Files.setAttribute(claimed, "unix:mode", 06755);
        FileStat stat = client.stat(claimed);
        assertEquals(0755, stat.mode());
        assertEquals(USER, new Owner(stat.uid(), stat.gid()));
    }

    @Test
    public void isGivenUpWhenItDoesNotAnswer() throws Exception {
        // the one before may not be gone yet
        List<Long> before =
                ProcessHandle.current().children().map(ProcessHandle::pid).toList();
        client.close();
        client = TreeClient.start(new LocalHost(), USER, Duration.ofSeconds(3));
        long pid = ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .filter(child -> !before.contains(child))
                .findFirst()
                .orElseThrow();
        new ProcessBuilder("kill", "-STOP", Long.toString(pid)).start().waitFor();
        assertThrows(IOException.class, () -> client.stat(own));
        IOException later = assertThrows(IOException.class, () -> client.stat(own));
        assertTrue(later.getMessage(), later.getMessage().contains("user " + USER));
    }

    @Test
    public void leavesNoProgramFilesBehind() throws IOException {
        try (var entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertTrue(entries.noneMatch(entry -> entry.getFileName().toString().startsWith("mattermost-maven-plugin-")
                    && Files.exists(entry.resolve("io/github/mmupgrade/files/TreeServer.class"))));
        }
    }
}
