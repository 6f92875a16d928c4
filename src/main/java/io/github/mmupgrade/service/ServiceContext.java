package io.github.mmupgrade.service;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.server.WaitTimer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What every kind of service has to know about the server it runs.
 *
 * @param host where it runs
 * @param installation the server's directory
 * @param listen where the server listens; null when not known: ports are then not looked at
 * @param root the directory below which {@code etc} is looked for: {@code /} but in tests
 * @param consoleLog the file that takes what start commands (and a server that inherits their streams) print; in a
 *     directory that only the caller can write to
 * @param pace the passing of time
 */
public record ServiceContext(
        Host host, Path installation, ListenAddress listen, Path root, Path consoleLog, WaitTimer pace) {

    /** Checks that only the address is missing. */
    public ServiceContext {
        Objects.requireNonNull(host);
        Objects.requireNonNull(installation);
        Objects.requireNonNull(root);
        Objects.requireNonNull(consoleLog);
        Objects.requireNonNull(pace);
    }

    /** The usual context: the host's own {@code /etc}, real time. */
    public static ServiceContext of(Host host, Path installation, ListenAddress listen, Path consoleLog) {
        return new ServiceContext(host, installation, listen, host.path("/"), consoleLog, WaitTimer.real());
    }

    /** The same for a server that listens elsewhere. */
    public ServiceContext withListen(ListenAddress address) {
        return new ServiceContext(host, installation, address, root, consoleLog, pace);
    }

    Processes processes() {
        return new Processes(host);
    }

    List<RunningServer> servers() {
        return RunningServer.find(host, installation);
    }

    Path file(String absolute) {
        return root.resolve(absolute.replaceFirst("^/+", ""));
    }
}
