package io.github.mmupgrade.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real OpenSSH server on a free port of 127.0.0.1 that lets the user of this process in with a key of its own. */
public final class TestSshd implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/sshd");

    private final ServerProcess server;
    private final int port;

    /**
     * Starts it.
     *
     * @param settings further lines of its configuration
     */
    public TestSshd(String... settings) throws IOException {
        server = new ServerProcess("mmsshd", "root");
        port = FreePorts.next();
        Path directory = server.directory();
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                directory.resolve("host").toString());
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key().toString());
        Files.copy(directory.resolve("user.pub"), directory.resolve("authorized"));
        String hostKey = Files.readString(directory.resolve("host.pub")).strip();
        server.file("known_hosts", "[127.0.0.1]:" + port + " " + hostKey.substring(0, hostKey.lastIndexOf(' ')) + "\n");
        if (Files.isWritable(Path.of("/run"))) {
            Files.createDirectories(Path.of("/run/sshd"));
        }
        Path file = server.file(
                "sshd_config",
                Stream.concat(
                                Stream.of(
                                        "ListenAddress 127.0.0.1:" + port,
                                        "HostKey " + directory.resolve("host"),
                                        "AuthorizedKeysFile " + directory.resolve("authorized"),
                                        "PidFile none",
                                        "StrictModes no",
                                        "UsePAM no",
                                        "PermitRootLogin yes"),
                                Stream.of(settings))
                        .collect(Collectors.joining("\n", "", "\n")));
        server.start(List.of(PROGRAM.toString(), "-D", "-e", "-f", file.toString()), "KILL");
        server.awaitPort(port, "sshd (apt-get install openssh-server)");
    }

    private void run(String... command) {
        server.run(List.of(command));
    }

    public int port() {
        return port;
    }

    /** The private key that logs in. */
    public Path key() {
        return server.directory().resolve("user");
    }

    /** The file that knows its key. */
    public Path knownHosts() {
        return server.directory().resolve("known_hosts");
    }

    /** Cuts every connection, as a network that goes away for a moment. */
    public void cut() {
        ProcessHandle.allProcesses().filter(this::isSession).forEach(ProcessHandle::destroyForcibly);
    }

    /** A child of the server; what the server has started for a session is a child of that. */
    private boolean isSession(ProcessHandle process) {
        return process.parent()
                .map(ProcessHandle::pid)
                .filter(parent -> parent == server.pid())
                .isPresent();
    }

    @Override
    public void close() {
        cut();
        server.close();
    }
}
