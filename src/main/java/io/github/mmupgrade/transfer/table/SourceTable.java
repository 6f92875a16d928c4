package io.github.mmupgrade.transfer.table;

import io.github.mmupgrade.connection.SqlClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table in MySQL or MariaDB.
 *
 * @param name as the server writes it, in either case
 * @param columns its columns in order
 * @param key the columns of its primary key, or of a unique key that allows no NULL; empty when it has neither
 * @param unique the sets of columns that it keeps unique, each in lower case and in order
 * @param rows about how many rows it has
 * @param bytes about how large they are without indexes
 */
public record SourceTable(
        String name,
        List<SourceColumn> columns,
        List<SourceColumn> key,
        List<List<String>> unique,
        long rows,
        long bytes) {

    public SourceTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        unique = List.copyOf(unique);
    }

    /**
     * All tables that the role may see, views left out: ordinary ones, and those of MariaDB that keep earlier rows.
     *
     * @param client a session with the database
     */
    public static List<SourceTable> read(SqlClient client) {
        forgetOldFigures(client);
        Map<String, List<SourceColumn>> columns = new LinkedHashMap<>();
        client.query(
                """
                SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.IS_NULLABLE,
                       coalesce(c.CHARACTER_SET_NAME, ''), coalesce(c.COLLATION_NAME, ''), c.EXTRA LIKE '%auto_increment%'
                FROM information_schema.COLUMNS c
                JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
                WHERE c.TABLE_SCHEMA = database() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
                ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION""",
                row -> columns.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                        .add(new SourceColumn(
                                row.getString(2),
                                row.getString(3).toLowerCase(Locale.ROOT),
                                row.getString(4).toLowerCase(Locale.ROOT),
                                row.getString(5).equalsIgnoreCase("YES"),
                                row.getString(6),
                                row.getString(7),
                                row.getBoolean(8))));
        Map<String, Map<String, List<String>>> keys = new LinkedHashMap<>();
        client.query("""
                SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART
                FROM information_schema.STATISTICS
                WHERE TABLE_SCHEMA = database() AND NON_UNIQUE = 0
                ORDER BY TABLE_NAME, CASE INDEX_NAME WHEN 'PRIMARY' THEN 0 ELSE 1 END, INDEX_NAME, SEQ_IN_INDEX""", row -> keys.computeIfAbsent(row.getString(1), table -> new LinkedHashMap<>())
                .computeIfAbsent(row.getString(2), index -> new ArrayList<>())
                // of the beginning of a column, or of an expression: it tells no two rows apart for us
                .add(row.getString(3) == null || row.getString(4) != null ? "" : row.getString(3)));
        List<SourceTable> tables = new ArrayList<>();
        client.query("""
                SELECT TABLE_NAME, coalesce(TABLE_ROWS, 0), coalesce(DATA_LENGTH, 0)
                FROM information_schema.TABLES
                WHERE TABLE_SCHEMA = database() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
                ORDER BY TABLE_NAME""", row -> {
            String name = row.getString(1);
            List<SourceColumn> all = columns.getOrDefault(name, List.of());
            List<List<String>> unique = new ArrayList<>();
            List<SourceColumn> key = new ArrayList<>();
            for (List<String> index : keys.getOrDefault(name, Map.of()).values()) {
                List<SourceColumn> of = index.stream()
                        .flatMap(column ->
                                all.stream().filter(each -> each.name().equals(column)))
                        .toList();
                if (of.size() == index.size()) {
                    unique.add(index.stream()
                            .map(column -> column.toLowerCase(Locale.ROOT))
                            .toList());
                    if (key.isEmpty() && of.stream().noneMatch(SourceColumn::nullable)) {
                        key.addAll(of);
                    }
                }
            }
            return tables.add(new SourceTable(name, all, key, unique, row.getLong(2), row.getLong(3)));
        });
        return tables;
    }

    /** MySQL from 8.0 on keeps the numbers of rows for a day; those of new tables are then 0. */
    private static void forgetOldFigures(SqlClient client) {
        if (client.first("SHOW VARIABLES LIKE 'information_schema_stats_expiry'", row -> row.getString(2))
                .isPresent()) {
            client.update("SET SESSION information_schema_stats_expiry = 0");
        }
    }

    /** What the database has besides tables, as far as the role may see it, such as {@code view v}. */
    public static List<String> besides(SqlClient client) {
        return client.query("""
                SELECT 'view', TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = database()
                UNION ALL SELECT 'trigger', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = database()
                UNION ALL SELECT lower(ROUTINE_TYPE), ROUTINE_NAME FROM information_schema.ROUTINES
                    WHERE ROUTINE_SCHEMA = database()
                UNION ALL SELECT 'event', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = database()
                UNION ALL SELECT lower(TABLE_TYPE), TABLE_NAME FROM information_schema.TABLES
                    WHERE TABLE_SCHEMA = database()
                    AND TABLE_TYPE NOT IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW')
                ORDER BY 1, 2""", row -> row.getString(1) + " " + row.getString(2));
    }

    /** What it is called in PostgreSQL. */
    public String lowerName() {
        return name.toLowerCase(Locale.ROOT);
    }

    public Optional<SourceColumn> column(String lowerName) {
        return columns.stream()
                .filter(column -> column.name().toLowerCase(Locale.ROOT).equals(lowerName))
                .findFirst();
    }

    /** Its name in a statement. */
    public String quoted() {
        return quoted(name);
    }

    public static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    public static String quoted(List<SourceColumn> columns) {
        return columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name;
    }
}
