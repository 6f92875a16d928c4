package io.github.mmupgrade.transfer.table;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DatabaseNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A table in PostgreSQL.
 *
 * @param name its name, as a rule in lower case
 * @param columns its columns in order, without those that the server computes
 */
public record TargetTable(String name, List<Column> columns) {

    /**
     * A column of a table in PostgreSQL.
     *
     * @param name its name
     * @param type the name of its type in {@code pg_type}, such as {@code int8} or {@code _varchar}
     * @param maxLength the most characters that it takes, or that an element of an array takes; 0 for any number
     * @param nullable whether it may be NULL
     * @param hasDefault whether it has a default, or the server computes it
     * @param labels the values of an enumeration; empty for other types
     */
    public record Column(
            String name, String type, int maxLength, boolean nullable, boolean hasDefault, List<String> labels) {

        public Column {
            labels = List.copyOf(labels);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    public TargetTable {
        columns = List.copyOf(columns);
    }

    /** All tables of the current schema by name, without views. */
    public static Map<String, TargetTable> read(SqlClient client) {
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        client.query("""
                SELECT c.relname, a.attname, t.typname,
                       CASE WHEN t.typname IN ('varchar', 'bpchar', '_varchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END,
                       NOT a.attnotnull, a.atthasdef OR a.attidentity <> '',
                       coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
                                 FROM pg_enum e WHERE e.enumtypid = t.oid), '{}')
                FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type t ON t.oid = a.atttypid
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
                      AND coalesce(to_jsonb(a) ->> 'attgenerated', '') = ''
                ORDER BY c.relname, a.attnum""", row -> columns.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                .add(new Column(
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

    public String quoted() {
        return quoted(name);
    }

    public static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    public static String quoted(List<Column> columns) {
        return columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return DatabaseNames.printable(name);
    }
}
