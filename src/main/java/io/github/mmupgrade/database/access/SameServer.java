package io.github.mmupgrade.database.access;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.postgres.PostgresServer;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes sure that an administrator's data source and a Mattermost server's own lead to the same database server: a
 * database of the same name elsewhere must not be taken for it.
 */
final class SameServer {

    private static final Set<SameServer.Pair> KNOWN = ConcurrentHashMap.newKeySet();

    private final DataSource administration;
    private final DataSource own;

    private record Pair(DataSource administration, DataSource own) {}

    SameServer(DataSource administration, DataSource own) {
        this.administration = administration;
        this.own = own;
    }

    /** The administrator's data source, once it is certain. */
    DataSource require() {
        DataSource result = administration.administering(own);
        if (administration.kind() != own.kind()) {
            throw different("is for " + administration.kind() + ", but the Mattermost server's is for " + own.kind());
        }
        Pair pair = new Pair(administration, own);
        if (KNOWN.contains(pair)) {
            return result;
        }
        String its;
        String role;
        try (SqlClient client = new SqlClient(own)) {
            its = identity(client);
            role = client.first("SELECT current_user", row -> row.getString(1)).orElseThrow();
        } catch (RefusedException e) {
            if (isFrozen(e)) {
                // a killed copy left it closed; the administrator's way is how it is opened again
                requireClosedThere(result);
                return result;
            }
            throw e;
        }
        try (SqlClient client = new SqlClient(result)) {
            if (!identity(client).equals(its)) {
                throw different(
                        "leads to " + administration + " on a different server than the Mattermost server's " + own);
            }
            if (own.kind() == DatabaseKind.POSTGRESQL) {
                requireRights(client, role);
            }
        }
        KNOWN.add(pair);
        return result;
    }

    /** What can be told of a database that lets nobody in: elsewhere one of its name would be open, not there, or another's. */
    private void requireClosedThere(DataSource result) {
        try (PostgresServer there = new PostgresServer(result, null)) {
            long closed = there.maintenance()
                    .number(
                            "SELECT count(*) FROM pg_database d JOIN pg_roles r ON r.rolname = ?"
                                    + " WHERE d.datname = ? AND NOT d.datallowconn AND pg_has_role(r.oid, d.datdba, 'MEMBER')",
                            own.user(),
                            own.database());
            if (closed == 0) {
                throw different("leads to " + administration + ", which is not the Mattermost server's " + own
                        + ": that database accepts no connections now");
            }
        }
    }

    /** What is the server's has to be read, dumped, and made in its name. */
    private static void requireRights(SqlClient client, String role) {
        if (client.number("SELECT pg_has_role(?, 'USAGE')::int", role) == 0) {
            String user = client.source().user();
            throw new RefusedException(
                    "The data source for administration logs in as '" + user + "', which is neither a superuser nor has"
                            + " the rights of the Mattermost server's role '" + role + "'. Nothing was changed.",
                    Hint.of("Give it these rights with " + grant(role, user)
                            + ", or use the data source of another role."));
        }
        requireOwn(client, role);
    }

    /**
     * Refuses a database that others have tables in. Every role may connect to every database unless that is forbidden, and
     * who writes the configuration could have an administrator copy, rename and restore one of somebody else's.
     */
    private static void requireOwn(SqlClient client, String role) {
        client.first(
                        "SELECT r.rolname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                + " JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind IN ('r', 'p', 'm')"
                                + " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
                                + " AND NOT pg_has_role(?, c.relowner, 'MEMBER') AND NOT EXISTS (SELECT 1 FROM pg_depend d"
                                + " WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') LIMIT 1",
                        row -> row.getString(1),
                        role)
                .ifPresent(other -> {
                    throw new RefusedException(
                            "Role '" + other + "' owns tables in the database " + client.source()
                                    + ", and the Mattermost"
                                    + " server's role '" + role
                                    + "' does not have its rights. An administrator's role does"
                                    + " not work on other people's tables. Nothing was changed.",
                            Hint.of("If the tables belong to Mattermost, run ALTER TABLE ... OWNER TO "
                                    + PostgresServer.quoted(role) + " for each. If not, correct"
                                    + " SqlSettings.DataSource."));
                });
    }

    /** The statement that lets a role act as the server's. */
    static String grant(String role, String user) {
        return "GRANT " + PostgresServer.quoted(role) + " TO " + PostgresServer.quoted(user);
    }

    static String identity(SqlClient client) {
        // the moment of its start, to the microsecond, tells a server from every other; an address may be a pooler's
        return client.first(
                        client.source().kind() == DatabaseKind.POSTGRESQL
                                ? "SELECT pg_postmaster_start_time()::text || ' ' || oid FROM pg_database"
                                        + " WHERE datname = current_database()"
                                : "SELECT CONCAT_WS(' ', @@hostname, @@port, @@datadir, @@version, DATABASE())",
                        row -> row.getString(1))
                .orElseThrow();
    }

    private static boolean isFrozen(RefusedException e) {
        return e.getCause() instanceof SQLException cause
                && SqlClient.reason(cause).contains("not currently accepting connections");
    }

    private static RefusedException different(String what) {
        return new RefusedException(
                "The data source for administration " + what + ". Nothing was changed.", SqlClient.CORRECT_IT);
    }
}
