package io.github.mmupgrade.preflight;

import io.github.mmupgrade.report.Hint;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What one check before an upgrade found.
 *
 * @param name the check's name
 * @param outcome how it went
 * @param text what was found
 * @param hint what to do about it; null when all is well
 */
public record CheckResult(String name, Outcome outcome, String text, Hint hint) {

    private static final Pattern SHOWN = Pattern.compile("(?:ok {7}|warning {2}|refused {2})\\S");

    /** How a check went. */
    public enum Outcome {
        OK,
        WARNING,
        REFUSED
    }

    public CheckResult {
        Objects.requireNonNull(name);
        Objects.requireNonNull(text);
        if (outcome == Outcome.REFUSED) {
            Objects.requireNonNull(hint);
        }
    }

    public static CheckResult ok(String name, String text) {
        return new CheckResult(name, Outcome.OK, text, null);
    }

    public static CheckResult warning(String name, String text) {
        return new CheckResult(name, Outcome.WARNING, text, null);
    }

    public static CheckResult refused(String name, String text, Hint hint) {
        // what holds for all of them is said once, below them all
        return new CheckResult(name, Outcome.REFUSED, text.replaceFirst("\\s*Nothing was changed\\.$", ""), hint);
    }

    /** The same result with another text. */
    CheckResult withText(String other) {
        return new CheckResult(name, outcome, other, hint);
    }

    /** Whether a line is a result as {@link #toString} shows it. */
    public static boolean isShownBy(String line) {
        return SHOWN.matcher(line).lookingAt();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%-8s %-14s %s", outcome.name().toLowerCase(Locale.ROOT), name, text);
    }
}
