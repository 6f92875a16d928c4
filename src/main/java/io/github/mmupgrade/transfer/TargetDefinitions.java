package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.TargetTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes the indexes and constraints of a table away while its rows come, and makes them again: an index that is made of
 * all rows at once takes a fraction of the time.
 */
final class TargetDefinitions {

    /** The constraints of these kinds ({@code contype}); no view needs them for what it groups by. */
    private static final String CONSTRAINTS = """
            SELECT c.relname, conname, pg_get_constraintdef(k.oid), contype = 'u'
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            WHERE c.relnamespace = current_schema()::regnamespace AND conparentid = 0
                  AND contype = ANY (string_to_array(?, ' ')) AND (c.relname = ? OR ? = '')
                  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_constraint'::regclass
                                  AND d.refobjid = k.oid AND d.classid = 'pg_rewrite'::regclass)
            ORDER BY CASE contype WHEN 'p' THEN 0 WHEN 'u' THEN 1 ELSE 2 END, c.relname, conname""";

    private static final String INDEXES = """
            SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisunique
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = to_regclass(quote_ident(?))
                  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
            ORDER BY pg_relation_size(i.indexrelid) DESC, c.relname""";

    private record Definition(String drop, String make, boolean unique) {}

    private final Connection connection;
    private final TransferState state;

    TargetDefinitions(Connection connection) {
        this.connection = connection;
        this.state = new TransferState(connection);
    }

    /** Notes the indexes and constraints of a table, but for the foreign keys, and drops them. */
    void takeAway(TargetTable table) throws SQLException {
        List<Definition> found = constraints("p u x", table.name());
        found.addAll(indexes(table));
        state.define(table.name(), found.stream().map(Definition::make).toList());
        drop(found);
    }

    /** Notes the foreign keys of all tables and drops them: they need the keys of others, whose rows come at any time. */
    void takeAwayForeignKeys() throws SQLException {
        List<Definition> found = constraints("f", "");
        state.define("", found.stream().map(Definition::make).toList());
        drop(found);
    }

    /** Drops the foreign keys that were made again: rows that others refer to are taken out and put in again. */
    void takeAwayForeignKeysAgain() throws SQLException {
        List<String> noted = foreignKeys();
        List<Definition> found = constraints("f", "");
        found.removeIf(each -> !noted.contains(each.make()));
        for (Definition each : found) {
            state.undone("", each.make());
        }
        drop(found);
    }

    /** Drops what was made again of a table and lets no value be there twice, but for the primary key. */
    void takeAwayUnique(TargetTable table) throws SQLException {
        List<String> noted = toMake(table);
        List<Definition> found = constraints("u", table.name());
        found.addAll(indexes(table));
        found.removeIf(each -> !each.unique() || !noted.contains(each.make()));
        for (Definition each : found) {
            state.undone(table.name(), each.make());
        }
        drop(found);
    }

    /** What makes again all but the foreign keys. */
    List<String> toMake(TargetTable table) throws SQLException {
        return state.definitions(table.name());
    }

    /** What makes the foreign keys again; every row of every table has to be there before. */
    List<String> foreignKeys() throws SQLException {
        return state.definitions("");
    }

    /** The materialized views of the role, in the order in which they were made, because one may read another. */
    static List<String> materializedViews(Connection connection) throws SQLException {
        return relations(connection, "relkind = 'm' AND pg_has_role(relowner, 'USAGE')");
    }

    /** The names of all tables and indexes of the schema. */
    static Set<String> names(Connection connection) throws SQLException {
        return new HashSet<>(relations(connection, "true"));
    }

    private static List<String> relations(Connection connection, String condition) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT relname FROM pg_class WHERE relnamespace ="
                        + " current_schema()::regnamespace AND " + condition + " ORDER BY oid")) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        }
        return found;
    }

    private void drop(List<Definition> all) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Definition each : all) {
                statement.execute(each.drop());
            }
        }
    }

    private List<Definition> constraints(String kinds, String table) throws SQLException {
        List<Definition> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(CONSTRAINTS)) {
            statement.setString(1, kinds);
            statement.setString(2, table);
            statement.setString(3, table);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String alter = "ALTER TABLE " + TargetTable.quoted(row.getString(1));
                    String constraint = " CONSTRAINT " + TargetTable.quoted(row.getString(2));
                    found.add(new Definition(
                            alter + " DROP" + constraint,
                            alter + " ADD" + constraint + " " + row.getString(3),
                            row.getBoolean(4)));
                }
            }
        }
        return found;
    }

    private List<Definition> indexes(TargetTable table) throws SQLException {
        List<Definition> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(INDEXES)) {
            statement.setString(1, table.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new Definition(
                            "DROP INDEX " + TargetTable.quoted(row.getString(1)), row.getString(2), row.getBoolean(3)));
                }
            }
        }
        return found;
    }
}
