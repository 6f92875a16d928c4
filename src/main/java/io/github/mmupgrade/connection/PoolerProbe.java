package io.github.mmupgrade.connection;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Finds out whether a pooler keeps one session of PostgreSQL for each client, or shares them between clients. */
public final class PoolerProbe {

    private static final int ROUNDS = 5;

    private final DataSource source;

    public PoolerProbe(DataSource source) {
        this.source = source;
    }

    /**
     * A client that is not in a transaction keeps its session while another one begins a transaction, or it does not.
     * One round where it doesn't is proof; other clients may hide it in a round, so several are played.
     */
    public boolean sharesSessions() {
        try (Connection waiting = JdbcConnections.open(source);
                Connection working = JdbcConnections.open(source)) {
            working.setAutoCommit(false);
            for (int round = 0; round < ROUNDS; round++) {
                int before = process(waiting);
                int others = process(working);
                int after = process(waiting);
                working.commit();
                if (before == others || before != after) {
                    return true;
                }
            }
            return false;
        } catch (SQLException e) {
            throw new StageFailedException(
                    "Two sessions cannot be opened in the database " + source + ": " + SqlClient.reason(e),
                    Hint.of("Check the pooler's log and its limits (pool_size, max_client_conn)."),
                    e);
        }
    }

    private static int process(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
