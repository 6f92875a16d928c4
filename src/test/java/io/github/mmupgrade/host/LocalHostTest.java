package io.github.mmupgrade.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class LocalHostTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final LocalHost host = new LocalHost();

    @Test
    public void handsOnArgumentsAsTheyAre() {
        CommandResult result = host.run(
                Command.of("printf", "%s|", "a b", "$HOME", "\"q\"", "").build());
        assertEquals("a b|$HOME|\"q\"||", result.output());
        assertTrue(result.succeeded());
    }

    /** It could type on our terminal, and read what our environment holds. */
    @Test
    public void aProgramOfAnotherUserHasNeitherOurTerminalNorOurEnvironment() {
        LocalHost secretive = new LocalHost(
                Map.of("PATH", System.getenv("PATH"), "MARK", "secret", "LANG", "C.UTF-8", "MATTERMOST_X", "secret"));
        if (secretive.self().uid() != 0) {
            return; // only root runs programs as somebody else
        }
        Command.Builder program = Command.of("sh", "-c", "set -- $(cat /proc/$$/stat); echo $6 = $$; env")
                .environment("GIVEN", "yes");
        String[] ofOther = secretive
                .run(program.user(new Owner(65534, 65534)).build())
                .output()
                .split("\n");
        String session = ofOther[0];
        assertEquals("a session of its own: " + session, session.split(" = ")[0], session.split(" = ")[1]);
        String all = String.join("\n", ofOther);
        assertTrue(all, all.contains("GIVEN=yes") && all.contains("LANG=C.UTF-8"));
        assertFalse(all, all.contains("secret"));
    }

    @Test
    public void leavesTheExitStatusToTheCaller() {
        CommandResult result =
                host.run(Command.of("sh", "-c", "echo no >&2; exit 7").build());
        assertEquals(7, result.exitStatus());
        assertEquals("no\n", result.errors());
    }

    @Test
    public void feedsStandardInputAndEnvironment() {
        CommandResult result = host.run(Command.of("sh", "-c", "cat; printf %s \"$MARK\"")
                .environment("MARK", "m")
                .standardInput(new ByteArrayInputStream("in-".getBytes(StandardCharsets.UTF_8)))
                .build());
        assertEquals("in-m", result.output());
    }

    @Test
    public void endsTheWholeFamilyWhenTheLimitIsOver() throws Exception {
        Path pid = folder.getRoot().toPath().resolve("pid");
        Instant start = Instant.now();
        CommandResult result = host.run(Command.of("sh", "-c", "sleep 60 & echo $! > " + pid + "; wait")
                .limit(Duration.ofSeconds(1))
                .build());
        assertTrue(result.timedOut());
        assertFalse(result.succeeded());
        assertTrue(Duration.between(start, Instant.now()).toSeconds() < 20);
        long child = Long.parseLong(Files.readString(pid).trim());
        Instant patience = Instant.now().plusSeconds(10);
        while (ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false)
                && Instant.now().isBefore(patience)) {
            Thread.sleep(20);
        }
        assertFalse(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    public void keepsWhatAProgramWroteLastForWhoeverReadsItLater() throws Exception {
        try (Dialogue dialogue =
                host.open(Command.of("head", "-c", "60000", "/dev/zero").build())) {
            // it has ended long before
            Thread.sleep(500);
            assertEquals(60_000, dialogue.output().readAllBytes().length);
        }
    }

    @Test
    public void knowsTheStatusOfAProgramThatWasTalkedToOnceItHasEnded() throws Exception {
        try (Dialogue dialogue =
                host.open(Command.of("sh", "-c", "read line; exit 7").build())) {
            assertEquals(-1, dialogue.status());
            dialogue.input().close();
            assertEquals(0, dialogue.output().readAllBytes().length);
            assertEquals(7, dialogue.status());
        }
    }

    @Test
    public void streamsOutputOfAnyLength() {
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        CommandResult result = host.run(Command.of("head", "-c", "3000000", "/dev/zero")
                .standardOutput(sink)
                .build());
        assertTrue(result.succeeded());
        assertEquals(3_000_000, sink.size());
        assertEquals("", result.output());
    }

    @Test
    public void namesAProgramThatIsNotThere() {
        CommandNotFoundException e = assertThrows(
                CommandNotFoundException.class,
                () -> host.run(Command.of("no-such-program-here").build()));
        assertTrue(e.getMessage(), e.getMessage().contains("no-such-program-here"));
    }

    @Test
    public void writesOutputToAFileThatOnlyTheOwnerReads() throws Exception {
        Path file = folder.getRoot().toPath().resolve("out");
        host.run(Command.of("echo", "text").standardOutput(file).build());
        assertEquals("text\n", Files.readString(file));
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    public void findsProgramsOnThePathItWasGiven() throws Exception {
        Path tool = script("tool", "echo mine \"$MARK\"");
        LocalHost other = new LocalHost(
                Map.of("PATH", folder.getRoot() + ":" + System.getenv("PATH"), "MARK", "of the environment"));
        assertEquals(Optional.of(tool), other.which("tool"));
        assertEquals(
                "mine of the environment\n",
                other.run(Command.of("tool").build()).output());
        assertEquals(Optional.empty(), host.which("tool"));
    }

    @Test
    public void findsARelativeProgramInTheDirectoryItRunsIn() throws Exception {
        script("tool", "pwd");
        assertEquals(
                folder.getRoot().toPath().toRealPath() + "\n",
                host.run(Command.of("./tool")
                                .directory(folder.getRoot().toPath())
                                .build())
                        .output());
    }

    @Test
    public void doesNotWaitForWhatAProgramLeavesBehind() throws Exception {
        Path pid = folder.getRoot().toPath().resolve("pid");
        Instant start = Instant.now();
        CommandResult result = host.run(Command.of("sh", "-c", "echo out; setsid sleep 50 & echo $! > " + pid)
                .build());
        long left = Long.parseLong(Files.readString(pid).trim());
        try {
            assertTrue(result.succeeded());
            assertEquals("out\n", result.output());
            assertTrue(Duration.between(start, Instant.now()).toSeconds() < 40);
        } finally {
            ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    public void handsADaemonAFileInsteadOfAPipe() throws Exception {
        Path log = folder.getRoot().toPath().resolve("log");
        Files.writeString(log, "earlier\n");
        Path pid = folder.getRoot().toPath().resolve("pid");
        CommandResult result =
                host.run(Command.of("sh", "-c", "echo started; echo oops >&2; setsid sleep 50 & echo $! > " + pid)
                        .leavesDaemon(log)
                        .build());
        long left = Long.parseLong(Files.readString(pid).trim());
        try {
            assertEquals("started\noops\n", result.output());
            assertEquals("earlier\nstarted\noops\n", Files.readString(log));
            assertEquals(
                    log.toRealPath(),
                    Files.readSymbolicLink(Path.of("/proc/" + left + "/fd/1")).toRealPath());
        } finally {
            ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    public void doesNotFollowALinkInPlaceOfADaemonsLog() throws Exception {
        Path elsewhere = folder.newFile("elsewhere").toPath();
        Path log = folder.getRoot().toPath().resolve("log");
        Files.createSymbolicLink(log, elsewhere);
        UncheckedIOException e = assertThrows(
                UncheckedIOException.class,
                () -> host.run(Command.of("echo", "x").leavesDaemon(log).build()));
        assertTrue(e.getMessage(), e.getMessage().contains("not a plain file"));
        assertEquals("", Files.readString(elsewhere));
    }

    @Test
    public void saysThatASinkCouldNotTakeTheOutput() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        UncheckedIOException e = assertThrows(
                UncheckedIOException.class,
                () -> host.run(Command.of("head", "-c", "3000000", "/dev/zero")
                        .standardOutput(full)
                        .build()));
        assertTrue(e.getMessage(), e.getMessage().contains("No space left on device"));
    }

    @Test
    public void letsTheProgramItselfMeetAFullDisk() {
        CommandResult result =
                host.run(Command.of("sh", "-c", "echo text > /dev/full").build());
        assertFalse(result.succeeded());
    }

    @Test
    public void startsAProgramThatOutlivesItsSession() throws Exception {
        Path log = folder.getRoot().toPath().resolve("log");
        long pid = host.startDetached(
                Command.of("sh", "-c", "echo \"$$ $MARK\"; pwd; umask; exec sleep 50")
                        .environment("MARK", "m")
                        .directory(folder.getRoot().toPath())
                        .umask(0077)
                        .build(),
                log);
        try {
            String real = folder.getRoot().toPath().toRealPath().toString();
            assertEquals(pid + " m\n" + real + "\n0077\n", awaitLines(log, 3));
            Processes processes = new Processes(host);
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            assertEquals("its own session", Long.toString(pid), fields[3]);
            assertEquals(
                    Integer.valueOf(0077), processes.find(pid).orElseThrow().umask());
            assertEquals(
                    "rw-r-----",
                    java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(log)));
        } finally {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    public void refusesToStartWhatCannotWriteItsLog() {
        Path log = folder.getRoot().toPath().resolve("no/such/log");
        UncheckedIOException e = assertThrows(
                UncheckedIOException.class,
                () -> host.startDetached(Command.of("sleep", "50").build(), log));
        assertTrue(e.getMessage(), e.getMessage().contains(log.toString()));
    }

    private Path script(String name, String body) throws IOException {
        Path file = folder.getRoot().toPath().resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    private static String awaitLines(Path file, int lines) throws Exception {
        Instant patience = Instant.now().plusSeconds(20);
        while (Instant.now().isBefore(patience)) {
            if (Files.exists(file) && Files.readString(file).lines().count() >= lines) {
                break;
            }
            Thread.sleep(20);
        }
        return Files.readString(file);
    }
}
