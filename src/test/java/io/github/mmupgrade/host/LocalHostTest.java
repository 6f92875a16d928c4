package io.github.mmupgrade.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
}
