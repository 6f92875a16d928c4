package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.JdbcConnections;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.database.SqlDatabase;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A PostgreSQL server as seen from beside the Mattermost database: maintenance sessions, admission, disk. */
public final class PostgresServer implements AutoCloseable {

    /** Whether a session's role may change rows; asked in the database itself. */
    static final String MAY_WRITE = "EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
            + " AND has_table_privilege(a.usesysid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))";

    /** See {@link #sessionsQuery}; what a role may not see of the others' sessions is null. */
    private static final String SESSIONS = "SELECT a.pid, a.usename, a.application_name, host(a.client_addr), a.state,"
            + " $writer, $own FROM pg_stat_activity a WHERE a.datname = ?"
            + " AND a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL"
            + " AND coalesce(a.backend_type, 'client backend') = 'client backend'"
            + " AND a.application_name <> ? ORDER BY a.backend_start, a.pid";

    private static final List<String> MAINTENANCE = List.of("postgres", "template1");

    private final DataSource source;
    private final Host host;
    private SqlClient maintenance;
    private SqlClient own;
    private RefusedException unreachable;

    public PostgresServer(DataSource source, Host host) {
        this.source = source;
        this.host = host;
    }

    DataSource source() {
        return source;
    }

    /**
     * The query for the sessions of clients with one database; its arguments are the database and the name of an
     * application that is left out.
     *
     * @param writer the expression for whether a session's role may change rows
     */
    String sessionsQuery(String writer) {
        String own = administering()
                ? "(a.usename = " + literal(serverRole()) + " OR a.application_name LIKE "
                        + literal(JdbcConnections.APPLICATION + "%") + ")"
                : "a.usename = current_user";
        return SESSIONS.replace("$writer", writer).replace("$own", own);
    }

    /** Whether we come by a way of an administrator's, not by the Mattermost server's own. */
    boolean administering() {
        return source.administers();
    }

    /** The role that the Mattermost server's data source names. */
    String serverRole() {
        return source.server().user();
    }

    /** Whether the Mattermost server reaches the database through a pooler. */
    boolean serverIsPooled() {
        try (SqlClient itsOwn = new SqlClient(source.server())) {
            return itsOwn.pooled();
        } catch (RefusedException e) {
            return false;
        }
    }

    Host host() {
        return host;
    }

    public static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        return (text.indexOf('\\') >= 0 ? "E" : "") + "'"
                + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    public static ServerVersion version(int number, String text) {
        // 90624 is 9.6.24, 150018 is 15.18
        int major = number / 10_000;
        return new ServerVersion("PostgreSQL", major, major < 10 ? number / 100 % 100 : number % 10_000, text);
    }

    static Session session(ResultSet row) throws SQLException {
        return new Session(
                row.getLong(1),
                SqlDatabase.text(row.getString(2)),
                SqlDatabase.text(row.getString(3)),
                Optional.ofNullable(row.getString(4)),
                SqlDatabase.text(row.getString(5)),
                row.getBoolean(6),
                row.getBoolean(7));
    }

    /**
     * A session with a database other than Mattermost's own: only from there it can be copied and renamed.
     *
     * @throws RefusedException when none can be reached
     */
    public SqlClient maintenance() {
        if (maintenance != null) {
            return maintenance;
        }
        if (unreachable != null) {
            throw unreachable;
        }
        RefusedException first = null;
        for (String name : MAINTENANCE) {
            if (name.equals(source.database())) {
                continue;
            }
            SqlClient candidate = new SqlClient(source.withDatabase(name));
            try {
                candidate.connect();
                maintenance = candidate;
                return candidate;
            } catch (RefusedException e) {
                first = first == null ? e : first;
            }
        }
        // a wrong password or a server that is down is the cause of everything: it is said alone
        SqlClient itself = new SqlClient(source);
        try {
            itself.connect();
        } catch (RefusedException e) {
            if (!"55000".equals(stateOf(e)) && !"3D000".equals(stateOf(e))) {
                throw e;
            }
        }
        unreachable = new RefusedException(
                "Neither the database 'postgres' nor 'template1' of the server of " + source + " can be reached: "
                        + reasonOf(first),
                Hint.of(
                        behindPooler(itself)
                                ? "The data source leads to a pooler. Configure both databases there (in PgBouncer a line"
                                        + " '* = host=...' under [databases]), or set a data source for"
                                        + " administration that leads to PostgreSQL itself."
                                : "Let the role '" + source.user() + "' connect to the database 'postgres'"
                                        + " (pg_hba.conf)."),
                first);
        itself.close();
        throw unreachable;
    }

