package io.github.mmupgrade.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody may have meant. */
final class NearestName {

    private NearestName() {}

    /** {@code , did you mean X?} in parentheses, or nothing. */
    static String suggestion(String name, Collection<String> known) {
        return find(name, known)
                .map(nearest -> " (did you mean " + nearest + "?)")
                .orElse("");
    }

    /** The known name with the fewest letters to change, if these are few enough for a slip. */
    static Optional<String> find(String name, Collection<String> known) {
        int limit = Math.max(2, name.length() / 5);
        String nearest = null;
        int fewest = limit + 1;
        String wanted = name.toLowerCase(Locale.ROOT);
        for (String candidate : known) {
            if (Math.abs(candidate.length() - name.length()) < fewest) {
                int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
                if (distance < fewest) {
                    fewest = distance;
                    nearest = candidate;
                }
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** How many letters to insert, leave out or replace. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
