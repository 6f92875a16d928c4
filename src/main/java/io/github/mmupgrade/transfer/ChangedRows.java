package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.table.TargetTable;
import io.github.mmupgrade.transfer.value.BadValueHandler;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Rows that take the place of those with the same keys, in one transaction, and are compared there. */
final class ChangedRows implements AutoCloseable {

    private static final String CHANGED = "mattermost_changed";

    private final TableMapping mapping;
    private final Connection target;
    private final Statement statement;
    private final CopyWriter copy;
    private final RowConverter converter;
    private final TableDigest sent = new TableDigest();
    private final KeyMap rows = new KeyMap(0);
    private final OptionalInt range;

    /**
     * Begins a transaction.
     *
     * @param range the number of the range that all of them are of; empty when they are of several
     */
    ChangedRows(TableMapping mapping, Connection target, BadValueHandler bad, OptionalInt range) throws SQLException {
        this.mapping = mapping;
        this.range = range;
        this.target = target;
        target.setAutoCommit(false);
        this.statement = target.createStatement();
        statement.execute("CREATE TEMP TABLE " + CHANGED + " ON COMMIT DROP AS SELECT " + mapping.filled() + " FROM "
                + mapping.target().quoted() + " WHERE false");
        this.copy = new CopyWriter(target, CHANGED + " (" + mapping.filled() + ")");
        this.converter = new RowConverter(mapping, true, bad);
    }

    /** Takes the row that a result is at. */
    void add(ResultSet row) throws SQLException {
        converter.convert(row);
        copy.write(converter.line());
        sent.add(converter.fingerprint().keyHash(), converter.fingerprint().lineHash());
        rows.put(
                converter.fingerprint().keyHash(), (int) converter.fingerprint().source());
    }

    /** Puts them into the table. Returns them by the checksums of their keys. */
    KeyMap apply() throws SQLException {
        copy.end();
        // a row may be some megabytes, and it is read back now
        converter.line().clear();
        if (rows.size() > 0) {
            String table = mapping.target().quoted();
            statement.execute("ANALYZE " + CHANGED);
            statement.execute("DELETE FROM " + table + " old USING " + CHANGED + " new WHERE " + sameKey(mapping));
            statement.execute("INSERT INTO " + table + " (" + mapping.filled() + ") SELECT " + mapping.filled()
                    + " FROM " + CHANGED);
            requireEqual();
            remember(new TransferState(target));
        }
        target.commit();
        return rows;
    }

    private void remember(TransferState state) throws SQLException {
        String table = mapping.target().name();
        if (range.isPresent()) {
            state.copiedAgain(table, range.getAsInt(), rows);
        } else {
            state.touched(table, rows);
        }
    }

    /** Whether {@code old} and {@code new} have one key. */
    static String sameKey(TableMapping mapping) {
        return mapping.key().stream()
                .map(position -> TargetTable.quoted(
                        mapping.columns().get(position).target().name()))
                .map(name -> "old." + name + " = new." + name)
                .collect(Collectors.joining(" AND "));
    }

    private void requireEqual() throws SQLException {
        TableDigest found = new TableDigest();
        String columns = mapping.columns().stream()
                .map(column -> "old." + TargetTable.quoted(column.target().name()))
                .collect(Collectors.joining(", "));
        new TargetRows(mapping)
                .read(
                        target,
                        "(SELECT " + columns + " FROM " + mapping.target().quoted() + " old JOIN " + CHANGED
                                + " new ON " + sameKey(mapping) + ")",
                        (line, starts, keyHash, lineHash) -> found.add(keyHash, lineHash));
        if (!sent.differences(found).isEmpty()) {
            throw new StageFailedException(
                    "Rows of table " + mapping.target() + " that were copied again are not what MySQL has.",
                    Hint.of("Please report this. The MySQL database was not changed."));
        }
    }

    /** Takes back what was not applied. */
    @Override
    public void close() throws SQLException {
        if (!target.isClosed()) {
            copy.close();
            target.rollback();
            target.setAutoCommit(true);
        }
    }
}
