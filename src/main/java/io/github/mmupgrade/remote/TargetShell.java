package io.github.mmupgrade.remote;

import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.remote.ssh.RemoteCommand;
import io.github.mmupgrade.remote.ssh.SshConnection;
import io.github.mmupgrade.remote.ssh.SshSecrets;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs the script target.sh on the other machine, and reads what it says. */
final class TargetShell {

    /** What a line of the script begins with. */
    static final String MARK = "@mattermost ";

    private static final String REFUSED = "refused ";
    private static final String SCRIPT = script();

    private final SshConnection connection;
    private final TargetOptions options;
    private final SshSecrets secrets;

    TargetShell(SshConnection connection, TargetOptions options, SshSecrets secrets) {
        this.connection = connection;
        this.options = options;
        this.secrets = secrets;
    }

    private static String script() {
        try (InputStream in = TargetShell.class.getResourceAsStream("target.sh")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.strip().startsWith("#") && !line.isBlank())
                    .collect(Collectors.joining("\n", "", "\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs an action.
     *
     * @param variables what it needs to know
     * @param input what it reads, such as a file that is sent
     * @return the lines that it said
     * @throws RefusedException when it cannot be done there, by name
     */
    List<String> run(String action, Map<String, String> variables, InputStream input) throws LostConnectionException {
        CommandResult result =
                connection.run(new SequenceInputStream(new ByteArrayInputStream(opening(action, variables)), input));
        List<String> lines = result.output()
                .lines()
                .filter(line -> line.startsWith(MARK))
                .map(line -> line.substring(MARK.length()))
                .toList();
        lines.stream().filter(line -> line.startsWith(REFUSED)).findFirst().ifPresent(line -> {
            throw refused(line.substring(REFUSED.length()));
        });
        if (lines.isEmpty()) {
            throw unexpected(result.tail());
        }
        return lines;
    }

    /** Starts the agent; its side of the talk follows. */
    Dialogue serve(Map<String, String> variables) throws LostConnectionException {
        return serve(variables, false);
    }

    /**
     * The same.
     *
     * @param forwardAgent whether it may use this machine's ssh agent
     */
    Dialogue serve(Map<String, String> variables, boolean forwardAgent) throws LostConnectionException {
        Dialogue dialogue = connection.talk(forwardAgent);
        try {
            OutputStream input = dialogue.input();
            input.write(opening("serve", variables));
            input.flush();
            return dialogue;
        } catch (IOException e) {
            String said = dialogue.errors();
            dialogue.close();
            throw new LostConnectionException(said);
        }
    }

    /** What a third machine writes to start an agent there; empty when a password would be in it. */
    Optional<byte[]> openingForOthers(Map<String, String> variables) {
        return options.sudo() && secrets.sudo().isPresent()
                ? Optional.empty()
                : Optional.of(opening("serve", variables));
    }

    private byte[] opening(String action, Map<String, String> variables) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("action", action);
        all.put("sudo", options.sudo() ? "yes" : "no");
        all.put("password", options.sudo() && secrets.sudo().isPresent() ? "yes" : "no");
        all.put("cache", options.cache() == null ? "" : options.cache());
        for (String name : List.of(
                "engine", "runtime", "objects", "object", "name", "size", "offset", "sender", "file", "mode", "tree")) {
            all.put(name, variables.getOrDefault(name, ""));
        }
        String head = all.entrySet().stream()
                .map(each -> each.getKey() + "=" + RemoteCommand.quoted(each.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
        ByteArrayOutputStream opening = new ByteArrayOutputStream();
        opening.writeBytes(SshConnection.opening(head + SCRIPT));
        if (options.sudo()) {
            secrets.sudo()
                    .ifPresent(secret ->
                            opening.writeBytes((secret + "\n" + secret + "\n").getBytes(StandardCharsets.UTF_8)));
        }
        return opening.toByteArray();
    }

    /** What a program said, within a sentence. */
    private static String withoutStop(String said) {
        return said.strip().replaceFirst("\\.$", "");
    }

    /** What is said when something else answers than the script. */
    RefusedException unexpected(String said) {
        return new RefusedException(
                connection.target() + " does not run commands: "
                        + (said.isBlank() ? "it said nothing" : withoutStop(said)) + ". Nothing was changed.",
                Hint.of("The login needs a shell there: 'ssh "
                        + connection.target().name()
                        + " uname' has to print a word. A forced command in authorized_keys prevents that."));
    }

    /** A refusal of the script in words. */
    RefusedException refused(String line) {
        String[] parts = line.split(" ", 2);
        String rest = parts.length > 1 ? withoutStop(parts[1]) : "";
        String there = connection.target().toString();
        return switch (parts[0]) {
            case "sudo-missing" ->
                refusal(
                        "There is no sudo on " + there + ".",
                        "Install sudo there, or log in as root and leave out mattermost.sudo.");
            case "sudo-asks" ->
                refusal(
                        "sudo on " + there + " wants a password: " + rest + ".",
                        "Allow this login to use sudo without one (NOPASSWD), or put the password into the server of"
                                + " settings.xml that mattermost.sudo.serverId names.");
            case "sudo-tty" ->
                refusal(
                        "sudo on " + there + " wants a terminal: " + rest + ".",
                        "Allow this login to use sudo without one: a line 'Defaults:LOGIN !requiretty' in /etc/sudoers there,"
                                + " with its name for LOGIN.");
            case "sudo-denied" ->
                refusal(
                        "sudo on " + there + " does not let this login become root: " + rest + ".",
                        "Check the password in settings.xml, and that this login may become root ('sudo -l').");
            case "system" ->
                refusal(
                        there + " runs " + rest + ". Mattermost servers run on Linux, and so does this plugin.",
                        "Check the name in mattermost.host, mattermost.nodes or mattermost.source.host, and its entry in"
                                + " ~/.ssh/config.");
            case "cache" ->
                refusal(
                        "The engine cannot be kept on " + there + " in " + rest + ".",
                        "Name another directory there with mattermost.remote.cacheDirectory, or log in as somebody who"
                                + " may write to it.");
            case "cache-owner" ->
                refusal(
                        "The directory " + rest + " on " + there + " belongs to somebody else, who could replace the"
                                + " engine in it.",
                        "Remove it, or name another directory there with mattermost.remote.cacheDirectory.");
            case "cache-above" ->
                refusal(
                        "Others can write to the directory " + rest + " on " + there + ", or it is theirs, so that they"
                                + " could replace the engine, which is kept below it.",
                        "Name another directory there with mattermost.remote.cacheDirectory, whose whole path belongs to root"
                                + " or to this login.");
            case "full" ->
                refusal(
                        "A file that is sent to " + there + " cannot be stored: " + rest + ".",
                        "Free some space there, or name a directory on another file system with"
                                + " mattermost.remote.cacheDirectory. What has arrived is kept; run the goal again.");
            case "checksum" ->
                refusal(
                        "A file has arrived on " + there + " with another checksum than it was sent with: " + rest
                                + ".",
                        "Run the goal again. If it happens again, the disk or the memory of a machine is faulty.");
            case "runtime" ->
                refusal(
                        "The Java that was sent does not run on " + there + ": " + rest + ".",
                        "If it says 'Permission denied', its file system is mounted noexec: name a directory on another one"
                                + " with mattermost.remote.cacheDirectory. Else install Java 17 or newer there, or give one"
                                + " for that system with mattermost.remote.runtime.");
            default -> unexpected(line);
        };
    }

    private static RefusedException refusal(String text, String hint) {
        return new RefusedException(text + " Nothing was changed.", Hint.of(hint));
    }
}
