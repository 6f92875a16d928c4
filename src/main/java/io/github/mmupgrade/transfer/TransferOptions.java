package io.github.mmupgrade.transfer;

import java.util.List;
import java.util.Locale;

/**
 * How a database is copied.
 *
 * @param exclude the names of tables that are left out, in any case; {@code *} stands for any characters
 * @param repair whether values that PostgreSQL does not take are repaired instead of refused
 * @param jobs how many tables, or parts of one, are copied at the same time, from 1
 * @param rangeRows rows of a range; a range is copied again when something breaks in it
 * @param smallRows a table of no more rows is copied once more after the stop; to find out what has changed would take as
 *     long
 */
public record TransferOptions(List<String> exclude, boolean repair, int jobs, long rangeRows, long smallRows) {

    public TransferOptions {
        exclude = List.copyOf(exclude);
        if (jobs < 1 || rangeRows < 1) {
            throw new IllegalArgumentException("jobs: " + jobs + ", rows of a range: " + rangeRows);
        }
    }

    /** With ranges of a usual size. */
    public TransferOptions(List<String> exclude, boolean repair, int jobs) {
        this(exclude, repair, jobs, 100_000, 5_000);
    }

    TransferOptions withoutFollowing() {
        return new TransferOptions(exclude, repair, jobs, rangeRows, Long.MAX_VALUE);
    }

    boolean excludes(String table) {
        String lower = table.toLowerCase(Locale.ROOT);
        return exclude.stream()
                .map(name -> "\\Q" + name.toLowerCase(Locale.ROOT).replace("*", "\\E.*\\Q") + "\\E")
                .anyMatch(lower::matches);
    }
}
