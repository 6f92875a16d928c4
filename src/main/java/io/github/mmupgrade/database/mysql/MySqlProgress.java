package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.DatabaseProgress;
import io.github.mmupgrade.datasource.DataSource;

/** A server of MySQL or MariaDB tells how large a database is, but not how far a dump has come. */
final class MySqlProgress implements DatabaseProgress {

    private final SqlClient client;

    MySqlProgress(DataSource source) {
        this.client = new SqlClient(source);
    }

    @Override
    public long dumped() {
        return -1;
    }

    @Override
    public long restored(String newDatabase) {
        return client.first(
                        "SELECT CAST(coalesce(sum(data_length + index_length), 0) AS SIGNED)"
                                + " FROM information_schema.tables WHERE table_schema = ?",
                        row -> row.getLong(1),
                        newDatabase)
                .orElse(0L);
    }

    @Override
    public void close() {
        client.close();
    }
}
