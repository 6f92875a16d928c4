package io.github.mmupgrade.remote.ssh;

import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Map;

/** Runs shell commands on another machine, which needs nothing but a shell for that. */
public final class RemoteCommand implements AutoCloseable {

    private static final int GRACE = 10;

    private final SshConnection connection;

    /**
     * Commands for a machine.
     *
     * @param here the machine that ssh runs on
     * @param target the machine
     * @param ssh how it is reached
     * @param secrets what ssh may ask for
     */
    public RemoteCommand(Host here, RemoteHost target, SshOptions ssh, SshSecrets secrets) {
        this.connection = new SshConnection(here, target, ssh, secrets);
    }

    /**
     * Runs a command.
     *
     * @param command for the shell
     * @param variables what it finds in its environment
     * @param limit after which it is ended; without {@code timeout} on that machine only its connection is
     * @return what it said and its status; 124 when it took too long
     * @throws RefusedException when the machine cannot be reached
     */
    public CommandResult run(String command, Map<String, String> variables, Duration limit) {
        StringBuilder script = new StringBuilder();
        variables.forEach((name, value) -> script.append("export ")
                .append(name)
                .append('=')
                .append(quoted(value))
                .append('\n'));
        script.append("if command -v timeout >/dev/null 2>&1; then exec timeout -k 5 ")
                .append(limit.toSeconds())
                .append(" sh -c ")
                .append(quoted(command))
                .append(" </dev/null; else exec sh -c ")
                .append(quoted(command))
                .append(" </dev/null; fi\n");
        try {
            // the machine may have no timeout: the connection waits a little longer
            return connection.run(
                    new ByteArrayInputStream(SshConnection.opening(script.toString())), limit.plusSeconds(GRACE));
        } catch (LostConnectionException e) {
            throw new RefusedException(
                    connection.target() + " cannot be reached: " + e.getMessage() + ".",
                    Hint.of("Check that the machine of the proxy is up and can be reached by ssh."),
                    e);
        }
    }

    /** A word as a shell takes it. */
    public static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** The machine, for messages. */
    @Override
    public String toString() {
        return connection.target().toString();
    }

    @Override
    public void close() {
        connection.close();
    }
}
