package io.github.mmupgrade.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A PostgreSQL server that commands start and stop, as an administrator does it: its settings are in its data directory,
 * and it runs as {@code postgres}. Takes root. Whoever makes one closes it.
 */
public final class TestCluster implements AutoCloseable {

    private static final String BIN = TestPostgres.binaries().toString();

    private final Path data;
    private final int port;

    private TestCluster(Path data, int port) {
        this.data = data;
        this.port = port;
    }

    /** Makes one, with roles that log in without a password from this machine's super user only, and starts it. */
    public static TestCluster make(Path data) throws IOException {
        TestCluster made = new TestCluster(data, FreePorts.next());
        run(asPostgres(BIN + "/initdb", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-D", data + ""));
        made.set("port = " + made.port, "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''");
        made.set("fsync = off", "shared_buffers = 32MB");
        run(made.startCommand());
        return made;
    }

    /** Makes a standby of this one with a port of its own, and starts it. */
    public TestCluster standby(Path where) throws IOException {
        TestCluster made = new TestCluster(where, FreePorts.next());
        run(asPostgres(
                BIN + "/pg_basebackup",
                "-h",
                "127.0.0.1",
                "-p",
                port + "",
                "-R",
                "-C",
                "-S",
                "way_back",
                "-c",
                "fast",
                "-D",
                where + ""));
        made.set("port = " + made.port);
        run(made.startCommand());
        return made;
    }

    private void set(String... settings) throws IOException {
        Files.writeString(
                data.resolve("postgresql.auto.conf"), String.join("\n", settings) + "\n", StandardOpenOption.APPEND);
    }

    private static List<String> asPostgres(String... command) {
        List<String> line = new ArrayList<>(List.of("runuser", "-u", "postgres", "--"));
        line.addAll(List.of(command));
        return line;
    }

    /** What starts it; each word on its own, without blanks. */
    public List<String> startCommand() {
        return asPostgres(BIN + "/pg_ctl", "-s", "-w", "-D", data + "", "-l", data + "/log", "start");
    }

    /** What stops it. */
    public List<String> stopCommand() {
        return asPostgres(BIN + "/pg_ctl", "-s", "-w", "-D", data + "", "-m", "fast", "stop");
    }

    public Path data() {
        return data;
    }

    public int port() {
        return port;
    }

    /** A database with its owner. */
    public TestDatabase createDatabase(String name) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE ROLE " + name + " LOGIN PASSWORD '" + ScramVerifier.of(TestDatabase.NASTY_PASSWORD) + "'");
            statement.execute("CREATE DATABASE " + name + " OWNER " + name);
        }
        return new TestDatabase(
                "postgres",
                port,
                name,
                name,
                TestDatabase.NASTY_PASSWORD,
                "postgres://" + name + ":"
                        + URLEncoder.encode(TestDatabase.NASTY_PASSWORD, StandardCharsets.UTF_8)
                                .replace("+", "%20")
                        + "@127.0.0.1:" + port + "/" + name + "?sslmode=disable&connect_timeout=10");
    }

    /** Runs a program to its end; what it wrote. */
    public static String run(List<String> command) {
        try {
            Path log = Files.createTempFile("cluster", ".log");
            // a file: a server that is started keeps what it is given
            int status = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            String said = Files.readString(log);
            Files.delete(log);
            if (status != 0) {
                throw new IllegalStateException(command + " failed:\n" + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends it, wherever its data directory is now. */
    @Override
    public void close() {
        for (ProcessHandle server : ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").equals(BIN + "/postgres"))
                .filter(process -> List.of(process.info().arguments().orElse(new String[0]))
                        .contains(data.toString()))
                .toList()) {
            // SIGTERM would wait for clients
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly();
            server.onExit().join();
        }
    }
}
