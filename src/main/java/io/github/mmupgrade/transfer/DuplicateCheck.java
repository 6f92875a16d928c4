package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.TableMapping;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds rows of a table of which a unique index of PostgreSQL allows only one, where no key of MySQL rules that out.
 * PostgreSQL itself tells, from the converted values of the index's columns in a temporary table: only it knows its
 * expressions, collations and conditions.
 */
final class DuplicateCheck {

    /** How many values of an index are named. */
    private static final int NAMED = 5;

    private static final String TEMPORARY = "mattermost_unique";

    private static final String INDEXES = """
            SELECT x.relname,
                   ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false)
                                || coalesce((SELECT ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(c.collname)
                                             FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
                                             WHERE c.oid = i.indcollation[k - 1]), '')
                         FROM generate_series(1, i.indnkeyatts) k ORDER BY k),
                   ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k ORDER BY k),
                   coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'),
                   ARRAY(SELECT a.attname::text FROM pg_attribute a
                         WHERE a.attrelid = i.indrelid AND a.attnum > 0
                               AND (a.attnum = ANY (i.indkey)
                                    OR EXISTS (SELECT FROM pg_depend d
                                               WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                                                     AND d.refclassid = 'pg_class'::regclass
                                                     AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))),
                   i.indexprs IS NULL
                   AND NOT EXISTS (SELECT FROM pg_collation c
                                   WHERE c.oid = ANY (i.indcollation) AND NOT c.collisdeterministic),
                   coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
            FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            WHERE i.indrelid = to_regclass(quote_ident(?)) AND i.indisunique
            ORDER BY x.relname""";

    /**
     * A unique index.
     *
     * @param values its expressions, with their collations
     * @param words the same without collations
     * @param condition which rows are in it
     * @param columns the columns that these use
     * @param plain whether it compares columns byte by byte
     * @param oneNull whether it takes NULL once only
     */
    private record Unique(
            String name,
            List<String> values,
            List<String> words,
            String condition,
            Set<String> columns,
            boolean plain,
            boolean oneNull) {}

    private final TableMapping mapping;

    DuplicateCheck(TableMapping mapping) {
        this.mapping = mapping;
    }

    /** A sentence for each index that some rows do not fit in. */
    List<String> find(WorkerConnections connections) throws SQLException {
        List<String> found = new ArrayList<>();
        for (Unique index : indexes(connections.target())) {
            if (!isKeptByMySql(index)) {
                found.addAll(find(connections, index));
            }
        }
        return found;
    }

    private List<Unique> indexes(Connection target) throws SQLException {
        List<Unique> found = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement(INDEXES)) {
            statement.setString(1, mapping.target().name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new Unique(
                            row.getString(1),
                            texts(row, 2),
                            texts(row, 3),
                            row.getString(4),
                            new HashSet<>(texts(row, 5)),
                            row.getBoolean(6),
                            row.getBoolean(7)));
                }
            }
        }
        return found;
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    /** A key of MySQL on some of the columns, whose collation tells less apart than bytes do. */
    private boolean isKeptByMySql(Unique index) {
        if (!index.plain() || index.oneNull()) {
            return false;
        }
        Set<String> sure = mapping.columns().stream()
                .filter(column -> index.columns().contains(column.target().name()))
                // where NULL is repaired it becomes a value
                .filter(column -> column.target().nullable() || !column.source().nullable())
                .map(column -> column.source().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return mapping.source().unique().stream().anyMatch(sure::containsAll);
    }

    private List<String> find(WorkerConnections connections, Unique index) throws SQLException {
        TableMapping part = new TableMapping(
                mapping.source(),
                mapping.target(),
                mapping.columns().stream()
                        .filter(column ->
                                index.columns().contains(column.target().name()))
                        .toList(),
                List.of());
        if (part.columns().isEmpty()) {
            return List.of();
        }
        Connection target = connections.target();
        target.setAutoCommit(false);
        try (Statement statement = target.createStatement()) {
            statement.execute("CREATE TEMP TABLE " + TEMPORARY + " ON COMMIT DROP AS SELECT * FROM "
                    + mapping.target().quoted() + " WHERE false");
            fill(connections, part);
            return sentences(statement, index);
        } finally {
            if (!target.isClosed()) {
                target.rollback();
                target.setAutoCommit(true);
            }
        }
    }

    private static void fill(WorkerConnections connections, TableMapping part) throws SQLException {
        // what is bad is found by reading whole rows
        RowConverter converter = new RowConverter(part, false, (value, before, after) -> {});
        try (SourceRows rows = new SourceRows(connections.source(), part, part.selected(), KeyRange.WHOLE);
                CopyWriter copy = new CopyWriter(connections.target(), TEMPORARY + " (" + part.filled() + ")")) {
            while (rows.next()) {
                converter.convert(rows.rows());
                copy.write(converter.line());
            }
            copy.end();
        }
    }

    private List<String> sentences(Statement statement, Unique index) throws SQLException {
        String values = String.join(", ", index.values());
        String known = index.oneNull()
                ? ""
                : index.values().stream()
                        .map(value -> " AND (" + value + ") IS NOT NULL")
                        .collect(Collectors.joining());
        String sql = "SELECT ROW(" + values + ")::text, count(*), count(*) OVER () FROM " + TEMPORARY + " WHERE ("
                + index.condition() + ")" + known + " GROUP BY " + values
                + " HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT "
                + NAMED;
        boolean secret = mapping.columns().stream()
                .filter(column -> index.columns().contains(column.target().name()))
                .anyMatch(column -> mapping.isSecret(column.source()));
        List<String> same = new ArrayList<>();
        long groups = 0;
        try (ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                same.add((secret ? "***" : row.getString(1)) + " in " + row.getLong(2) + " rows");
                groups = row.getLong(3);
            }
        }
        return same.isEmpty()
                ? List.of()
                : List.of("Table " + mapping.source() + " has rows of the same " + String.join(", ", index.words())
                        + ", which the unique index " + index.name() + " of PostgreSQL allows once: "
                        + String.join("; ", same) + (groups > same.size() ? "; and more" : ""));
    }
}
