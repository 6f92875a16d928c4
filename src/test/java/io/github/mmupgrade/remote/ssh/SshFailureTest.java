package io.github.mmupgrade.remote.ssh;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** What OpenSSH 9.2 says. */
public class SshFailureTest {

    private static final RemoteHost TARGET = new RemoteHost("deploy", "chat", 0);

    private static SshFailure of(String said) {
        return SshFailure.of(said, TARGET, Map.of("hostname", "10.0.0.7", "port", "2222"));
    }

    @Test
    public void everyReasonIsOfItsKind() {
        Map<String, SshFailure.Kind> kinds = new LinkedHashMap<>();
        kinds.put(
                String.join(
                        "\r\n",
                        "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.",
                        "Host key verification failed."),
                SshFailure.Kind.UNKNOWN_KEY);
        kinds.put(
                String.join(
                        "\r\n",
                        "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
                        "Host key verification failed."),
                SshFailure.Kind.CHANGED_KEY);
        kinds.put("deploy@chat: Permission denied (publickey,password).", SshFailure.Kind.DENIED);
        kinds.put(
                "Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures",
                SshFailure.Kind.DENIED);
        kinds.put("ssh: connect to host chat port 22: Connection refused", SshFailure.Kind.UNREACHABLE);
        kinds.put("ssh: connect to host chat port 22: Connection timed out", SshFailure.Kind.UNREACHABLE);
        kinds.put("ssh: connect to host chat port 22: No route to host", SshFailure.Kind.UNREACHABLE);
        kinds.put("kex_exchange_identification: Connection closed by remote host", SshFailure.Kind.UNREACHABLE);
        kinds.put("ssh: Could not resolve hostname chat: Name or service not known", SshFailure.Kind.NO_NAME);
        kinds.put("""
                Permissions 0644 for '/k' are too open.
                Load key "/k": bad permissions
                deploy@chat: Permission denied (publickey).
                """, SshFailure.Kind.KEY_FILE);
        kinds.put("Load key \"/k\": error in libcrypto", SshFailure.Kind.KEY_FILE);
        kinds.put("command-line: line 0: Bad configuration option: x", SshFailure.Kind.OTHER);
        kinds.put("", SshFailure.Kind.OTHER);
        kinds.forEach((said, kind) -> assertEquals(said, kind, of(said).kind()));
    }

    @Test
    public void aMessageNamesTheMachineTheReasonAndWhatToDo() {
        RefusedException refused =
                of("deploy@chat: Permission denied (publickey).\n").refused(List.of());
        assertEquals(
                "deploy@chat refuses the login: deploy@chat: Permission denied (publickey). Nothing was changed.",
                refused.getMessage());
        assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost.ssh.serverId"));
        assertEquals(
                "deploy@chat cannot be reached (10.0.0.7 port 2222): ssh: connect to host chat port 22: Connection refused",
                of("ssh: connect to host chat port 22: Connection refused").text());
    }

    @Test
    public void anUnknownKeyIsShownWithItsLine() {
        RefusedException refused = of("Host key verification failed.")
                .refused(List.of("256 SHA256:abc chat (ED25519)", "chat ssh-ed25519 AAAA"));
        assertTrue(refused.getMessage(), refused.getMessage().contains("Its fingerprint: 256 SHA256:abc"));
        assertTrue(refused.hint().text(), refused.hint().text().endsWith("\nchat ssh-ed25519 AAAA"));
        assertTrue(of("Host key verification failed.")
                .refused(List.of())
                .getMessage()
                .contains("or of a machine on the way to it"));
    }
}
