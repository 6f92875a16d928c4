package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What belongs to a PostgreSQL database, but isn't copied by {@code CREATE DATABASE ... TEMPLATE} nor kept in a dump:
 * owner, connection limit, rights on the database, {@code ALTER DATABASE ... SET}; for an empty one its encoding, too.
 */
final class PostgresAttributes {

    private final PostgresServer server;

    PostgresAttributes(PostgresServer server) {
        this.server = server;
    }

    private record Grant(String privilege, String grantee, boolean grantable) {}

    private record Setting(String role, String name, String value) {}

    /** Clauses of {@code CREATE DATABASE}, with a space in front; a copy is made in its template's tablespace anyway. */
    String ownerAndLimit(String database) {
        return one(
                "SELECT ' OWNER ' || quote_ident(pg_get_userbyid(datdba)) || ' CONNECTION LIMIT ' || datconnlimit"
                        + " FROM pg_database WHERE datname = ?",
                database);
    }

    /** Clauses of {@code CREATE DATABASE} for an empty database, with a space in front. */
    String encodingAndLocale(String database) {
        String locale = " || ' LC_COLLATE ' || quote_literal(datcollate) || ' LC_CTYPE ' || quote_literal(datctype)";
        int version = server.majorVersion();
        if (version >= 15) {
            String icuLocale = version >= 17 ? "datlocale" : "daticulocale";
            locale += " || CASE datlocprovider WHEN 'i' THEN ' LOCALE_PROVIDER icu ICU_LOCALE ' || quote_literal("
                    + icuLocale + ") "
                    + (version >= 17
                            ? "WHEN 'b' THEN ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ' || quote_literal(" + icuLocale
                                    + ") "
                            : "")
                    + "ELSE ' LOCALE_PROVIDER libc' END";
        }
        return one(
                "SELECT ' ENCODING ' || quote_literal(pg_encoding_to_char(encoding))" + locale
                        + " || CASE WHEN spcname <> 'pg_default' AND has_tablespace_privilege(t.oid, 'CREATE')"
                        + " THEN ' TABLESPACE ' || quote_ident(spcname) ELSE '' END"
                        + " FROM pg_database JOIN pg_tablespace t ON t.oid = dattablespace WHERE datname = ?",
                database);
    }

    /**
     * Gives one database the rights and settings of another.
     *
     * @return what could not be carried over, as lines for a message
     */
    List<String> carryOver(String from, String to) {
        List<String> warnings = new ArrayList<>();
        copyRights(from, to, warnings);
        copySettings(from, to, warnings);
        return warnings;
    }

    private void copyRights(String from, String to, List<String> warnings) {
        SqlClient client = server.maintenance();
        boolean isDefault =
                client.number("SELECT count(*) FROM pg_database WHERE datname = ? AND datacl IS NOT NULL", from) == 0;
        if (isDefault) {
            return;
        }
        String target = " ON DATABASE " + PostgresServer.quoted(to);
        attempt("REVOKE ALL" + target + " FROM PUBLIC", "the rights of PUBLIC", warnings);
        List<Grant> grants = client.query(
                "SELECT x.privilege_type,"
                        + " CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,"
                        + " x.is_grantable FROM pg_database d, aclexplode(d.datacl) x WHERE d.datname = ?",
                row -> new Grant(row.getString(1), row.getString(2), row.getBoolean(3)),
                from);
        for (Grant grant : grants) {
            attempt(
                    "GRANT " + grant.privilege() + target + " TO " + grant.grantee()
                            + (grant.grantable() ? " WITH GRANT OPTION" : ""),
                    "the right " + grant.privilege() + " of " + grant.grantee(),
                    warnings);
        }
    }

    private void copySettings(String from, String to, List<String> warnings) {
        SqlClient client = server.maintenance();
        List<Setting> settings = client.query(
                "SELECT CASE WHEN s.setrole = 0 THEN '' ELSE quote_ident(pg_get_userbyid(s.setrole)) END,"
                        + " split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)"
                        + " FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase,"
                        + " unnest(s.setconfig) c WHERE d.datname = ?",
                row -> new Setting(row.getString(1), row.getString(2), row.getString(3)),
                from);
        for (Setting setting : settings) {
            String where = setting.role().isEmpty()
                    ? "ALTER DATABASE " + PostgresServer.quoted(to)
                    : "ALTER ROLE " + setting.role() + " IN DATABASE " + PostgresServer.quoted(to);
            try {
                client.inTransaction(Connection.TRANSACTION_READ_COMMITTED, () -> {
                    // by way of the session's own setting the value needs no quoting, whatever kind it is
                    client.execute("SELECT set_config(" + PostgresServer.literal(setting.name()) + ", "
                            + PostgresServer.literal(setting.value()) + ", true)");
                    client.execute(where + " SET " + settingName(setting.name()) + " FROM CURRENT");
                    return null;
                });
            } catch (RuntimeException e) {
                warnings.add("the setting " + setting.name()
                        + (setting.role().isEmpty() ? "" : " of " + setting.role()) + " was not copied to " + to
                        + ": " + e.getMessage());
            }
        }
    }

    /** A name such as {@code search_path} or {@code my.setting}, each part in quotes. */
    private static String settingName(String name) {
        StringBuilder result = new StringBuilder();
        for (String part : name.split("\\.", -1)) {
            result.append(result.length() == 0 ? "" : ".").append(PostgresServer.quoted(part));
        }
        return result.toString();
    }

    private void attempt(String sql, String what, List<String> warnings) {
        try {
            server.maintenance().execute(sql);
        } catch (SQLException e) {
            warnings.add(what + " could not be copied: " + SqlClient.reason(e));
        }
    }

    private String one(String sql, String database) {
        return server.maintenance()
                .first(sql, row -> row.getString(1), database)
                .orElseThrow(() -> new RefusedException(
                        "There is no database " + database + " on the server of " + server.source(),
                        Hint.run("See which copies there are.", Goal.STATUS)));
    }
}
