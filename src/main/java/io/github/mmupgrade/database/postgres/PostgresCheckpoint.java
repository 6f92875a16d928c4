package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.report.ProblemException;
import java.sql.SQLException;

/**
 * Has the server write what it holds in memory to its files. A database that is copied by files is written first, with
 * all others of the server, and the copy waits for that. Done right before the stop, while people still work, little is
 * left to be written during the downtime.
 *
 * <p>It costs them little: the same pages would be written by the next regular checkpoint, only more slowly, and each
 * page that is changed afterwards is logged in full once more. Sources: PostgreSQL, "CREATE DATABASE" (strategy
 * {@code FILE_COPY}: "a checkpoint both before and after the creation of the new database"), "CHECKPOINT", and "WAL
 * Configuration" ({@code full_page_writes}).
 */
final class PostgresCheckpoint {

    /** A member of pg_checkpoint, which is there from PostgreSQL 15 on, needs no other right. */
    private static final String MAY_CHECKPOINT = "SELECT count(*) FROM pg_roles me LEFT JOIN pg_roles group_role"
            + " ON group_role.rolname = 'pg_checkpoint' WHERE me.rolname = current_user"
            + " AND (me.rolsuper OR pg_has_role(group_role.oid, 'USAGE'))";

    private static final String MAY_CREATE =
            "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND rolcreatedb";

    private final PostgresServer server;

    PostgresCheckpoint(PostgresServer server) {
        this.server = server;
    }

    /**
     * Forces a checkpoint: by the role's right to do so, else by creating a small database and dropping it. Not through
     * a pooler, where others get to use the session. Where it can't be done, or fails, nothing happens: then the copy
     * waits longer.
     */
    void force() {
        try {
            SqlClient session = server.maintenance();
            if (session.pooled()) {
                return;
            }
            if (session.number(MAY_CHECKPOINT) > 0) {
                session.execute("CHECKPOINT");
            } else if (session.number(MAY_CREATE) > 0) {
                byCreatingADatabase(session);
            }
        } catch (SQLException | ProblemException e) {
            // the copy does it, and says what is wrong
        }
    }

    private void byCreatingADatabase(SqlClient session) throws SQLException {
        PostgresScratch scratch = new PostgresScratch(server, session);
        String name = scratch.name();
        try {
            scratch.create(name, "template0");
        } finally {
            scratch.drop(name);
        }
    }
}
