package io.github.mmupgrade.database;

import io.github.mmupgrade.report.Amount;

/**
 * How a copy of a database was brought up to date; all its tables have the original's rows, compared by checksums.
 *
 * @param tables how many tables were compared
 * @param changed how many of them differed
 * @param copied how many rows were copied
 * @param rows how many rows there are
 */
public record CatchUpResult(int tables, int changed, long copied, long rows) {

    @Override
    public String toString() {
        return Amount.of(tables, "table") + " with " + Amount.of(rows, "row") + " compared, " + changed + " differed, "
                + Amount.of(copied, "row") + " copied";
    }
}
