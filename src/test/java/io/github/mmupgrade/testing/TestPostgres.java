package io.github.mmupgrade.testing;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server with a data directory of its own, on a free port of 127.0.0.1 and on a socket; passwords are
 * asked for on both. It doesn't outlive the JVM.
 */
public final class TestPostgres implements AutoCloseable {

    private static final String ADMIN = "postgres";
    private static final String ADMIN_PASSWORD = "admin";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static TestPostgres shared;
    private static Path template;

    private final ServerProcess server;
    private final int port;
    private final List<String> command;
    private final boolean md5;

    /** Starts a server of one's own; {@link #shared()} is quicker. */
    public TestPostgres() {
        this(List.of());
    }

    /**
     * Starts a server with settings of one's own.
     *
     * @param settings such as {@code max_connections=5}
     */
    public TestPostgres(List<String> settings) {
        server = new ServerProcess("mmpg", "postgres", "nobody");
        port = FreePorts.next();
        md5 = settings.contains("password_encryption=md5");
        Path data = server.directory().resolve("data");
        server.run(List.of("cp", "-a", template().toString(), data.toString()));
        command = new ArrayList<>(List.of(
                binaries().resolve("postgres").toString(), "-D", data.toString(), "-p", Integer.toString(port)));
        List<String> all = new ArrayList<>(List.of(
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=" + server.directory(),
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
                "shared_buffers=64MB",
                "max_connections=60",
                "max_wal_size=2GB"));
        all.addAll(settings);
        all.forEach(setting -> command.addAll(List.of("-c", setting)));
        start();
    }

    /** A cluster that was never started; initdb takes a second, a copy of what it made none. */
    private static synchronized Path template() {
        if (template == null) {
            ServerProcess maker = new ServerProcess("mmpgt", "postgres", "nobody");
            Path made = maker.directory().resolve("data");
            maker.run(List.of(
                    binaries().resolve("initdb").toString(),
                    "--no-sync",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--auth=scram-sha-256",
                    "--username=" + ADMIN,
                    "--pwfile=" + maker.file("pw", ScramVerifier.of(ADMIN_PASSWORD)),
                    "--pgdata=" + made));
            template = made;
        }
        return template;
    }

    /** Starts it again after {@link #stop}. */
    public final void start() {
        server.start(command, "QUIT");
        awaitReady();
    }

    /** Ends it at once, as a crash would; its data stay. */
    public void stop() {
        server.stop();
    }

    /** The server that all tests of this JVM share; started when first asked for. */
    public static synchronized TestPostgres shared() {
        if (shared == null) {
            shared = new TestPostgres();
        }
        return shared;
    }

    /** Where the newest installed PostgreSQL has its programs. */
    public static Path binaries() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.filter(v -> Files.isExecutable(v.resolve("bin/initdb")))
                    .max(Comparator.comparing(
                            v -> Integer.valueOf(v.getFileName().toString())))
                    .map(v -> v.resolve("bin"))
                    .orElseThrow();
        } catch (Exception e) {
            throw new IllegalStateException("These tests need a PostgreSQL server: apt-get install postgresql-15", e);
        }
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Where the server's socket is. */
    public Path socketDirectory() {
        return server.directory();
    }

    /** Where the server keeps its data. */
    public Path dataDirectory() {
        return server.directory().resolve("data");
    }

    /**
     * Makes an empty database and a role of the same name that owns it.
     *
     * @param prefix what the name starts with; lower case
     * @param createdb whether the role may create databases
     */
    public TestDatabase createDatabase(String prefix, boolean createdb) {
        String name = prefix + "_" + NUMBER.incrementAndGet();
        String password = TestDatabase.NASTY_PASSWORD;
        execute(
                "CREATE ROLE " + name + " LOGIN " + (createdb ? "CREATEDB" : "NOCREATEDB") + " PASSWORD '"
                        + (md5 ? password.replace("'", "''") : ScramVerifier.of(password)) + "'",
                "CREATE DATABASE " + name + " OWNER " + name);
        String url = "postgres://" + name + ":"
                + URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20") + "@127.0.0.1:" + port + "/"
                + name + "?sslmode=disable&connect_timeout=10";
        return new TestDatabase("postgres", port, name, name, password, url);
    }

    /** A connection as the super user. */
    public Connection admin(String database) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", ADMIN);
        properties.put("password", ADMIN_PASSWORD);
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
    }

    /** Runs statements as the super user in the database {@code postgres}, each in a transaction of its own. */
    public void execute(String... statements) {
        executeIn("postgres", statements);
    }

    /** Runs statements as the super user, each in a transaction of its own. */
    public void executeIn(String database, String... statements) {
        try (Connection connection = admin(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets in only whom these lines of {@code pg_hba.conf} name. */
    public void admit(String lines) {
        server.file("data/pg_hba.conf", lines + "\n");
        execute("SELECT pg_reload_conf()");
    }

    /** Drops a replication slot, with the stream that uses it ended. */
    public void dropSlot(String name) {
        execute(
                "DO $$ BEGIN LOOP PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                        + name
                        + "' AND active; BEGIN PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                        + " WHERE slot_name = '" + name + "'; EXIT; EXCEPTION WHEN object_in_use THEN"
                        + " PERFORM pg_sleep(0.05); END; END LOOP; END $$");
    }

    /** Whether there is such a database. */
    public boolean hasDatabase(String name) {
        try (Connection connection = admin("postgres");
                var query = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
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

    private void awaitReady() {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                admin("postgres").close();
                return;
            } catch (SQLException e) {
                if (!server.isAlive() || Instant.now().isAfter(end)) {
                    throw new IllegalStateException("PostgreSQL didn't start:\n" + server.output(), e);
                }
            }
            Pause.briefly();
        }
    }
}
