package io.github.mmupgrade.database.access;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseCopies;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.mysql.MySqlDatabase;
import io.github.mmupgrade.database.postgres.PostgresDatabase;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.host.Host;

/** Opens databases. */
public final class Databases {

    private Databases() {}

    /**
     * Opens a database and makes sure that it answers.
     *
     * @param host where the programs for dumps run
     * @param tools the programs
     * @throws io.github.mmupgrade.report.RefusedException when it can't be reached; names its host, port and name
     */
    public static Database open(DataSource source, Host host, DatabaseTools tools) {
        Database database = openUnchecked(source, host, tools);
        try {
            database.serverVersion();
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * The way of an administrator to the database that a Mattermost server uses.
     *
     * @param administration leads to the same database server; which database it names does not matter
     * @param own the data source of the Mattermost server
     * @return to be opened in the place of {@code own}
     * @throws io.github.mmupgrade.report.RefusedException when it leads to another server, or that can't be told
     */
    public static DataSource administered(DataSource administration, DataSource own) {
        return new SameServer(administration.withDatabase(own.database()), own).require();
    }

    /**
     * What tells a database from every other: the same text for whoever asks the same one.
     *
     * @throws io.github.mmupgrade.report.RefusedException when it can't be reached
     */
    public static String identity(DataSource source) {
        try (SqlClient client = new SqlClient(source)) {
            return SameServer.identity(client);
        }
    }

    /**
     * Opens a database without asking it anything yet: after a crash it may take no connections, and {@link
     * DatabaseCopies#settleUnfinished()} has to come first.
     */
    public static Database openUnchecked(DataSource source, Host host, DatabaseTools tools) {
        return source.kind() == DatabaseKind.POSTGRESQL
                ? new PostgresDatabase(source, host, tools)
                : new MySqlDatabase(source, host, tools);
    }
}
