package io.github.mmupgrade.remote.ssh;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Why ssh did not connect, from what it said (OpenSSH's messages have not changed since 5.x).
 *
 * @param kind what kind of reason it is
 * @param said what ssh said
 * @param target the machine
 * @param address where ssh looked for it, for messages
 */
public record SshFailure(Kind kind, String said, RemoteHost target, String address) {

    private static final Pattern UNKNOWN_KEY = Pattern.compile("host key is known for|Host key verification failed");
    private static final Pattern CHANGED_KEY =
            Pattern.compile("REMOTE HOST IDENTIFICATION HAS CHANGED|[Hh]ost key for .* has changed");
    private static final Pattern DENIED = Pattern.compile("Permission denied|Too many authentication failures");
    private static final Pattern UNREACHABLE = Pattern.compile(
            "Connection refused|timed out|No route to host|Network is unreachable|Connection closed|Connection reset"
                    + "|kex_exchange_identification|Broken pipe|no answer in time|Host is down|Connection to .* closed");
    private static final Pattern NO_NAME = Pattern.compile("Could not resolve hostname|Name or service not known");
    private static final Pattern KEY_FILE = Pattern.compile(
            "UNPROTECTED PRIVATE KEY|bad permissions|invalid format|error in libcrypto|no such identity");

    /** Kinds of reasons. */
    enum Kind {
        /** The machine's key is not known. */
        UNKNOWN_KEY,
        /** The machine has another key than it had. */
        CHANGED_KEY,
        /** The login was refused. */
        DENIED,
        /** Nobody answers; that may change. */
        UNREACHABLE,
        /** The name stands for no address. */
        NO_NAME,
        /** The private key cannot be used. */
        KEY_FILE,
        /** Something else. */
        OTHER
    }

    public static SshFailure of(String said, RemoteHost target, Map<String, String> resolved) {
        String hostname = resolved.getOrDefault("hostname", target.name());
        String port = resolved.getOrDefault("port", "22");
        return new SshFailure(kindOf(said), said.strip(), target, hostname + " port " + port);
    }

    private static Kind kindOf(String said) {
        if (CHANGED_KEY.matcher(said).find()) {
            return Kind.CHANGED_KEY;
        }
        if (UNKNOWN_KEY.matcher(said).find()) {
            return Kind.UNKNOWN_KEY;
        }
        if (KEY_FILE.matcher(said).find()) {
            return Kind.KEY_FILE;
        }
        if (DENIED.matcher(said).find()) {
            return Kind.DENIED;
        }
        if (NO_NAME.matcher(said).find()) {
            return Kind.NO_NAME;
        }
        return UNREACHABLE.matcher(said).find() ? Kind.UNREACHABLE : Kind.OTHER;
    }

    /**
     * Whether trying again is worth it.
     *
     * @param wasOpen whether the machine was reached before: what let us in then is not to be changed here
     */
    boolean isPassing(boolean wasOpen) {
        return kind == Kind.UNREACHABLE || (wasOpen && kind != Kind.UNKNOWN_KEY && kind != Kind.CHANGED_KEY);
    }

    /** The reason in one line. */
    public String text() {
        return target + " cannot be reached (" + address + "): " + last();
    }

    /**
     * As a refusal.
     *
     * @param offered of a machine whose key is not known: the fingerprint, and the lines for known_hosts; may be empty
     */
    public RefusedException refused(List<String> offered) {
        return switch (kind) {
            case UNKNOWN_KEY -> unknownKey(offered);
            case CHANGED_KEY ->
                new RefusedException(
                        "The key of " + target + " is not the one that is known for it. Either the machine was set up"
                                + " again, or somebody is intercepting the connection. Nothing was sent.\n" + said,
                        Hint.of("Ask who runs that machine. If its key has changed, remove the old one with 'ssh-keygen"
                                + " -R' and the name of the machine, and add the new one."));
            case DENIED ->
                new RefusedException(
                        target + " refuses the login: " + last() + ". Nothing was changed.",
                        Hint.of("Check that 'ssh " + target.name() + "' logs in from here as the user who runs Maven."
                                + " Without an agent or a key that ssh finds by itself, put privateKey, passphrase,"
                                + " username or password into the server of settings.xml that mattermost.ssh.serverId"
                                + " names."));
            case KEY_FILE ->
                new RefusedException(
                        "ssh does not take the private key: " + last() + ". Nothing was changed.",
                        Hint.of("Only its owner may read the file (chmod 600), and its passphrase goes into the"
                                + " server of settings.xml that mattermost.ssh.serverId names."));
            case NO_NAME ->
                new RefusedException(
                        "There is no machine " + target.name() + ": " + last() + ". Nothing was changed.",
                        Hint.of(
                                "Check the name in mattermost.host, mattermost.nodes or mattermost.source.host, and its entry"
                                        + " in ~/.ssh/config."));
            case UNREACHABLE ->
                new RefusedException(
                        text() + ". Nothing was changed.",
                        Hint.of("Check that the machine is up and that its port for ssh can be reached from here."));
            case OTHER ->
                new RefusedException(
                        "ssh cannot connect to " + target + ": " + (said.isEmpty() ? "it ended without a word" : said)
                                + ". Nothing was changed.",
                        Hint.of("Try 'ssh " + target.name() + "' as the user who runs Maven."));
        };
    }

    private RefusedException unknownKey(List<String> offered) {
        if (offered.isEmpty()) {
            return new RefusedException(
                    "The key of " + target + ", or of a machine on the way to it, is not known here: " + last()
                            + ". Nothing was sent.",
                    Hint.of(
                            "Add the keys of the machine and of its jump hosts to ~/.ssh/known_hosts, or name a file that"
                                    + " has them with mattermost.ssh.knownHosts."));
        }
        return new RefusedException(
                "The key of " + target + " is not known here. Nothing was sent.\nIts fingerprint: " + offered.get(0),
                Hint.of("Compare the fingerprint with what 'ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub' says on"
                        + " that machine. If they are the same, add this line to ~/.ssh/known_hosts, or to the file that"
                        + " mattermost.ssh.knownHosts names:\n"
                        + String.join("\n", offered.subList(1, offered.size()))));
    }

    private String last() {
        List<String> lines =
                said.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        String last = lines.isEmpty() ? "ssh ended without a word" : lines.get(lines.size() - 1);
        return last.endsWith(".") ? last.substring(0, last.length() - 1) : last;
    }
}
