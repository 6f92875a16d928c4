package io.github.mmupgrade.transfer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the indexes and constraints of a table away while its rows come, and makes them again: an index that is made of
 * all rows at once takes a fraction of the time.
 */
final class TargetDefinitions {

    /** After these, every row of every table has to be there. */
    private static final String FOREIGN = "FOREIGN KEY";

    private record Definition(String drop, String make) {}

    private final Connection connection;
    private final TransferState state;

    TargetDefinitions(Connection connection) {
        this.connection = connection;
        this.state = new TransferState(connection);
    }

    /** Notes them and takes them away. */
    void takeAway(TargetTable table) throws SQLException {
        List<Definition> found = read(table);
        state.define(table.name(), found.stream().map(Definition::make).toList());
        try (Statement statement = connection.createStatement()) {
            for (Definition each : found) {
                statement.execute(each.drop());
            }
        }
    }

    /** Makes all but the foreign keys again. */
    List<String> toMake(TargetTable table) throws SQLException {
        return state.definitions(table.name()).stream()
                .filter(sql -> !sql.contains(FOREIGN))
                .toList();
    }

    /** The foreign keys, for the end. */
    List<String> foreignKeys(TargetTable table) throws SQLException {
        return state.definitions(table.name()).stream()
                .filter(sql -> sql.contains(FOREIGN))
                .toList();
    }

    private List<Definition> read(TargetTable table) throws SQLException {
        List<Definition> found = new ArrayList<>();
        // foreign keys go first, because they need the keys of others
        String constraints =
                """
                SELECT conname, pg_get_constraintdef(oid), contype
                FROM pg_constraint
                WHERE conrelid = to_regclass(quote_ident(?)) AND contype IN ('p', 'u', 'f', 'x')
                ORDER BY CASE contype WHEN 'p' THEN 0 WHEN 'u' THEN 1 WHEN 'x' THEN 2 ELSE 3 END, conname""";
        String name = table.quoted();
        try (PreparedStatement statement = connection.prepareStatement(constraints)) {
            statement.setString(1, table.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String constraint = TargetTable.quoted(row.getString(1));
                    found.add(new Definition(
                            "ALTER TABLE " + name + " DROP CONSTRAINT IF EXISTS " + constraint + " CASCADE",
                            "ALTER TABLE " + name + " ADD CONSTRAINT " + constraint + " " + row.getString(2)));
                }
            }
        }
        String indexes =
                """
                SELECT c.relname, pg_get_indexdef(i.indexrelid)
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE i.indrelid = to_regclass(quote_ident(?))
                      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
                ORDER BY pg_relation_size(i.indexrelid) DESC, c.relname""";
        try (PreparedStatement statement = connection.prepareStatement(indexes)) {
            statement.setString(1, table.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new Definition(
                            "DROP INDEX IF EXISTS " + TargetTable.quoted(row.getString(1)), row.getString(2)));
                }
            }
        }
        return found;
    }
}
