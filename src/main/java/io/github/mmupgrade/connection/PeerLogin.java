package io.github.mmupgrade.connection;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.files.PlainFile;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.JavaProgram;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Logs in as the Mattermost server does, with the rights of its user and no more: that user chooses the data source, and
 * could choose one that lets root in. The key of a client certificate is read as that user. By a socket, the database
 * server may go by the operating-system user at its other end: PostgreSQL's {@code peer}, MariaDB's {@code unix_socket},
 * MySQL's {@code auth_socket}, whether or not there is a password.
 *
 * <p>Root can't show itself as another user there, so a {@link SocketRelay} that runs as that user stands between. JDBC
 * and the database's own programs connect to the relay's socket, which only root and that user get to. It ends with this
 * JVM.
 */
public final class PeerLogin {

    private static final JavaProgram PROGRAM = new JavaProgram(List.of(SocketRelay.class));

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The length of {@code sun_path}, its closing zero left out. */
    private static final int LONGEST_SOCKET_PATH = 107;

    /** Far more bytes than a key has; a device or pipe in its place has no end. */
    private static final String MOST_OF_A_KEY = "65536";

    private static final Map<Relayed, Path> RELAYS = new HashMap<>();
    private static final Map<Relayed, Path> KEYS = new HashMap<>();

    private final Host host;
    private final Owner user;

    /** What a relay, or the copy of a key, is for. */
    private record Relayed(Path target, int uid) {}

    /**
     * Logs in as one user.
     *
     * @param user as whom the Mattermost server runs
     */
    public PeerLogin(Host host, Owner user) {
        this.host = host;
        this.user = user;
    }

    /**
     * The data source as it has to be used from here; the same, where nothing is special about it.
     *
     * @throws RefusedException when a relay is needed and does not start
     */
    public DataSource resolve(DataSource source) {
        // the server's driver takes the name of its own user for a role that isn't given
        DataSource named = source.user().isEmpty() && source.kind() == DatabaseKind.POSTGRESQL
                ? source.withUser(new Users(host).user(user.uid()))
                : source;
        int self = host.self().uid();
        if (self == user.uid() || self != Owner.ROOT.uid()) {
            return named;
        }
        DataSource keyed = named.parameter("sslkey")
                .map(key -> named.withKey(copyOfKey(Path.of(key))))
                .orElse(named);
        return source.socket().isEmpty() ? keyed : keyed.reachedBy(relay(keyed));
    }

    /**
     * A copy of a key, read as the server's user: that user names the file, and could name one of root's, or exchange it
     * after a look.
     */
    private Path copyOfKey(Path key) {
        synchronized (KEYS) {
            return KEYS.computeIfAbsent(new Relayed(key, user.uid()), wanted -> {
                try {
                    Path directory = Files.createTempDirectory("mmkey");
                    endWithUs(directory);
                    Path copy = directory.resolve("key.pem");
                    CommandResult read = host.run(Command.of("head", "-c", MOST_OF_A_KEY, key.toString())
                            .user(user)
                            .standardOutput(copy)
                            .build());
                    if (!read.succeeded()) {
                        throw unreadable(key, read.tail(), null);
                    }
                    return copy;
                } catch (IOException e) {
                    throw unreadable(key, IoReason.of(e), e);
                }
            });
        }
    }

    private RefusedException unreadable(Path key, String why, IOException cause) {
        return new RefusedException(
                "The key of the client certificate " + key + ", which the data source names, cannot be read by user "
                        + new Users(host).user(user.uid()) + ", who runs the server: " + why + ". Nothing was changed.",
                Hint.of("Check sslkey in SqlSettings.DataSource."),
                cause);
    }

    private Path relay(DataSource source) {
        boolean postgres = source.kind() == DatabaseKind.POSTGRESQL;
        Path place = source.socket().orElseThrow();
        String name = postgres ? ".s.PGSQL." + source.port() : "mysql.sock";
        Path target = postgres ? place.resolve(name) : place;
        synchronized (RELAYS) {
            Relayed wanted = new Relayed(target, user.uid());
            Path directory = RELAYS.get(wanted);
            if (directory == null || !answers(directory.resolve(name))) {
                directory = start(target, name);
                RELAYS.put(wanted, directory);
            }
            return postgres ? directory : directory.resolve(name);
        }
    }

    private Path start(Path target, String name) {
        try {
            Path directory = Files.createTempDirectory("mmdb");
            endWithUs(directory);
            Path socket = directory.resolve(name);
            if (socket.toString().length() > LONGEST_SOCKET_PATH) {
                throw failed("the path of a socket in " + directory.getParent() + " is too long", null);
            }
            PROGRAM.copyTo(directory);
            // then the whole directory is that user's: nothing is changed in it afterwards
            Files.setAttribute(directory, "unix:gid", user.gid());
            Files.setAttribute(directory, "unix:uid", user.uid());
            Path log = directory.resolve("relay.log");
            long process = host.startDetached(
                    PROGRAM.command(directory, 24)
                            .add(
                                    socket.toString(),
                                    target.toString(),
                                    Long.toString(ProcessHandle.current().pid()))
                            .user(user)
                            .umask(0077)
                            .build(),
                    log);
            Instant end = Instant.now().plus(PATIENCE);
            while (!answers(socket)) {
                if (ProcessHandle.of(process).filter(ProcessHandle::isAlive).isEmpty()
                        || Instant.now().isAfter(end)) {
                    throw failed(lastLine(log), null);
                }
                pause();
            }
            return directory;
        } catch (IOException | UncheckedIOException e) {
            throw failed(e instanceof IOException io ? IoReason.of(io) : e.getMessage(), e);
        }
    }

    private static void endWithUs(Path directory) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                // the relay sees by itself that we are gone
                                TreeDelete.delete(directory);
                            } catch (IOException e) {
                                // a class file and a socket in the system's place for temporary files
                            }
                        },
                        "relay-end"));
    }

    private static boolean answers(Path socket) {
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String lastLine(Path log) throws IOException {
        String text = Files.exists(log)
                ? new String(PlainFile.readOfOther(log, PlainFile.SMALL), StandardCharsets.UTF_8).strip()
                : "";
        return text.isEmpty() ? "it printed nothing" : text.substring(text.lastIndexOf('\n') + 1);
    }

    private RefusedException failed(String why, Exception cause) {
        return new RefusedException(
                "The plugin connects to the database by a socket as user " + new Users(host).user(user.uid())
                        + ", and the Java process that connects as that user did not start: " + why,
                Hint.of("Make sure that this user can run " + JavaProgram.java()
                        + ", or set a data source for administration with its own role and password."),
                cause);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(
                    "Interrupted while connecting to the database.", Hint.of("Run the goal again."), e);
        }
    }
}
