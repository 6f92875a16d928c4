package io.github.mmupgrade.remote.ssh;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SshConnectionTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** What ssh gets for an answer to what it, or a server, asks. */
    private static String answer(String direct, String prompt) throws Exception {
        ProcessBuilder askpass = new ProcessBuilder("sh", "-c", SshConnection.askpassProgram(), "askpass", prompt);
        askpass.environment()
                .putAll(Map.of(
                        "MATTERMOST_SSH_LOGIN", "root@chat.example.com",
                        "MATTERMOST_SSH_DIRECT", direct,
                        "MATTERMOST_SSH_PASSWORD", "pass word",
                        "MATTERMOST_SSH_PASSPHRASE", "phrase"));
        Process asked = askpass.start();
        return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    @Test
    public void onlyTheMachineItselfGetsItsPassword() throws Exception {
        assertEquals("phrase", answer("no", "Enter passphrase for key '/home/a/.ssh/id': "));
        assertEquals("pass word", answer("no", "root@chat.example.com's password: "));
        assertEquals("pass word", answer("no", "(root@chat.example.com) Password: "));
        assertEquals("pass word", answer("yes", "Password: "));
        // the words of a jump host, of which OpenSSH puts its login in front since 8.6
        for (String words : List.of(
                "Password: ",
                "(anna@jump.example.com) root@chat.example.com's password: ",
                "(anna@jump.example.com) Enter passphrase for key '/home/a/.ssh/id': ",
                "Hello. root@chat.example.com's password: ",
                "The passphrase of your key: ",
                "anna@jump.example.com's password: ",
                "The authenticity of host 'x (1.2.3.4)' can't be established: ")) {
            assertEquals(words, "", answer("no", words));
        }
    }

    @Test
    public void aKeyThatIsNotThereIsNamed() throws Exception {
        Path key = folder.getRoot().toPath().resolve("deploy");
        SshOptions options =
                new SshOptions("ssh", null, key, false, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);
        try (SshConnection connection =
                new SshConnection(new LocalHost(), new RemoteHost(null, "127.0.0.1", 1), options, SshSecrets.NONE)) {
            assertEquals(
                    "The private key " + key + " is not there, or cannot be read. Nothing was changed.",
                    assertThrows(RefusedException.class, connection::open).getMessage());
        }
    }

    /** Nothing that let us in once is corrected by running the goal again: the network of a laptop comes back. */
    @Test
    public void whoWasThereIsOnlyLostWhateverSshSaysNow() throws Exception {
        Path said = folder.getRoot().toPath().resolve("said");
        Path program = folder.newFile("ssh").toPath();
        Files.writeString(program, """
                #!/bin/sh
                case "$*" in *" -G "*) exit 0 ;; esac
                if [ -e '%1$s' ]; then cat '%1$s' >&2; exit 255; fi
                while [ "$1" != -S ]; do shift; done
                : >"$2"
                while [ ! -e '%1$s' ]; do sleep 0.05; done
                """.formatted(said));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        SshOptions options = new SshOptions(
                program.toString(), null, null, false, Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ZERO);
        try (SshConnection connection =
                new SshConnection(new LocalHost(), new RemoteHost(null, "chat", 0), options, SshSecrets.NONE)) {
            for (String why : List.of(
                    "ssh: Could not resolve hostname chat: Temporary failure in name resolution",
                    "ssh: connect to host chat port 22: Network is down",
                    "anna@chat: Permission denied (publickey).")) {
                Files.deleteIfExists(said);
                connection.open();
                Files.writeString(said, why);
                LostConnectionException lost = awaitLoss(connection);
                assertTrue(lost.getMessage(), lost.getMessage().startsWith("chat cannot be reached"));
            }
            Files.writeString(said, "Host key verification failed.");
            assertThrows(RefusedException.class, connection::open);
        }
        Files.writeString(said, "ssh: Could not resolve hostname chat: Name or service not known");
        try (SshConnection never =
                new SshConnection(new LocalHost(), new RemoteHost(null, "chat", 0), options, SshSecrets.NONE)) {
            assertThrows(RefusedException.class, never::open);
        }
    }

    private static LostConnectionException awaitLoss(SshConnection connection) throws Exception {
        while (true) {
            try {
                connection.open();
                Thread.sleep(10);
            } catch (LostConnectionException lost) {
                return lost;
            }
        }
    }
}
