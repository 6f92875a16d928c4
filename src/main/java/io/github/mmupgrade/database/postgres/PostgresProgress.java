package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.DatabaseProgress;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import java.util.AbstractMap.SimpleEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * By the view {@code pg_stat_progress_copy}, which servers have from PostgreSQL 14 on: a table that a dump no longer
 * copies is read to its end.
 */
final class PostgresProgress implements DatabaseProgress {

    private static final int OLDEST = 140_000;

    private final SqlClient client;
    private final Set<Long> begun = new HashSet<>();
    private Map<Long, Long> sizes;

    /** Of dumps of a database, and restores on its server. */
    PostgresProgress(DataSource source) {
        this.client = new SqlClient(source);
    }

    @Override
    public long dumped() {
        if (client.number("SELECT current_setting('server_version_num')::int") < OLDEST) {
            return -1;
        }
        if (sizes == null) {
            sizes = numbers("SELECT oid::bigint, pg_table_size(oid) FROM pg_class WHERE relkind IN ('r', 'm')");
        }
        Map<Long, Long> copied = numbers("SELECT relid::bigint, bytes_processed FROM pg_stat_progress_copy"
                + " WHERE datname = current_database() AND command = 'COPY TO'");
        begun.addAll(copied.keySet());
        return begun.stream()
                .mapToLong(table -> {
                    long size = sizes.getOrDefault(table, 0L);
                    return Math.min(size, copied.getOrDefault(table, size));
                })
                .sum();
    }

    private Map<Long, Long> numbers(String query) {
        Map<Long, Long> found = new HashMap<>();
        client.query(query, row -> new SimpleEntry<>(row.getLong(1), row.getLong(2)))
                .forEach(entry -> found.merge(entry.getKey(), entry.getValue(), Long::sum));
        return found;
    }

    @Override
    public long restored(String newDatabase) {
        return client.first(
                        "SELECT pg_database_size(oid) FROM pg_database WHERE datname = ?",
                        row -> row.getLong(1),
                        DatabaseNames.making(newDatabase))
                .orElse(0L);
    }

    @Override
    public void close() {
        client.close();
    }
}
