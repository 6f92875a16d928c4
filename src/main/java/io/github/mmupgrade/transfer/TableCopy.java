package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Reporter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Copies the rows of one table. */
final class TableCopy {

    /** Rows of a range; a range is copied again when something breaks in it. */
    private static final long RANGE_ROWS = 100_000;

    /** Below that a table is copied once more after the stop; finding out what has changed would take as long. */
    private static final long SMALL_ROWS = 5_000;

    private final TableMapping mapping;
    private final BadValueHandler bad;

    TableCopy(TableMapping mapping, BadValueHandler bad) {
        this.mapping = mapping;
        this.bad = bad;
    }

    /** Plans the ranges and makes the table ready for rows, unless that was done. */
    List<KeyRange> prepare(WorkerConnections connections) throws SQLException {
        Connection target = connections.target();
        TransferState state = new TransferState(target);
        String table = mapping.target().name();
        List<KeyRange> planned = state.ranges(table);
        if (!planned.isEmpty()) {
            return planned;
        }
        boolean followed =
                RowFingerprint.isComputable(mapping) && mapping.source().rows() > SMALL_ROWS;
        List<String> bounds = followed ? bounds(connections.source()) : List.of();
        Optional<RecentRows> recent = followed ? RecentRows.of(mapping, connections) : Optional.empty();
        target.setAutoCommit(false);
        try (Statement statement = target.createStatement()) {
            new TargetDefinitions(target).takeAway(mapping.target());
            // what the server has put there when it made the table
            statement.execute("TRUNCATE " + mapping.target().quoted() + " CASCADE");
            state.plan(table, bounds, followed);
            if (recent.isPresent()) {
                state.follow(table, recent.get());
            }
            target.commit();
        } finally {
            end(target);
        }
        return KeyRange.between(bounds);
    }

    private List<String> bounds(Connection source) throws SQLException {
        SourceColumn first = mapping.source().key().get(0);
        if (!first.isInteger() && !first.isText()) {
            return List.of();
        }
        String column = SourceTable.quoted(first.name());
        String from = " FROM " + mapping.source().quoted();
        List<String> bounds = new ArrayList<>();
        String last = null;
        while (true) {
            String sql = "SELECT " + column + from + (last == null ? "" : " WHERE " + column + " >= ?") + " ORDER BY "
                    + column + " LIMIT 1 OFFSET " + RANGE_ROWS;
            try (java.sql.PreparedStatement statement = source.prepareStatement(sql)) {
                if (last != null) {
                    statement.setString(1, last);
                }
                try (java.sql.ResultSet row = statement.executeQuery()) {
                    if (!row.next() || row.getString(1).equals(last)) {
                        return bounds;
                    }
                    last = row.getString(1);
                    bounds.add(last);
                }
            }
        }
    }

    /** Copies a range in one transaction, and notes what was copied. */
    long copy(WorkerConnections connections, KeyRange range, RangeFile file, Reporter.Meter meter) throws SQLException {
        Connection target = connections.target();
        target.setAutoCommit(false);
        try (RangeFile.Writer writer = file.write()) {
            long rows = send(connections, range, writer, meter);
            writer.complete();
            new TransferState(target).rangeCopied(mapping.target().name(), range.number(), rows);
            target.commit();
            return rows;
        } finally {
            end(target);
        }
    }

    /** Copies the whole table again and compares it, in one transaction. */
    long copyAgain(WorkerConnections connections, RangeFile file, Reporter.Meter meter) throws SQLException {
        Connection target = connections.target();
        target.setAutoCommit(false);
        try (RangeFile.Writer writer = file.write();
                Statement statement = target.createStatement()) {
            statement.execute("TRUNCATE " + mapping.target().quoted());
            long rows = send(connections, KeyRange.WHOLE, writer, meter);
            new TableComparison(mapping).require(connections, writer.digest(), bad);
            target.commit();
            return rows;
        } finally {
            end(target);
        }
    }

    private long send(WorkerConnections connections, KeyRange range, RangeFile.Writer writer, Reporter.Meter meter)
            throws SQLException {
        RowConverter converter = new RowConverter(mapping, true, bad);
        try (SourceRows rows = new SourceRows(connections.source(), mapping, mapping.selected(), range);
                CopyWriter copy = new CopyWriter(
                        connections.target(), mapping.target().quoted() + " (" + mapping.filled() + ")")) {
            long bytes = 0;
            while (rows.next()) {
                converter.convert(rows.rows());
                copy.write(converter.line());
                writer.add(converter.fingerprint());
                bytes += converter.line().length();
                if (bytes > 1 << 20) {
                    meter.advance(bytes);
                    bytes = 0;
                }
            }
            meter.advance(bytes);
            return copy.end();
        }
    }

    private static void end(Connection target) throws SQLException {
        if (!target.isClosed()) {
            if (!target.getAutoCommit()) {
                target.rollback();
            }
            target.setAutoCommit(true);
        }
    }
}
