package io.github.mmupgrade.connection;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** One connection to one database: opened when first needed, and again when it has broken. */
public final class SqlClient implements AutoCloseable {

    private static final int RETRIES = 5;
    private static final long RETRY_MILLISECONDS = 200;

    /** What to do when the data source for administration does not lead to the server's database. */
    public static final Hint CORRECT_IT = Hint.of(
            "Correct the data source for administration (in settings.xml the password of"
                    + " the server 'mattermost-database', or the variable MATTERMOST_ADMIN_DATASOURCE), or leave it out.");

    private static final String ONLY_CATALOGUE = "SET search_path = pg_catalog";

    private final DataSource source;
    private Connection connection;
    private boolean pooled;

    public SqlClient(DataSource source) {
        this.source = source;
    }

    /** Reads one row. */
    @FunctionalInterface
    public interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Work within one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws SQLException;
    }

    public DataSource source() {
        return source;
    }

    /** Makes sure that the database answers. */
    public void connect() {
        connection();
    }

    /** Whether a pooler stands between this session and PostgreSQL: it may hand each transaction to another session. */
    public boolean pooled() {
        connection();
        return pooled;
    }

    /** All rows of a query. */
    public <T> List<T> query(String sql, Row<T> row, Object... arguments) {
        if (needsOwnTransaction()) {
            return inTransaction(Connection.TRANSACTION_READ_COMMITTED, () -> query(sql, row, arguments));
        }
        try (PreparedStatement statement = prepare(sql, arguments);
                ResultSet rows = statement.executeQuery()) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(row.read(rows));
            }
            return result;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** The first row of a query, if it has one. */
    public <T> Optional<T> first(String sql, Row<T> row, Object... arguments) {
        List<T> rows = query(sql, row, arguments);
        return rows.isEmpty() ? Optional.empty() : Optional.ofNullable(rows.get(0));
    }

    /** The number in the first column of the only row. */
    public long number(String sql, Object... arguments) {
        return first(sql, row -> row.getLong(1), arguments).orElse(0L);
    }

    /** Runs a statement that may take part in a transaction. */
    public int update(String sql, Object... arguments) {
        if (needsOwnTransaction()) {
            return inTransaction(Connection.TRANSACTION_READ_COMMITTED, () -> update(sql, arguments));
        }
        try (PreparedStatement statement = prepare(sql, arguments)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Runs a statement and leaves its failure to the caller to judge. */
    public void execute(String sql) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            forgetIfBroken();
            throw e;
        }
    }

    /** Runs statements in one transaction and leaves their failure to the caller to judge. */
    public void executeTogether(List<String> statements) throws SQLException {
        Connection current = connection();
        current.setAutoCommit(false);
        try (Statement statement = current.createStatement()) {
            setLocally(statement);
            for (String sql : statements) {
                statement.execute(sql);
            }
            current.commit();
        } catch (SQLException e) {
            rollback(current);
            throw e;
        } finally {
            if (!current.isClosed()) {
                current.setAutoCommit(true);
            }
        }
    }

    /** Runs work in one transaction: all of it or nothing. */
    public <T> T inTransaction(int isolation, Work<T> work) {
        Connection current = connection();
        try {
            boolean mySql = source.kind() == DatabaseKind.MYSQL;
            int before = mySql ? current.getTransactionIsolation() : isolation;
            if (mySql) {
                current.setTransactionIsolation(isolation);
            }
            current.setAutoCommit(false);
            try {
                if (!mySql) {
                    // for this transaction only: the session may be a pooler's, and somebody else's next
                    try (Statement statement = current.createStatement()) {
                        statement.execute("SET TRANSACTION ISOLATION LEVEL "
                                + (isolation == Connection.TRANSACTION_REPEATABLE_READ
                                        ? "REPEATABLE READ"
                                        : "READ COMMITTED"));
                        setLocally(statement);
                    }
                }
                T result = work.run();
                current.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollback(current);
                throw e;
            } finally {
                if (!current.isClosed()) {
                    current.setAutoCommit(true);
                    if (mySql) {
                        current.setTransactionIsolation(before);
                    }
                }
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** PostgreSQL's {@code COPY} in this session, and in the transaction that is open in it. */
    public CopyManager copies() throws SQLException {
        return connection().unwrap(PGConnection.class).getCopyAPI();
    }

    /** Ends the session; the next call opens another one. */
    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // it is gone either way
            }
            connection = null;
        }
    }

    public StageFailedException failed(SQLException e) {
        forgetIfBroken();
        return new StageFailedException(
                "A statement failed in the database " + source + ": " + reason(e),
                Hint.of("Check the database server's log. The SQLSTATE is " + e.getSQLState() + "."),
                e);
    }

    /** The message in one line, without what a driver adds. */
    public static String reason(SQLException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return DatabaseNames.printable(message.replaceAll("\\s*[\\r\\n]+\\s*", "; "));
    }

    private PreparedStatement prepare(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = connection().prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    private Connection connection() {
        if (connection == null || isClosed(connection)) {
            try {
                connection = open();
                prepareSession();
            } catch (SQLException e) {
                throw unreachable(e);
            }
        }
        return connection;
    }

    /** PgBouncer turns a client away that comes just when a session of its own ends, as one does that we have ended. */
    private Connection open() throws SQLException {
        for (int left = RETRIES; ; left--) {
            try {
                return JdbcConnections.open(source);
            } catch (SQLException e) {
                if (left == 0 || !reason(e).contains("invalid server parameter")) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLISECONDS);
        } catch (InterruptedException e) {
            // the next attempt is made at once; who interrupts us has it seen by what blocks next
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    private void prepareSession() throws SQLException {
        OwnSessions.add(source, connection);
        if (source.kind() == DatabaseKind.POSTGRESQL) {
            try (Statement statement = connection.createStatement()) {
                try (ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_backend_pid()")) {
                    row.next();
                    // PgBouncer gives each client a number of its own in the place of the process's
                    pooled = row.getInt(1)
                            != connection.unwrap(PGConnection.class).getBackendPID();
                }
                if (!pooled) {
                    // limits that suit the server's short statements must not end a copy
                    statement.execute("SET statement_timeout = 0");
                    statement.execute("SET lock_timeout = 0");
                    if (source.administers()) {
                        // else the database's owner decides whose functions an administrator calls (CVE-2018-1058)
                        statement.execute(ONLY_CATALOGUE);
                    }
                }
            }
        }
    }

    /** The same limits where the session isn't ours alone. */
    private void setLocally(Statement statement) throws SQLException {
        if (pooled) {
            statement.execute("SET LOCAL statement_timeout = 0");
            statement.execute("SET LOCAL lock_timeout = 0");
            if (source.administers()) {
                statement.execute(ONLY_CATALOGUE.replace("SET", "SET LOCAL"));
            }
        }
    }

    private boolean needsOwnTransaction() {
        try {
            return connection().getAutoCommit() && pooled;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private void forgetIfBroken() {
        try {
            if (connection != null && connection.getAutoCommit() && !connection.isValid(2)) {
                close();
            }
        } catch (SQLException e) {
            close();
        }
    }

    private static void rollback(Connection current) {
        try {
            current.rollback();
        } catch (SQLException e) {
            // a broken connection has rolled back by itself
        }
    }

    private RefusedException unreachable(SQLException e) {
        if (source.administers()) {
            return new RefusedException(
                    "The data source for administration does not reach the " + source.kind() + " database " + source
                            + " as '" + source.user() + "': " + reason(e),
                    CORRECT_IT,
                    e);
        }
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        boolean silent = source.socket().isPresent() && state.equals("08001");
        String what =
                switch (state) {
                    case "28P01" -> "The password in the data source is wrong. Correct SqlSettings.DataSource.";
                    case "28000" ->
                        source.socket().isPresent()
                                ? "The database server accepts roles only by their operating-system user (peer, unix_socket),"
                                        + " or not from here. Run this as root or as the Mattermost server's user."
                                : "The database server does not accept this role from this machine (user, password,"
                                        + " pg_hba.conf).";
                    case "3D000", "42000" -> "The database does not exist, or this role has no access to it.";
                    case "53300" ->
                        "The database server has no free connections. End sessions or raise max_connections.";
                    case "55000" ->
                        "The database accepts no connections. A run that copied it may have been stopped:"
                                + " resume it or roll it back.";
                    default -> "Check that the database server is running and can be reached from this machine.";
                };
        return new RefusedException(
                "The " + source.kind() + " database " + source + " cannot be reached: "
                        + (silent ? "nothing answers at its socket" : reason(e)),
                Hint.of(what),
                e);
    }
}
