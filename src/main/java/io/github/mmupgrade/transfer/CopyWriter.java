package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.value.CopyLine;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Sends lines to PostgreSQL's {@code COPY}, many at once. */
final class CopyWriter implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final CopyIn copy;
    private final byte[] buffer = new byte[BUFFER];
    private int filled;

    /**
     * Begins.
     *
     * @param where a table with its columns in parentheses
     */
    CopyWriter(Connection target, String where) throws SQLException {
        copy = target.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + where + " FROM STDIN");
    }

    void write(CopyLine line) throws SQLException {
        if (line.length() > BUFFER - filled) {
            flush();
        }
        if (line.length() > BUFFER) {
            for (int at = 0; at < line.length(); at += BUFFER) {
                copy.writeToCopy(line.bytes(), at, Math.min(BUFFER, line.length() - at));
            }
            return;
        }
        System.arraycopy(line.bytes(), 0, buffer, filled, line.length());
        filled += line.length();
    }

    private void flush() throws SQLException {
        if (filled > 0) {
            copy.writeToCopy(buffer, 0, filled);
            filled = 0;
        }
    }

    /** Brings it to its end; the rows are there when the transaction is committed. */
    long end() throws SQLException {
        flush();
        return copy.endCopy();
    }

    /** Takes it back unless it has ended. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
