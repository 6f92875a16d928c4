package io.github.mmupgrade.database;

import io.github.mmupgrade.report.Amount;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * How many rows tables have.
 *
 * @param tables rows by table, in a stable order; a table that doesn't exist has no entry
 */
public record RowCounts(Map<String, Long> tables) {

    /** Takes a copy. */
    public RowCounts {
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }

    /** The rows of one table, its name without regard to case; empty when there is no such table. */
    public OptionalLong of(String table) {
        return tables.entrySet().stream()
                .filter(entry -> entry.getKey().equalsIgnoreCase(table))
                .mapToLong(Map.Entry::getValue)
                .findFirst();
    }

    /** The counts in words, such as {@code 1 user, 0 teams}. */
    public String inWords() {
        return tables.entrySet().stream()
                .map(entry ->
                        Amount.of(entry.getValue(), singular(entry.getKey().toLowerCase(Locale.ROOT))))
                .collect(Collectors.joining(", "));
    }

    private static String singular(String table) {
        if (table.equals("fileinfo")) {
            return "file";
        }
        return table.endsWith("s") ? table.substring(0, table.length() - 1) : table + " row";
    }

    /** All rows of all tables. */
    public long total() {
        return tables.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What is missing here compared with earlier counts, as lines for a message; empty when nothing is. */
    public List<String> lossesSince(RowCounts earlier) {
        return compared(earlier, true);
    }

    /** What differs from counts that should be the same, as lines for a message; empty when nothing does. */
    public List<String> differencesFrom(RowCounts expected) {
        List<String> result = new ArrayList<>(compared(expected, false));
        tables.forEach((table, rows) -> {
            if (expected.of(table).isEmpty()) {
                result.add(table + ": not expected, has " + rows);
            }
        });
        return result;
    }

    private List<String> compared(RowCounts other, boolean onlyLosses) {
        List<String> result = new ArrayList<>();
        other.tables.forEach((table, rows) -> {
            OptionalLong here = of(table);
            if (here.isEmpty()) {
                result.add(table + ": " + rows + " before, the table is gone");
            } else if (onlyLosses ? here.getAsLong() < rows : here.getAsLong() != rows) {
                result.add(table + ": " + rows + " before, " + here.getAsLong() + " now");
            }
        });
        return result;
    }
}
