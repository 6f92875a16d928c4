package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.ColumnMapping;
import io.github.mmupgrade.transfer.table.TableMapping;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Reads rows back from PostgreSQL, and takes the checksums that {@link RowFingerprint} took of them. */
final class TargetRows {

    /** Is told of each row. */
    interface Listener {
        /** One row: its line without the line break, where each column begins, and its checksums. */
        void row(byte[] line, int[] starts, long keyHash, long lineHash);
    }

    private final TableMapping mapping;
    private final boolean floats;

    TargetRows(TableMapping mapping) {
        this.mapping = mapping;
        this.floats = mapping.columns().stream().anyMatch(column -> column.kind() == ColumnMapping.Kind.FLOAT);
    }

    /** All rows of the table. */
    void readAll(Connection target, Listener listener) throws SQLException {
        // without the parentheses of a query it is quicker, but a view or a partitioned table would not be taken
        read(target, mapping.target().quoted() + " (" + mapping.filled() + ")", listener);
    }

    /**
     * Reads.
     *
     * @param what a table with its columns, or a query in parentheses
     */
    void read(Connection target, String what, Listener listener) throws SQLException {
        int columns = mapping.columns().size();
        List<Integer> key = mapping.key();
        CopyOut copy = target.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + what + " TO STDOUT");
        try {
            for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
                int length = line.length - 1;
                byte[] same = line;
                int[] starts = key.isEmpty() && !floats ? null : RowFingerprint.split(line, length, columns);
                if (floats) {
                    same = sameFloats(line, starts);
                    length = same.length;
                    starts = RowFingerprint.split(same, length, columns);
                }
                listener.row(
                        same,
                        starts,
                        starts == null ? 0 : RowFingerprint.keyHash(same, starts, key),
                        RowFingerprint.hash(same, 0, length));
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private byte[] sameFloats(byte[] line, int[] starts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(line.length + 16);
        for (int i = 0; i < mapping.columns().size(); i++) {
            if (i > 0) {
                out.write('\t');
            }
            ColumnMapping column = mapping.columns().get(i);
            String text = RowFingerprint.text(line, starts, i);
            out.writeBytes(
                    column.kind() == ColumnMapping.Kind.FLOAT && !text.equals("\\N")
                            ? RowConverter.number(column, text)
                            : text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }
}
