package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.RefusedException;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Small databases that are dropped again at once: creating one is the only way to find out how the server copies
 * files, and for most roles the only way to force a checkpoint. They are named as something unfinished, which whoever
 * finds it drops.
 */
final class PostgresScratch {

    /** From this version on {@code CREATE DATABASE} knows strategies; before, it always copies files. */
    private static final int HAS_STRATEGIES = 15;

    private final PostgresServer server;
    private final SqlClient session;

    PostgresScratch(PostgresServer server, SqlClient session) {
        this.server = server;
        this.session = session;
    }

    /** A name that nothing has. */
    String name() {
        return DatabaseNames.making(DatabaseNames.scratch(
                server.source().database(),
                "t" + Integer.toHexString(ThreadLocalRandom.current().nextInt())));
    }

    /** Copies a template's files to where the Mattermost database is. */
    void create(String name, String template) throws SQLException {
        // to name the tablespace takes a right on it, which a role need not have on the one that is taken anyway
        String tablespace = session.first(
                        "SELECT CASE WHEN d.dattablespace = t.dattablespace THEN ''"
                                + " ELSE ' TABLESPACE ' || quote_ident(spcname) END"
                                + " FROM pg_database d JOIN pg_tablespace s ON s.oid = d.dattablespace,"
                                + " pg_database t WHERE d.datname = ? AND t.datname = 'template0'",
                        row -> row.getString(1),
                        server.source().database())
                .orElseThrow();
        session.execute("CREATE DATABASE " + PostgresServer.quoted(name) + " TEMPLATE "
                + PostgresServer.quoted(template) + tablespace + copyingFiles(server));
    }

    /** The option by which a database is created that is a copy of files. */
    static String copyingFiles(PostgresServer server) {
        return server.majorVersion() >= HAS_STRATEGIES ? " STRATEGY FILE_COPY" : "";
    }

    /** Drops it; does nothing when it is not there. */
    void drop(String name) {
        try {
            session.execute("DROP DATABASE IF EXISTS " + PostgresServer.quoted(name));
        } catch (SQLException | RefusedException left) {
            // settleUnfinished() finds it
        }
    }
}
