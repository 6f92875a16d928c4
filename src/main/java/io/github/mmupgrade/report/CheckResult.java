package io.github.mmupgrade.report;

import java.util.Locale;
import java.util.Objects;

/**
 * What one check before an upgrade found.
 *
 * @param name the check's name
 * @param outcome how it went
 * @param text what was found
 * @param hint what to do about it; null when all is well
 */
public record CheckResult(String name, Outcome outcome, String text, Hint hint) implements Event {

    /** How a check went. */
    public enum Outcome {
        OK,
        WARNING,
        REFUSED
    }

    public CheckResult {
        Objects.requireNonNull(name);
        Objects.requireNonNull(outcome);
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

    /** One line for a console; a refused check's text is in the refusal that follows all checks. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-8s %-14s %s",
                outcome.name().toLowerCase(Locale.ROOT),
                name,
                outcome == Outcome.REFUSED ? "see the error below" : text);
    }
}
