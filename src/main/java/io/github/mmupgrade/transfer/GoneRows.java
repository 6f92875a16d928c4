package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.CopyLine;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Rows that were copied ahead and that MySQL has no longer. */
final class GoneRows {

    private static final String GONE = "mattermost_gone";

    private GoneRows() {}

    /**
     * Removes them.
     *
     * @param gone the checksums of their keys
     */
    static void remove(Connection target, TableMapping mapping, KeyMap gone) throws SQLException {
        if (gone.size() == 0) {
            return;
        }
        TableMapping keyOnly = mapping.keyOnly();
        String table = mapping.target().quoted();
        target.setAutoCommit(false);
        try (Statement statement = target.createStatement()) {
            String key = keyOnly.filled();
            statement.execute("CREATE TEMP TABLE " + GONE + " ON COMMIT DROP AS SELECT " + key + " FROM " + table
                    + " WHERE false");
            List<byte[]> lines = new ArrayList<>();
            new TargetRows(keyOnly)
                    .read(target, "(SELECT " + key + " FROM " + table + ")", (line, starts, keyHash, lineHash) -> {
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
            statement.executeUpdate(
                    "DELETE FROM " + table + " old USING " + GONE + " new WHERE " + ChangedRows.sameKey(keyOnly));
            new TransferState(target).touched(mapping.target().name(), gone);
            target.commit();
        } finally {
            if (!target.isClosed()) {
                target.rollback();
                target.setAutoCommit(true);
            }
        }
    }
}
