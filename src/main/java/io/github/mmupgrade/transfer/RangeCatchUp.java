package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.value.BadValueHandler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Brings a range that was copied while the server ran up to what it holds after the stop. MySQL computes the checksums of
 * all rows, so that no unchanged row is sent. Times in rows only save work: servers change rows without it, such as the
 * post of a file.
 */
final class RangeCatchUp {

    /** Rows that are looked up by one statement. */
    private static final int AT_ONCE = 500;

    private final TableMapping mapping;
    private final TableMapping keyOnly;
    private final BadValueHandler bad;
    private final Optional<RecentRows> recent;
    private final KeyMap recentKeys;

    /**
     * What was done.
     *
     * @param rows how many rows there are now, recent ones left out
     * @param changed how many of them were copied again, or for the first time
     * @param gone the checksums of the keys that are gone
     */
    record Result(long rows, long changed, KeyMap gone) {}

    /**
     * The catching up of one table.
     *
     * @param recent which rows were copied already; empty for none
     * @param recentKeys the checksums of their keys
     */
    RangeCatchUp(TableMapping mapping, BadValueHandler bad, Optional<RecentRows> recent, KeyMap recentKeys) {
        this.mapping = mapping;
        this.bad = bad;
        this.recent = recent;
        this.recentKeys = recentKeys;
        this.keyOnly = mapping.keyOnly();
    }

    /** Finds the rows of a range that have changed, and copies them in one transaction. */
    Result run(WorkerConnections connections, KeyRange range, RangeFile file) throws SQLException {
        KeyMap before = file.rows();
        before.takeOut(recentKeys);
        if (isUnchanged(connections.source(), range, before)) {
            return new Result(before.size(), 0, new KeyMap(0));
        }
        try (ChangedRows changed = new ChangedRows(mapping, connections.target(), bad)) {
            long rows = findChanged(connections, range, before, changed);
            return new Result(rows, changed.apply(), before.compacted());
        }
    }

    private boolean isUnchanged(Connection source, KeyRange range, KeyMap before) throws SQLException {
        try (SourceRows rows = new SourceRows(
                source,
                keyOnly,
                "COUNT(*), COALESCE(SUM(" + RowFingerprint.sourceExpression(mapping) + "), 0)",
                range,
                recent.map(RecentRows::others))) {
            rows.next();
            return rows.rows().getLong(1) == before.size() && rows.rows().getLong(2) == before.sum();
        }
    }

    private long findChanged(WorkerConnections connections, KeyRange range, KeyMap before, ChangedRows changed)
            throws SQLException {
        RowConverter keys = new RowConverter(keyOnly, true, bad);
        List<List<String>> lookups = new ArrayList<>();
        String selected = keyOnly.selected() + ", " + RowFingerprint.sourceExpression(mapping);
        int checksum = keyOnly.columns().size() + 1;
        long count = 0;
        try (SourceRows rows =
                new SourceRows(connections.source(), keyOnly, selected, range, recent.map(RecentRows::others))) {
            while (rows.next()) {
                keys.convert(rows.rows());
                count++;
                if (!before.takeOut(
                        keys.fingerprint().keyHash(), (int) rows.rows().getLong(checksum))) {
                    List<String> key = new ArrayList<>();
                    for (int i = 1; i < checksum; i++) {
                        key.add(rows.rows().getString(i));
                    }
                    lookups.add(key);
                    if (lookups.size() == AT_ONCE) {
                        send(connections.second(), lookups, changed);
                        lookups.clear();
                    }
                }
            }
        }
        send(connections.second(), lookups, changed);
        return count;
    }

    private void send(Connection source, List<List<String>> keys, ChangedRows changed) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = source.prepareStatement(lookup(keys.size()))) {
            statement.setFetchSize(1);
            int place = 1;
            for (List<String> key : keys) {
                // the first column alone finds them by the index; whole keys tell them apart
                statement.setString(place++, key.get(0));
            }
            if (keyOnly.columns().size() > 1) {
                for (List<String> key : keys) {
                    for (String value : key) {
                        statement.setString(place++, value);
                    }
                }
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    changed.add(row);
                }
            }
        }
    }

    private String lookup(int keys) {
        List<SourceColumn> columns =
                keyOnly.columns().stream().map(ColumnMapping::source).toList();
        String one = SourceTable.quoted(columns.get(0).name()) + " IN (" + places(keys) + ")";
        String all = columns.size() == 1
                ? ""
                : " AND (" + SourceTable.quoted(columns) + ") IN ("
                        + String.join(", ", Collections.nCopies(keys, "(" + places(columns.size()) + ")")) + ")";
        return "SELECT " + mapping.selected() + " FROM " + mapping.source().quoted() + " WHERE " + one + all;
    }

    private static String places(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }
}
