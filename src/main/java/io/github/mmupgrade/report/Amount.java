package io.github.mmupgrade.report;

import java.time.Duration;
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

    /** A time in the unit that fits it: {@code 0.4 s}, {@code 12 s}, {@code 3 min}, {@code 2.5 h}. */
    public static String duration(Duration time) {
        double seconds = time.toMillis() / 1e3;
        if (seconds < 9.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        if (seconds < 119.5) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        return seconds < 5400
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    private static String plural(String one) {
        return one.endsWith("y") ? one.substring(0, one.length() - 1) + "ies" : one + "s";
    }
}
