package io.github.mmupgrade.database.access;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.sql.SQLException;

/** Makes databases without tables on PostgreSQL. */
public final class EmptyDatabase {

    private EmptyDatabase() {}

    /**
     * Makes one next to another, in UTF-8, of the same role.
     *
     * @throws RefusedException when the role may not
     */
    public static void create(DataSource beside, String name) {
        try (SqlClient client = new SqlClient(beside)) {
            client.execute("CREATE DATABASE \"" + name.replace("\"", "\"\"") + "\" ENCODING 'UTF8' TEMPLATE template0");
        } catch (SQLException e) {
            throw new RefusedException(
                    "The database " + name + " cannot be created next to " + beside + ": " + SqlClient.reason(e)
                            + ". Nothing was changed.",
                    Hint.of("As a superuser: ALTER ROLE " + beside.user() + " CREATEDB; then run the goal again."),
                    e);
        }
    }
}
