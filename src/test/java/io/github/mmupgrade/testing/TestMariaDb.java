package io.github.mmupgrade.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real MariaDB server with a data directory of its own, on a free port of 127.0.0.1 and on a socket; passwords are
 * asked for on both. It doesn't outlive the JVM. The system's own service is never touched.
 */
public final class TestMariaDb implements AutoCloseable {

    private static final String ADMIN = "admin";
    private static final String ADMIN_PASSWORD = "admin";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static TestMariaDb shared;

    private final ServerProcess server;
    private final int port;

    /** Starts a server of one's own; {@link #shared()} is quicker. */
    public TestMariaDb() {
        this(Map.of());
    }

    /**
     * Starts a server with files of one's own.
     *
     * @param files options such as {@code ssl-key}, and the contents of the files that they name
     */
    public TestMariaDb(Map<String, String> files) {
        this(files, List.of());
    }

    /** The same with further options of the server. */
    public TestMariaDb(Map<String, String> files, List<String> options) {
        server = new ServerProcess("mmmy", "mysql", "nobody");
        port = FreePorts.next();
        Path data = server.directory().resolve("data");
        // a server that starts removes the temporary tables of all others that share its directory for them
        String tmpdir = "--tmpdir=" + server.directory();
        server.run(List.of(
                program("mariadb-install-db"),
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--datadir=" + data,
                tmpdir));
        Path init = server.file(
                "init.sql",
                "ALTER USER root@localhost IDENTIFIED BY '" + ADMIN_PASSWORD + "';\n" + "CREATE USER " + ADMIN
                        + "@'%' IDENTIFIED BY '" + ADMIN_PASSWORD + "';\n" + "GRANT ALL ON *.* TO " + ADMIN
                        + "@'%' WITH GRANT OPTION;\n");
        List<String> command = new ArrayList<>(List.of(
                program("mariadbd"),
                "--no-defaults",
                "--datadir=" + data,
                "--socket=" + socket(),
                "--pid-file=" + server.directory().resolve("pid"),
                tmpdir,
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--skip-log-bin",
                "--character-set-server=utf8mb4",
                "--innodb-buffer-pool-size=64M",
                "--innodb-flush-log-at-trx-commit=0",
                "--init-file=" + init));
        files.forEach((option, content) -> command.add("--" + option + "=" + server.file(option, content)));
        command.addAll(options);
        server.start(command, "KILL");
        awaitReady();
    }

    /**
     * Starts a server that has TLS, with a certificate of 127.0.0.1 that signs itself.
     *
     * @param made where the certificate is made
     */
    public static TestMariaDb withTls(Path made) throws IOException, InterruptedException {
        Process openssl = new ProcessBuilder(
                        ("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem"
                                        + " -subj /CN=127.0.0.1")
                                .split(" "))
                .directory(made.toFile())
                .redirectErrorStream(true)
                .redirectOutput(made.resolve("openssl.log").toFile())
                .start();
        if (openssl.waitFor() != 0) {
            throw new IllegalStateException("openssl ended with status " + openssl.exitValue());
        }
        return new TestMariaDb(Map.of(
                "ssl-key",
                Files.readString(made.resolve("key.pem")),
                "ssl-cert",
                Files.readString(made.resolve("cert.pem"))));
    }

    /** The server that all tests of this JVM share; started when first asked for. */
    public static synchronized TestMariaDb shared() {
        if (shared == null) {
            shared = new TestMariaDb();
        }
        return shared;
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The server's socket. */
    public Path socket() {
        return server.directory().resolve("sock");
    }

    /**
     * Makes an empty database and a user of the same name with all rights on it.
     *
     * @param prefix what the name starts with; lower case
     * @param createdb whether the user may create databases whose names start with this one's and an underscore
     */
    public TestDatabase createDatabase(String prefix, boolean createdb) {
        String name = prefix + "_" + NUMBER.incrementAndGet();
        String password = TestDatabase.NASTY_PASSWORD;
        execute(
                "CREATE DATABASE " + name + " CHARACTER SET utf8mb4",
                "CREATE USER " + name + "@'%' IDENTIFIED BY '"
                        + password.replace("\\", "\\\\").replace("'", "''") + "'",
                "GRANT ALL ON " + name.replace("_", "\\_").transform(n -> "`" + n + "`") + ".* TO " + name + "@'%'");
        if (createdb) {
            String pattern = "`" + name.replace("_", "\\_") + "\\_%`";
            execute("GRANT ALL ON " + pattern + ".* TO " + name + "@'%'");
        }
        String source = name + ":" + password + "@tcp(127.0.0.1:" + port + ")/" + name + "?charset=utf8mb4,utf8";
        return new TestDatabase("mysql", port, name, name, password, source);
    }

    /** A connection as the super user. */
    public Connection admin(String database) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", ADMIN);
        properties.put("password", ADMIN_PASSWORD);
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/" + database, properties);
    }

    /** Runs statements as the super user. */
    public void execute(String... statements) {
        try (Connection connection = admin("");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether there is such a database. */
    public boolean hasDatabase(String name) {
        try (Connection connection = admin("");
                var query = connection.prepareStatement(
                        "SELECT 1 FROM information_schema.schemata WHERE schema_name = ?")) {
            query.setString(1, name);
            return query.executeQuery().next();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private static String program(String name) {
        return Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseThrow(() ->
                        new IllegalStateException("These tests need a MariaDB server: apt-get install mariadb-server"));
    }

    private void awaitReady() {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                admin("").close();
                return;
            } catch (SQLException e) {
                if (!server.isAlive() || Instant.now().isAfter(end)) {
                    throw new IllegalStateException("MariaDB didn't start:\n" + server.output(), e);
                }
            }
            Pause.briefly();
        }
    }
}
