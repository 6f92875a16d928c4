package io.github.mmupgrade.report;

/** Numbers of things for people: one of them in the singular. */
public final class Amount {

    private Amount() {}

    /**
     * A number and the word for what is counted.
     *
     * @param number how many
     * @param one the word in the singular; its plural is formed regularly: {@code posts}, {@code entries}
     */
    public static String of(long number, String one) {
        return number + " " + (number == 1 ? one : plural(one));
    }

    private static String plural(String one) {
        return one.endsWith("y") ? one.substring(0, one.length() - 1) + "ies" : one + "s";
    }
}
