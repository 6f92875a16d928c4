package io.github.mmupgrade.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.remote.ssh.SshConnection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** target.sh in the shells that machines have. */
@RunWith(Parameterized.class)
public class TargetShellTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final String shell;
    private String greeting = "";

    public TargetShellTest(String shell) {
        this.shell = shell;
    }

    @Parameters(name = "{0}")
    public static List<String> shells() {
        return List.of("dash", "bash");
    }

    private Path cache() {
        return folder.getRoot().toPath().resolve("ca'che dir");
    }

    private List<String> run(Map<String, String> variables, String input) throws IOException {
        List<String> head = new ArrayList<>();
        for (String name : List.of(
                "action",
                "sudo",
                "password",
                "cache",
                "engine",
                "runtime",
                "objects",
                "object",
                "name",
                "size",
                "offset",
                "sender",
                "file",
                "mode",
                "tree")) {
            String value = variables.getOrDefault(
                    name,
                    switch (name) {
                        case "sudo", "password" -> "no";
                        case "cache" -> cache().toString();
                        case "sender" -> "me";
                        default -> "";
                    });
            head.add(name + "='" + value.replace("'", "'\\''") + "'");
        }
        String script;
        try (InputStream in = TargetShell.class.getResourceAsStream("target.sh")) {
            script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(SshConnection.opening(head.stream().collect(Collectors.joining("\n", "", "\n")) + script));
        all.write(input.getBytes(StandardCharsets.UTF_8));
        CommandResult result = new LocalHost()
                .run(Command.of(shell, "-c", "printf %s '" + greeting + "'; " + SshConnection.READ)
                        .standardInput(new ByteArrayInputStream(all.toByteArray()))
                        .build());
        return result.output()
                .lines()
                .filter(line -> line.startsWith("@mattermost "))
                .map(line -> line.substring("@mattermost ".length()))
                .toList();
    }

    private List<String> put(String content, int from, int to) throws IOException {
        return run(
                Map.of(
                        "action", "put",
                        "object", Digests.sha256(content.getBytes(StandardCharsets.UTF_8)),
                        "name", "file.txt",
                        "size", Integer.toString(content.length()),
                        "offset", Integer.toString(from)),
                content.substring(from, to));
    }

    @Test
    public void aFileThatArrivesInPartsHasItsNameWhenItIsWhole() throws Exception {
        String content = "@mattermost is not said here\n".repeat(1000);
        String sum = Digests.sha256(content.getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("part"), put(content, 0, 10_000));
        String sized = sum + "/" + content.length();
        List<String> listed = run(Map.of("action", "list", "objects", sized), "");
        assertTrue(listed.toString(), listed.contains("part 10000 " + sum));
        assertEquals(List.of("stored"), put(content, 10_000, content.length()));
        listed = run(Map.of("action", "list", "objects", sized), "");
        assertTrue(listed.toString(), listed.contains("have " + sum));
        assertEquals(
                content,
                Files.readString(cache().resolve("objects").resolve(sum).resolve("file.txt")));
        assertEquals("rwx------", mode("objects"));

        Files.writeString(cache().resolve("objects").resolve(sum).resolve("file.txt"), "");
        listed = run(Map.of("action", "list", "objects", sized), "");
        assertFalse("a power cut", listed.toString().contains(sum));
        assertEquals(List.of("stored"), put(content, 0, content.length()));
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(cache().resolve(path)));
    }

    @Test
    public void theServersUserMayRunAJavaThatWasSent() throws Exception {
        Path packed = folder.newFolder("packed").toPath();
        Path java = Files.createDirectories(packed.resolve("java/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n");
        Path library = Files.createDirectories(packed.resolve("java/lib")).resolve("library");
        Files.writeString(library, "as root sees it");
        for (Path each : List.of(java, java.getParent(), library.getParent(), packed.resolve("java"))) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwx------"));
        }
        Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rw-------"));
        run(Map.of("action", "list", "objects", ""), "");
        // who has packed it is somebody else, and his clock is fast
        Files.setLastModifiedTime(library, FileTime.from(Instant.now().plus(Duration.ofDays(2))));
        chown(packed, 4711);
        pack(packed);
        Map<String, String> runtime =
                Map.of("action", "runtime", "runtime", "id", "object", "sum", "name", "java.tar.gz");
        assertEquals(List.of("stored"), run(runtime, ""));
        for (String entered : List.of("", "runtimes")) {
            assertEquals("rwx--x--x", mode(entered));
        }
        for (String run : List.of("runtimes/id", "runtimes/id/lib", "runtimes/id/bin/java")) {
            assertEquals("rwxr-xr-x", mode(run));
        }
        assertEquals("rw-r--r--", mode("runtimes/id/lib/library"));
        int self = new LocalHost().self().uid();
        Path home = cache().resolve("runtimes/id");
        for (String each : List.of("", "lib/library", "bin/java")) {
            assertEquals(each, self, Files.getAttribute(home.resolve(each), "unix:uid"));
        }

        Files.writeString(home.resolve("bin/java"), "");
        Map<String, String> serve = Map.of("action", "serve", "engine", "none", "runtime", "id");
        assertTrue("a power cut", run(serve, "").toString().contains("missing java"));
        pack(packed);
        assertEquals(List.of("stored"), run(runtime, ""));
        assertEquals("#!/bin/sh\n", Files.readString(home.resolve("bin/java")));
        chown(home, 4711);
        assertEquals(
                "somebody else's",
                self == 0,
                run(Map.of("action", "runtime", "runtime", "id", "object", "none", "name", "none"), "")
                        .toString()
                        .contains("refused"));
    }

    /** As far as this user may. */
    private static void chown(Path tree, int uid) throws IOException {
        if (new LocalHost().self().uid() == 0) {
            assertTrue(new LocalHost()
                    .run(Command.of("chown", "-R", uid + ":" + uid, tree.toString())
                            .build())
                    .succeeded());
        }
    }

    private void pack(Path directory) throws IOException {
        Path object = Files.createDirectory(cache().resolve("objects/sum")).resolve("java.tar.gz");
        assertTrue(new LocalHost()
                .run(Command.of("tar", "-czf", object.toString(), "-C", directory.toString(), "java")
                        .build())
                .succeeded());
    }

    @Test
    public void aDirectoryBelowOneThatOthersCanWriteToIsNotTrusted() throws Exception {
        Path above = folder.getRoot().toPath();
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xrwx"));
        assertEquals(List.of("refused cache-above " + above), run(Map.of("action", "list"), ""));
        assertTrue(new LocalHost()
                .run(Command.of("chmod", "1777", above.toString()).build())
                .succeeded());
        assertTrue(run(Map.of("action", "list"), "").contains("cache " + cache()));
    }

    @Test
    public void whatIsNotWhatItShouldBeIsRefusedAndRemoved() throws Exception {
        String sum = "0".repeat(64);
        List<String> said =
                run(Map.of("action", "put", "object", sum, "name", "file", "size", "5", "offset", "0"), "other");
        assertEquals(List.of("refused checksum " + sum), said);
        assertFalse(run(Map.of("action", "list", "objects", sum), "").toString().contains(sum));
    }

    @Test
    public void twoCallsDoNotWriteIntoOnePart() throws Exception {
        String content = "0123456789";
        put(content, 0, 5);
        assertEquals(List.of("sending 5"), put(content, 3, 10));
        assertEquals(List.of("sending 5"), put(content, 0, 10));
        assertEquals(List.of("stored"), put(content, 5, 10));
    }

    @Test
    public void anEngineAndAJavaThatAreMissingAreNamedWithTheMachine() throws Exception {
        List<String> said = run(Map.of("action", "serve", "engine", "none", "runtime", "none"), "");
        assertTrue(said.toString(), said.contains("missing engine"));
        assertTrue(said.toString(), said.stream().anyMatch(line -> line.startsWith("missing java")));
        assertTrue(said.toString(), said.stream().anyMatch(line -> line.startsWith("machine ")));
        assertTrue(said.toString(), said.contains("cache " + cache()));
    }

    @Test
    public void aGreetingWithoutAnEndIsNotTakenForAReply() throws Exception {
        greeting = "Welcome to chat";
        List<String> said = run(Map.of("action", "list"), "");
        assertTrue(said.toString(), said.contains("cache " + cache()));
    }

    @Test
    public void aDirectoryThatCannotBeKeptSaysWhy() throws Exception {
        Files.writeString(cache(), "in the way");
        String said = run(Map.of("action", "list"), "").toString();
        assertTrue(said, said.startsWith("[refused cache " + cache() + ": "));
        assertTrue(said, said.contains("File exists"));
    }

    @Test
    public void whatIsInTheDirectoryBelongsToItsOwner() throws Exception {
        Files.createDirectories(cache());
        Files.createSymbolicLink(
                cache().resolve("objects"), folder.newFolder("elsewhere").toPath());
        assertEquals(List.of("refused cache-owner " + cache() + "/objects"), run(Map.of("action", "list"), ""));
    }

    @Test
    public void aDirectoryThatIsALinkIsNotTrusted() throws Exception {
        Files.createSymbolicLink(cache(), folder.newFolder("elsewhere").toPath());
        assertEquals(List.of("refused cache-owner " + cache()), run(Map.of("action", "list"), ""));
    }
}
