package io.github.mmupgrade.transfer;

import java.util.List;
import java.util.Locale;

/**
 * How a database is copied.
 *
 * @param exclude the names of tables that are left out, in any case; {@code *} stands for any characters
 * @param repair whether values that PostgreSQL does not take are repaired instead of refused
 * @param jobs how many tables, or parts of one, are copied at the same time, from 1
 */
public record TransferOptions(List<String> exclude, boolean repair, int jobs) {

    public TransferOptions {
        exclude = List.copyOf(exclude);
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs: " + jobs);
        }
    }

    boolean excludes(String table) {
        String lower = table.toLowerCase(Locale.ROOT);
        return exclude.stream()
                .map(name -> name.toLowerCase(Locale.ROOT).replace(".", "\\.").replace("*", ".*"))
                .anyMatch(lower::matches);
    }
}
