package io.github.mmupgrade.maven.parameters;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Values of parameters, checked when they are read: before anything else is done. */
public final class Choice {

    private static final int A_DAY = 86_400;

    /** How many letters may differ in a name that is taken for misspelt. */
    private static final int MISSPELT = 3;

    /** The most backups that are kept, and the longest that anything is. */
    public static final int MOST_BACKUPS = 10_000;

    public static final int MOST_HOURS = 100_000;
    public static final int MOST_DAYS = 36_500;

    private Choice() {}

    /**
     * The constant that a text names, in upper or lower case, with {@code -} for {@code _}.
     *
     * @throws RefusedException naming the values allowed and the nearest
     */
    public static <E extends Enum<E>> E of(Class<E> type, String property, String text) {
        List<String> known =
                Arrays.stream(type.getEnumConstants()).map(Choice::key).toList();
        int found = known.indexOf(text.strip().toLowerCase(Locale.ROOT));
        if (found >= 0) {
            return type.getEnumConstants()[found];
        }
        throw refused(property, text, known);
    }

    /**
     * A text that must be one of some values.
     *
     * @throws RefusedException naming the values allowed and the nearest
     */
    public static String of(List<String> known, String property, String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        if (!known.contains(wanted)) {
            throw refused(property, text, known);
        }
        return wanted;
    }

    /**
     * A number that must lie in a range, both ends included.
     *
     * @throws RefusedException naming the range
     */
    public static int inRange(String property, int value, int least, int most) {
        if (value < least || value > most) {
            throw new RefusedException(
                    property + " is " + value + ", which is out of range. Nothing was changed.",
                    Hint.of("Give a number from " + least + " to " + most + "."));
        }
        return value;
    }

    /**
     * A time in whole seconds, a day at most.
     *
     * @throws RefusedException naming the range
     */
    public static Duration seconds(String property, int value, int least) {
        return Duration.ofSeconds(inRange(property, value, least, A_DAY));
    }

    /** The name among some that is spelt nearly as a text is; empty when none is near. */
    static Optional<String> nearest(String text, Collection<String> known) {
        return known.stream()
                .filter(name -> distance(text, name) <= Math.min(MISSPELT, name.length() / 2))
                .min(Comparator.comparingInt(name -> distance(text, name)));
    }

    private static RefusedException refused(String property, String text, List<String> known) {
        return new RefusedException(
                property + " is '" + text + "', which is not one of its values. Nothing was changed.",
                Hint.of("Give one of " + String.join(", ", known) + "."
                        + nearest(text.strip().toLowerCase(Locale.ROOT), known)
                                .map(near -> " Did you mean " + near + "?")
                                .orElse("")));
    }

    private static String key(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How many letters have to be added, left out, or exchanged (Levenshtein). */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, column -> column);
        for (int line = 1; line <= from.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= to.length(); column++) {
                int exchanged = diagonal + (from.charAt(line - 1) == to.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(exchanged, Math.min(row[column], row[column - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
