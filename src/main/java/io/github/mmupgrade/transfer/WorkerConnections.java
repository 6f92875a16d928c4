package io.github.mmupgrade.transfer;

import io.github.mmupgrade.connection.JdbcConnections;
import io.github.mmupgrade.connection.OwnSessions;
import io.github.mmupgrade.connection.ServerLogin;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.util.PSQLException;

/** The two sessions of one thread that copies: one that can only read MySQL, one with PostgreSQL. */
final class WorkerConnections implements AutoCloseable {

    /** Whatever the servers and roles are set to, the same value has the same text on both sides. */
    private static final List<String> FOR_SOURCE = List.of(
            "SET SESSION sql_mode = ''",
            "SET SESSION time_zone = '+00:00'",
            "SET SESSION TRANSACTION READ ONLY",
            "SET SESSION net_write_timeout = 3600",
            "SET SESSION wait_timeout = 86400");

    private static final String FOR_MARIADB = "SET SESSION max_statement_time = 0";
    private static final String FOR_MYSQL = "SET SESSION max_execution_time = 0";

    private static final List<String> FOR_TARGET = List.of(
            "SET statement_timeout = 0",
            "SET lock_timeout = 0",
            "SET idle_in_transaction_session_timeout = 0",
            "SET bytea_output = 'hex'",
            "SET datestyle = 'ISO'",
            "SET timezone = 'UTC'",
            "SET extra_float_digits = 3",
            "SET maintenance_work_mem = '128MB'",
            // what is lost with a crash of the server is copied again, and the last commit is waited for
            "SET synchronous_commit = off");

    private final DataSource sourceOf;
    private final DataSource targetOf;
    private Connection source;
    private Connection second;
    private Connection target;

    WorkerConnections(DataSource source, DataSource target) {
        this.sourceOf = source;
        this.targetOf = target;
    }

    /** A session that reads MySQL; never writes. */
    Connection source() throws SQLException {
        if (source == null || source.isClosed()) {
            source = openSource();
        }
        return source;
    }

    /** Another one, for what is looked up while the first one sends rows. */
    Connection second() throws SQLException {
        if (second == null || second.isClosed()) {
            second = openSource();
        }
        return second;
    }

    private Connection openSource() throws SQLException {
        Connection opened = JdbcConnections.open(sourceOf);
        OwnSessions.add(sourceOf, opened);
        try (Statement statement = opened.createStatement()) {
            for (String sql : FOR_SOURCE) {
                statement.execute(sql);
            }
            boolean mariaDb = opened.getMetaData().getDatabaseProductName().contains("MariaDB");
            statement.execute(mariaDb ? FOR_MARIADB : FOR_MYSQL);
        }
        return opened;
    }

    Connection target() throws SQLException {
        if (target == null || target.isClosed()) {
            target = JdbcConnections.open(ServerLogin.of(targetOf));
            try (Statement statement = target.createStatement()) {
                for (String sql : FOR_TARGET) {
                    statement.execute(sql);
                }
            }
        }
        return target;
    }

    /** Runs a statement in PostgreSQL. */
    void inTarget(String sql) throws SQLException {
        try (Statement statement = target().createStatement()) {
            statement.execute(sql);
        }
    }

    /** What to throw when a statement failed; whichever session is broken is opened again by the next call. */
    StageFailedException failed(String doing, SQLException e) {
        close();
        return new StageFailedException(
                doing + " failed: " + reason(e) + ".",
                Hint.of("Check the logs of both database servers, then run the goal again. It goes on where it was."
                        + " The SQLSTATE is " + e.getSQLState() + "."),
                e);
    }

    /** The message alone: what PostgreSQL adds to it quotes rows. */
    private static String reason(SQLException e) {
        return e instanceof PSQLException postgres && postgres.getServerErrorMessage() != null
                ? DatabaseNames.printable(
                        String.valueOf(postgres.getServerErrorMessage().getMessage()))
                : SqlClient.reason(e);
    }

    @Override
    public void close() {
        for (Connection each : new Connection[] {source, second, target}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (SQLException e) {
                // it is gone either way
            }
        }
        source = null;
        second = null;
        target = null;
    }
}
