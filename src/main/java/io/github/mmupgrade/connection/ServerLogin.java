package io.github.mmupgrade.connection;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;

/**
 * The login of a Mattermost server's own role, past its pooler where an administrator's data source knows the way.
 *
 * <p>What writes rows of that role, or does what a dump says, comes this way: triggers, constraints, expressions of indexes
 * and functions are run with the rights of whoever is logged in. {@code SET ROLE} does not help, since they can take it back.
 */
public final class ServerLogin {

    private ServerLogin() {}

    /**
     * How to log in as the server's role to the database that a data source names.
     *
     * @return {@code source} itself unless it is an administrator's
     * @throws RefusedException when the role cannot log in
     */
    public static DataSource of(DataSource source) {
        DataSource own = source.server();
        if (!source.administers() || source.kind() == DatabaseKind.MYSQL || leadsThere(own)) {
            return own;
        }
        DataSource direct = source.withLoginOf(own);
        try (SqlClient client = new SqlClient(direct)) {
            client.connect();
            return direct;
        } catch (RefusedException e) {
            throw new RefusedException(
                    "The Mattermost server's role '" + own.user() + "' cannot log in to the database " + source
                            + " by the address of the data source for administration: " + e.getMessage(),
                    Hint.of(
                            "Let the role connect there with its password (pg_hba.conf). An administrator's role does not run"
                                    + " what tables and dumps of another role hold."),
                    e);
        }
    }

    /** Not to a pooler, which gives each transaction another session, and may not know every database. */
    private static boolean leadsThere(DataSource own) {
        try (SqlClient client = new SqlClient(own)) {
            return !client.pooled();
        } catch (RefusedException e) {
            return false;
        }
    }
}
