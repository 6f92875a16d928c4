package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.SourceColumn;
import io.github.mmupgrade.transfer.table.SourceTable;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.BadValueHandler;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The rows that have been changed since a moment, as far as their own time says it. It only saves time to copy them first:
 * every other row is compared by its checksum.
 *
 * @param column the column with the time, in milliseconds since 1970
 * @param since the moment, some seconds before the first row was copied
 */
record RecentRows(String column, long since) {

    /** For clocks that differ; where they differ by more, it takes longer. */
    private static final long MARGIN_MILLISECONDS = 2_000;

    private static final String TIME = "updateat";

    /** Of a table that has such a column with an index; the moment is now. */
    static Optional<RecentRows> of(TableMapping mapping, WorkerConnections connections) throws SQLException {
        Optional<SourceColumn> time = mapping.source().column(TIME).filter(SourceColumn::isInteger);
        if (time.isEmpty()) {
            return Optional.empty();
        }
        String sql =
                "SELECT UNIX_TIMESTAMP() * 1000 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = database() AND"
                        + " TABLE_NAME = ? AND COLUMN_NAME = ? AND SEQ_IN_INDEX = 1";
        try (PreparedStatement statement = connections.source().prepareStatement(sql)) {
            statement.setString(1, mapping.source().name());
            statement.setString(2, time.get().name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new RecentRows(time.get().name(), row.getLong(1) - MARGIN_MILLISECONDS))
                        : Optional.empty();
            }
        }
    }

    /** All other rows. */
    String others() {
        String name = SourceTable.quoted(column);
        return "(" + name + " < " + since + " OR " + name + " IS NULL)";
    }

    /**
     * Copies a part of them; returns the checksums of their keys.
     *
     * @param part which part, from 0
     * @param parts how many parts there are
     */
    KeyMap copy(WorkerConnections connections, TableMapping mapping, BadValueHandler bad, int part, int parts)
            throws SQLException {
        try (ChangedRows changed = new ChangedRows(mapping, connections.target(), bad, OptionalInt.empty());
                PreparedStatement statement = connections
                        .source()
                        .prepareStatement("SELECT " + mapping.selected() + " FROM "
                                + mapping.source().quoted() + " WHERE " + SourceTable.quoted(column) + " >= "
                                + since + " AND CRC32("
                                + SourceTable.quoted(
                                        mapping.source().key().get(0).name()) + ") % " + parts + " = "
                                + part)) {
            statement.setFetchSize(1);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    changed.add(rows);
                }
            }
            return changed.apply();
        }
    }
}
