package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.table.ColumnMapping;
import io.github.mmupgrade.transfer.table.SourceColumn;
import io.github.mmupgrade.transfer.table.SourceTable;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.BadValueHandler;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Brings a range that was copied earlier up to what it holds now. MySQL computes the checksums of
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
    private final KeyMap unknown;
    private final boolean live;

    /**
     * What was done.
     *
     * @param rows how many rows there are now, recent ones left out
     * @param changed the checksums of the keys of those that were copied again, or for the first time
     * @param gone the checksums of the keys that are gone
     */
    record Result(long rows, KeyMap changed, KeyMap gone) {}

    /**
     * The catching up of one table.
     *
     * @param recent which rows were copied already; empty for none
     * @param unknown the checksums of the keys of rows that are no longer what was noted of them
     * @param live whether the server runs meanwhile, so that a row may go while it is looked at
     */
    RangeCatchUp(TableMapping mapping, BadValueHandler bad, Optional<RecentRows> recent, KeyMap unknown, boolean live) {
        this.live = live;
        this.mapping = mapping;
        this.bad = bad;
        this.recent = recent;
        this.unknown = unknown;
        this.keyOnly = mapping.keyOnly();
    }

    /** Finds the rows of a range that have changed, and copies them in one transaction. */
    Result run(WorkerConnections connections, KeyRange range, RangeFile file) throws SQLException {
        KeyMap again = new TransferState(connections.target())
                .copiedAgain(mapping.target().name(), range.number());
        again.takeOut(unknown);
        RowSum noted = file.sumWithout(again, unknown);
        again.forEach((key, checksum) -> noted.add(checksum));
        if (isUnchanged(connections.source(), range, noted)) {
            return new Result(noted.rows(), new KeyMap(0), new KeyMap(0));
        }
        KeyMap before = file.rows();
        before.putAll(again);
        before.takeOut(unknown);
        try (ChangedRows changed =
                new ChangedRows(mapping, connections.target(), bad, OptionalInt.of(range.number()))) {
            long rows = findChanged(connections, range, before, changed);
            return new Result(rows, changed.apply(), before.compacted());
        }
    }

    private boolean isUnchanged(Connection source, KeyRange range, RowSum noted) throws SQLException {
        try (SourceRows rows = new SourceRows(
                source, keyOnly, RowSum.sourceExpression(mapping), range, recent.map(RecentRows::others))) {
            rows.next();
            return rows.rows().getLong(1) == noted.rows() && rows.rows().getLong(2) == noted.sum();
        }
    }

    private long findChanged(WorkerConnections connections, KeyRange range, KeyMap before, ChangedRows changed)
            throws SQLException {
        RowConverter keys = new RowConverter(keyOnly, true, bad);
        List<List<Object>> lookups = new ArrayList<>();
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
                    List<Object> key = new ArrayList<>();
                    for (int i = 1; i < checksum; i++) {
                        key.add(value(rows.rows(), i));
                    }
                    lookups.add(key);
                    if (lookups.size() == AT_ONCE) {
                        count -= send(connections.second(), lookups, changed);
                        lookups.clear();
                    }
                }
            }
        }
        return count - send(connections.second(), lookups, changed);
    }

    /** A value that MySQL compares as its own type; a text would make a number an inexact one. */
    private Object value(ResultSet row, int place) throws SQLException {
        SourceColumn column = keyOnly.columns().get(place - 1).source();
        if (column.isBinary()) {
            return row.getBytes(place);
        }
        return column.isInteger() ? new BigDecimal(row.getString(place)) : row.getString(place);
    }

    /** Looks rows up by their keys and hands them on; returns how many of them are gone. */
    private int send(Connection source, List<List<Object>> keys, ChangedRows changed) throws SQLException {
        if (keys.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = source.prepareStatement(lookup(keys.size()))) {
            statement.setFetchSize(1);
            int place = 1;
            for (List<Object> key : keys) {
                // the first column alone finds them by the index; whole keys tell them apart
                statement.setObject(place++, key.get(0));
            }
            if (keyOnly.columns().size() > 1) {
                for (List<Object> key : keys) {
                    for (Object value : key) {
                        statement.setObject(place++, value);
                    }
                }
            }
            int found = 0;
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    changed.add(row);
                    found++;
                }
            }
            if (found != keys.size() && !live) {
                throw new StageFailedException(
                        "Of " + keys.size() + " rows of table " + mapping.source() + " that have changed, " + found
                                + " were found again by their keys.",
                        Hint.of("Check that nobody writes to the MySQL database, then run the goal again."));
            }
            return keys.size() - found;
        }
    }

    private String lookup(int keys) {
        List<SourceColumn> columns =
                keyOnly.columns().stream().map(ColumnMapping::source).toList();
        String one = SourceTable.quoted(columns.get(0).name()) + " IN (" + places(keys) + ")";
        // not as rows of values: MariaDB finds none where their columns have several character sets
        String same = columns.stream()
                .map(column -> SourceTable.quoted(column.name()) + " = ?")
                .collect(Collectors.joining(" AND ", "(", ")"));
        String all = columns.size() == 1 ? "" : " AND (" + String.join(" OR ", Collections.nCopies(keys, same)) + ")";
        return "SELECT " + mapping.selected() + " FROM " + mapping.source().quoted() + " WHERE " + one + all;
    }

    private static String places(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }
}
