package io.github.mmupgrade.transfer;

import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.BadValueHandler;
import io.github.mmupgrade.transfer.value.CopyLine;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares every row of a table in PostgreSQL with what was read of it in MySQL. */
final class TableComparison {

    private static final int NAMED = 10;

    private final TableMapping mapping;

    TableComparison(TableMapping mapping) {
        this.mapping = mapping;
    }

    /**
     * Makes sure that the table holds the rows that were sent.
     *
     * @param sent the digest of what was sent
     * @throws StageFailedException when it does not; names the keys
     */
    void require(WorkerConnections connections, TableDigest sent, BadValueHandler bad) throws SQLException {
        TableDigest found = new TableDigest();
        new TargetRows(mapping)
                .readAll(connections.target(), (line, starts, keyHash, lineHash) -> found.add(keyHash, lineHash));
        BitSet differing = sent.differences(found);
        if (differing.isEmpty()) {
            return;
        }
        Set<String> keys = keys(connections, differing, bad);
        throw new StageFailedException(
                "Table " + mapping.target() + " has " + Amount.of(found.rows(), "row") + " in PostgreSQL, "
                        + Amount.of(sent.rows(), "row") + " were copied, and their contents differ"
                        + (keys.isEmpty() ? "" : ", at the keys " + String.join("; ", keys)) + ".",
                Hint.run("Please report this. Roll back; the MySQL database was not changed.", Goal.ROLLBACK));
    }

    /** Reads the groups that differ once more on both sides, and names some of the keys. */
    private Set<String> keys(WorkerConnections connections, BitSet groups, BadValueHandler bad) throws SQLException {
        Map<Long, Long> there = new HashMap<>();
        new TargetRows(mapping).readAll(connections.target(), (line, starts, keyHash, lineHash) -> {
            if (groups.get(TableDigest.group(keyHash)) && there.size() < 1_000_000) {
                there.put(keyHash, lineHash);
            }
        });
        Set<String> keys = new LinkedHashSet<>();
        RowConverter converter = new RowConverter(mapping, true, bad);
        try (SourceRows rows = new SourceRows(connections.source(), mapping, mapping.selected(), KeyRange.WHOLE)) {
            while (rows.next() && keys.size() < NAMED) {
                converter.convert(rows.rows());
                RowFingerprint row = converter.fingerprint();
                if (groups.get(TableDigest.group(row.keyHash()))
                        && !Long.valueOf(row.lineHash()).equals(there.get(row.keyHash()))) {
                    keys.add(key(converter.line()));
                }
            }
        }
        return keys;
    }

    private String key(CopyLine line) {
        int[] starts = RowFingerprint.split(
                line.bytes(), line.length() - 1, mapping.columns().size());
        return mapping.key().isEmpty()
                ? "a row without a key"
                : mapping.key().stream()
                        .map(position -> mapping.keyText(position, RowFingerprint.text(line.bytes(), starts, position)))
                        .collect(Collectors.joining(", "));
    }
}