    /**
     * A session that sees the server's catalogue of databases: beside the Mattermost database where that is possible,
     * else in it.
     */
    SqlClient catalogue() {
        try {
            return maintenance();
        } catch (RefusedException e) {
            if (unreachable == null) {
                throw e;
            }
            own = own == null ? new SqlClient(source) : own;
            return own;
        }
    }

    private static boolean behindPooler(SqlClient client) {
        try {
            return client.pooled();
        } catch (RefusedException e) {
            return false;
        }
    }

    private static String stateOf(RefusedException e) {
        return e.getCause() instanceof SQLException cause ? cause.getSQLState() : null;
    }

    private static String reasonOf(RefusedException e) {
        return e.getCause() instanceof SQLException cause ? SqlClient.reason(cause) : e.getMessage();
    }

    int majorVersion() {
        return (int) (catalogue().number("SELECT current_setting('server_version_num')::int") / 10_000);
    }

    /** Why the server wouldn't let this role connect to a database of this name; empty when it would. */
    Optional<String> notAdmitted(String database) {
        // PgBouncer lets nobody connect for 15 s to a database where a login has failed (server_login_retry)
        String asked = catalogue().pooled()
                ? source.database() + "_" + UUID.randomUUID().toString().substring(0, 8)
                : database;
        try (Connection admitted = JdbcConnections.open(source.withDatabase(asked))) {
            return admitted.isClosed() ? Optional.of("the connection was closed at once") : Optional.empty();
        } catch (SQLException e) {
            // the server looks for the database only after it has let the role in
            // (PgBouncer repeats the server's words, but not its code)
            boolean admitted = "3D000".equals(e.getSQLState())
                    || SqlClient.reason(e).contains("database \"" + asked + "\" does not exist");
            return admitted ? Optional.empty() : Optional.of(SqlClient.reason(e));
        }
    }

    /** Free bytes where the server keeps this database; empty when it isn't on this host, or its processes are hidden. */
    Optional<Long> freeBytes() {
        return localDirectory().flatMap(path -> {
            try {
                return Optional.of(Files.getFileStore(path).getUsableSpace());
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    /** Where the server keeps this database; empty when it isn't on this host, or its processes are hidden. */
    Optional<Path> localDirectory() {
        if (!source.isLocal()) {
            return Optional.empty();
        }
        String tablespace = catalogue()
                .first(
                        "SELECT pg_tablespace_location(dattablespace) FROM pg_database WHERE datname = ?",
                        row -> row.getString(1),
                        source.database())
                .orElse("");
        return tablespace.isEmpty()
                ? dataDirectory()
                : Optional.of(host.path(tablespace)).filter(Files::isDirectory);
    }

    /** The data directory is hidden from ordinary roles, but it is the working directory of the server's process. */
    private Optional<Path> dataDirectory() {
        try (Stream<Path> processes = Files.list(host.path("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .map(process -> process.resolve("cwd"))
                    .filter(this::isDataDirectory)
                    .map(PostgresServer::real)
                    .flatMap(Optional::stream)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean isDataDirectory(Path directory) {
        return PostmasterFile.of(directory)
                .filter(file -> file.port() == source.port())
                .isPresent();
    }

    private static Optional<Path> real(Path path) {
        try {
            return Optional.of(path.toRealPath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        if (maintenance != null) {
            maintenance.close();
            maintenance = null;
        }
        if (own != null) {
            own.close();
            own = null;
        }
    }
}
