package io.github.mmupgrade.report;

/** Numbers of things for people: one of them in the singular. */
public final class Amount {

    private Amount() {}

    /**
     * A number and the word for what is counted.
     *
     * @param number how many
     * @param one the word in the singular; its plural ends in s
     */
    public static String of(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }
}
