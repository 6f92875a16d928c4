package io.github.mmupgrade.elsewhere;

import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.remote.ssh.RemoteCommand;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.remote.ssh.SshConnection;
import io.github.mmupgrade.remote.ssh.SshOptions;
import io.github.mmupgrade.remote.ssh.SshSecrets;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/** One connection by ssh to the machine of a place, which the programs that copy use, too. Nobody is ever asked. */
final class PlaceLogin implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final SshConnection connection;

    /**
     * A login; nothing is opened yet.
     *
     * @param here the machine of the installation
     * @param machine {@code [user@]host[:port]}
     * @param password of the login; null when there is none
     */
    PlaceLogin(Host here, Elsewhere place, String machine, String password) {
        RemoteHost parsed = RemoteHost.parse(machine, "mattermost.backup.elsewhere");
        Elsewhere.Login login = place.login();
        this.connection = new SshConnection(
                here,
                parsed.user() == null ? new RemoteHost(login.user(), parsed.name(), parsed.port()) : parsed,
                new SshOptions(
                        "ssh", place.knownHosts(), login.privateKey(), false, CONNECT, KEEP_ALIVE, Duration.ZERO),
                new SshSecrets(
                        Optional.ofNullable(password), Optional.ofNullable(login.passphrase()), Optional.empty()));
    }

    /** The machine's name, as a program that copies takes it. */
    String name() {
        String name = connection.target().name();
        return name.contains(":") ? "[" + name + "]" : name;
    }

    /** The command that logs in there, as a shell takes it; opens the connection. */
    String command() {
        open();
        return connection.command().stream().map(RemoteCommand::quoted).collect(Collectors.joining(" "));
    }

    private void open() {
        try {
            connection.open();
        } catch (LostConnectionException e) {
            throw lost(e);
        } catch (RefusedException e) {
            // the same advice, but another server of settings.xml
            String advice = e.hint()
                    .text()
                    .replace("mattermost.ssh.serverId", "mattermost.backup.serverId")
                    .replace("mattermost.host", "mattermost.backup.elsewhere");
            throw new RefusedException(e.getMessage(), Hint.of(advice), e);
        }
    }

    /** Runs a script of the shell there. */
    CommandResult run(String script, Duration limit) {
        open();
        try {
            return connection.run(new ByteArrayInputStream(SshConnection.opening(script)), limit);
        } catch (LostConnectionException e) {
            throw lost(e);
        }
    }

    private UnreachablePlaceException lost(LostConnectionException e) {
        return new UnreachablePlaceException(connection.target().toString(), e.getMessage() + ".", e);
    }

    @Override
    public void close() {
        connection.close();
    }
}
