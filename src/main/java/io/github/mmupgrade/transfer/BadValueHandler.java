package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.value.BadValue;

/** Decides what becomes of values that PostgreSQL does not take. */
interface BadValueHandler {

    /**
     * Is told of one; a return means that the row goes on with the repaired value.
     *
     * @param value where it is and what is wrong
     * @param before the value as MySQL has it; null for NULL
     * @param after the value that takes its place; null for NULL, and where nothing repairs it
     * @throws io.github.mmupgrade.report.ProblemException when it is not repaired
     */
    void found(BadValue value, byte[] before, byte[] after);

    /** Whether texts are looked at for having been encoded twice, which takes longer. */
    default boolean looksForDoubleEncoding() {
        return false;
    }

    /** Is told of a text that looks as if it had been encoded twice. */
    default void doubleEncoded(String table, String column, String key) {}
}
