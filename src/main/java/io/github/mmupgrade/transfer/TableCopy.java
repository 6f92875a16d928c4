package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.transfer.table.SourceColumn;
import io.github.mmupgrade.transfer.table.SourceTable;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.BadValueHandler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Copies the rows of one table. */
final class TableCopy {

    private final TableMapping mapping;
    private final BadValueHandler bad;

    TableCopy(TableMapping mapping, BadValueHandler bad) {
        this.mapping = mapping;
        this.bad = bad;
    }

    /** Plans the ranges and makes the table ready for rows, unless that was done. */
    List<KeyRange> prepare(WorkerConnections connections, TransferOptions options) throws SQLException {
        Connection target = connections.target();
        TransferState state = new TransferState(target);
        String table = mapping.target().name();
        List<KeyRange> planned = state.ranges(table);
        if (!planned.isEmpty()) {
            return planned;
        }
        boolean followed =
                RowFingerprint.isComputable(mapping) && hasMoreRows(connections.source(), options.smallRows());
        List<String> bounds = followed ? bounds(connections.source(), options.rangeRows()) : List.of();
        Optional<RecentRows> recent = followed ? RecentRows.of(mapping, connections) : Optional.empty();
        target.setAutoCommit(false);
        try (Statement statement = target.createStatement()) {
            new TargetDefinitions(target).takeAway(mapping.target());
            // what the server has put there when it made the table
            statement.execute("TRUNCATE " + mapping.target().quoted());
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

    /** What MySQL says of the number of rows may be old, or a guess. */
    private boolean hasMoreRows(Connection source, long rows) throws SQLException {
        if (rows < 0) {
            return true;
        }
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT 1 FROM " + mapping.source().quoted() + " LIMIT 1 OFFSET " + rows)) {
            return row.next();
        }
    }

    /** The first values of all ranges but the first; each is greater than the one before, as MySQL compares them. */
    private List<String> bounds(Connection source, long rangeRows) throws SQLException {
        SourceColumn first = mapping.source().key().get(0);
        List<String> bounds = new ArrayList<>();
        if (!first.isInteger() && !first.isText()) {
            return bounds;
        }
        String column = SourceTable.quoted(first.name());
        String last = null;
        while (true) {
            String sql = "SELECT " + column + " FROM " + mapping.source().quoted()
                    + (last == null ? "" : " WHERE " + column + " > ?") + " ORDER BY " + column + " LIMIT 1 OFFSET "
                    + (last == null ? rangeRows : rangeRows - 1);
            try (PreparedStatement statement = source.prepareStatement(sql)) {
                if (last != null) {
                    statement.setString(1, last);
                }
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        return bounds;
                    }
                    last = row.getString(1);
                    if (last.indexOf(0) < 0) {
                        // PostgreSQL could not note it otherwise
                        bounds.add(last);
                    }
                }
            }
        }
    }

    /** Copies a range in one transaction, and notes what was copied. */
    long copy(WorkerConnections connections, KeyRange range, RangeFile file, Reporter.Meter meter) throws SQLException {
        Connection target = connections.target();
        target.setAutoCommit(false);
        long start = System.nanoTime();
        try (RangeFile.Writer writer = file.write()) {
            long rows = send(connections, range, writer, meter);
            writer.complete();
            new TransferState(target)
                    .rangeCopied(mapping.target().name(), range.number(), Duration.ofNanos(System.nanoTime() - start));
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
