package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Brings a range that was copied while the server ran up to what it holds after the stop. MySQL computes the checksum of
 * every row and sends it with the key; only rows whose checksum has changed are sent whole. No time in a row is relied on:
 * servers change rows without it, such as the post of a file.
 */
final class RangeCatchUp {

    /** Rows that are looked up by one statement. */
    private static final int AT_ONCE = 500;

    private static final String CHANGED = "mattermost_changed";
    private static final String GONE = "mattermost_gone";

    private final TableMapping mapping;
    private final TableMapping keyOnly;
    private final BadValueHandler bad;

    /**
     * What was done.
     *
     * @param rows how many rows there are now
     * @param changed how many were copied again, or for the first time
     * @param gone the checksums of the keys that are gone
     */
    record Result(long rows, long changed, long[] gone) {}

    RangeCatchUp(TableMapping mapping, BadValueHandler bad) {
        this.mapping = mapping;
        this.bad = bad;
        List<ColumnMapping> key =
                mapping.key().stream().map(mapping.columns()::get).toList();
        this.keyOnly = new TableMapping(mapping.source(), mapping.target(), key, List.of());
    }

    /** Finds the rows of a range that have changed, and copies them in one transaction. */
    Result run(WorkerConnections connections, KeyRange range, RangeFile file) throws SQLException {
        KeyMap before = file.rows();
        TableDigest sent = new TableDigest();
        long[] counts = new long[2];
        Connection target = connections.target();
        target.setAutoCommit(false);
        try (Statement statement = target.createStatement()) {
            statement.execute("CREATE TEMP TABLE IF NOT EXISTS " + CHANGED + " ON COMMIT DROP AS SELECT "
                    + mapping.filled() + " FROM " + mapping.target().quoted() + " WHERE false");
            try (CopyWriter copy = new CopyWriter(target, CHANGED + " (" + mapping.filled() + ")")) {
                findChanged(connections, range, before, copy, sent, counts);
                copy.end();
            }
            if (counts[1] > 0) {
                replace(statement);
                requireEqual(target, sent);
            }
            target.commit();
        } finally {
            if (!target.isClosed()) {
                target.rollback();
                target.setAutoCommit(true);
            }
        }
        return new Result(counts[0], counts[1], before.keys());
    }

    private void findChanged(
            WorkerConnections connections,
            KeyRange range,
            KeyMap before,
            CopyWriter copy,
            TableDigest sent,
            long[] counts)
            throws SQLException {
        RowConverter keys = new RowConverter(keyOnly, true, bad);
        RowConverter whole = new RowConverter(mapping, true, bad);
        List<List<String>> changed = new ArrayList<>();
        String selected = keyOnly.selected() + ", " + RowFingerprint.sourceExpression(mapping);
        int checksum = keyOnly.columns().size() + 1;
        try (SourceRows rows = new SourceRows(connections.source(), keyOnly, selected, range)) {
            while (rows.next()) {
                keys.convert(rows.rows());
                counts[0]++;
                if (!before.takeOut(keys.fingerprint().keyHash(), (int) rows.rows().getLong(checksum))) {
                    List<String> key = new ArrayList<>();
                    for (int i = 1; i < checksum; i++) {
                        key.add(rows.rows().getString(i));
                    }
                    changed.add(key);
                    if (changed.size() == AT_ONCE) {
                        counts[1] += send(connections.second(), changed, whole, copy, sent);
                        changed.clear();
                    }
                }
            }
        }
        counts[1] += send(connections.second(), changed, whole, copy, sent);
    }

    private long send(
            Connection source, List<List<String>> keys, RowConverter converter, CopyWriter copy, TableDigest sent)
            throws SQLException {
        if (keys.isEmpty()) {
            return 0;
        }
        long rows = 0;
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
                    converter.convert(row);
                    copy.write(converter.line());
                    sent.add(converter.fingerprint().keyHash(), converter.fingerprint().lineHash());
                    rows++;
                }
            }
        }
        return rows;
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

    private void replace(Statement statement) throws SQLException {
        String table = mapping.target().quoted();
        statement.execute("ANALYZE " + CHANGED);
        statement.execute("DELETE FROM " + table + " old USING " + CHANGED + " new WHERE " + sameKey());
        statement.execute("INSERT INTO " + table + " (" + mapping.filled() + ") SELECT " + mapping.filled() + " FROM "
                + CHANGED);
    }

    private String sameKey() {
        return keyOnly.columns().stream()
                .map(column -> TargetTable.quoted(column.target().name()))
                .map(name -> "old." + name + " = new." + name)
                .collect(Collectors.joining(" AND "));
    }

    private void requireEqual(Connection target, TableDigest sent) throws SQLException {
        TableDigest found = new TableDigest();
        String columns = mapping.columns().stream()
                .map(column -> "old." + TargetTable.quoted(column.target().name()))
                .collect(Collectors.joining(", "));
        new TargetRows(mapping)
                .read(
                        target,
                        "(SELECT " + columns + " FROM " + mapping.target().quoted() + " old JOIN " + CHANGED
                                + " new ON " + sameKey() + ")",
                        (line, starts, keyHash, lineHash) -> found.add(keyHash, lineHash));
        if (!sent.differences(found).isEmpty()) {
            throw new StageFailedException(
                    "Rows of table " + mapping.target() + " that were copied after the stop are not what MySQL has.",
                    Hint.of("Please report this. The MySQL database was not changed."));
        }
    }

    /** Removes the rows of these keys. */
    long removeGone(WorkerConnections connections, KeyMap gone) throws SQLException {
        Connection target = connections.target();
        target.setAutoCommit(false);
        try (Statement statement = target.createStatement()) {
            String key = keyOnly.filled();
            statement.execute("CREATE TEMP TABLE " + GONE + " ON COMMIT DROP AS SELECT " + key + " FROM "
                    + mapping.target().quoted() + " WHERE false");
            List<byte[]> lines = new ArrayList<>();
            new TargetRows(keyOnly)
                    .read(
                            target,
                            "(SELECT " + key + " FROM " + mapping.target().quoted() + ")",
                            (line, starts, keyHash, lineHash) -> {
                                if (gone.contains(keyHash)) {
                                    lines.add(line);
                                }
                            });
            try (CopyWriter copy = new CopyWriter(target, GONE + " (" + key + ")")) {
                CopyLine one = new CopyLine();
                for (byte[] line : lines) {
                    one.clear();
                    one.raw(line);
                    copy.write(one);
                }
                copy.end();
            }
            long removed = statement.executeUpdate(
                    "DELETE FROM " + mapping.target().quoted() + " old USING " + GONE + " new WHERE " + sameKey());
            target.commit();
            return removed;
        } finally {
            if (!target.isClosed()) {
                target.rollback();
                target.setAutoCommit(true);
            }
        }
    }
}
