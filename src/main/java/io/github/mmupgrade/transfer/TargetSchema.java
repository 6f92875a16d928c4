package io.github.mmupgrade.transfer;

import io.github.mmupgrade.connection.SqlClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the tables of a PostgreSQL database's current schema. */
public final class TargetSchema {

    private TargetSchema() {}

    /** All tables by name, without views. */
    public static Map<String, TargetTable> read(SqlClient client) {
        Map<String, List<TargetColumn>> columns = new LinkedHashMap<>();
        client.query("""
                SELECT c.relname, a.attname, t.typname,
                       CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END,
                       NOT a.attnotnull, a.atthasdef OR a.attidentity <> '',
                       coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
                                 FROM pg_enum e WHERE e.enumtypid = t.oid), '{}')
                FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type t ON t.oid = a.atttypid
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
                      AND coalesce(to_jsonb(a) ->> 'attgenerated', '') = ''
                ORDER BY c.relname, a.attnum""", row -> columns.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                .add(new TargetColumn(
                        row.getString(2),
                        row.getString(3),
                        row.getInt(4),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        Arrays.asList((String[]) row.getArray(7).getArray()))));
        Map<String, TargetTable> tables = new LinkedHashMap<>();
        columns.forEach((name, of) -> tables.put(name, new TargetTable(name, of)));
        return tables;
    }
}
