package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.SourceTable;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a table by the first column of its key.
 *
 * @param number its number in the table, from 0
 * @param low the first value that belongs to it; null from the beginning
 * @param high the first value that does not; null to the end
 */
record KeyRange(int number, String low, String high) {

    /** The whole table. */
    static final KeyRange WHOLE = new KeyRange(0, null, null);

    /** The ranges between these values. */
    static List<KeyRange> between(List<String> bounds) {
        List<KeyRange> ranges = new ArrayList<>();
        for (int i = 0; i <= bounds.size(); i++) {
            ranges.add(new KeyRange(i, i == 0 ? null : bounds.get(i - 1), i == bounds.size() ? null : bounds.get(i)));
        }
        return ranges;
    }

    /** The condition, with a place for each bound. */
    String condition(SourceTable table) {
        if (low == null && high == null) {
            return "";
        }
        String column = SourceTable.quoted(table.key().get(0).name());
        return " WHERE " + (low == null ? "" : column + " >= ?") + (low != null && high != null ? " AND " : "")
                + (high == null ? "" : column + " < ?");
    }

    void bind(PreparedStatement statement) throws SQLException {
        int place = 1;
        if (low != null) {
            statement.setString(place++, low);
        }
        if (high != null) {
            statement.setString(place, high);
        }
    }
}
