package io.github.mmupgrade.remote.ssh;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
}
