package io.github.mmupgrade.report;

import java.util.Locale;

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

    /** A number of bytes in the unit that fits it: {@code 512 bytes}, {@code 3.4 MB}, {@code 12.0 GB}. */
    public static String bytes(long bytes) {
        if (bytes < 1000) {
            return of(bytes, "byte");
        }
        if (bytes < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
        }
        return bytes < 10_000_000_000L
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    private static String plural(String one) {
        return one.endsWith("y") ? one.substring(0, one.length() - 1) + "ies" : one + "s";
    }
}
