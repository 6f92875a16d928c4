package io.github.mmupgrade.database;

import io.github.mmupgrade.report.Hint;
import java.util.Objects;

/**
 * What a check made before anything is changed has found.
 *
 * @param severity how bad it is
 * @param check the check's name, such as {@code createdb}
 * @param text what was found
 * @param hint what to do about it, or what is done instead; null when all is well
 */
public record CopyPrecondition(Severity severity, String check, String text, Hint hint) {

    /** How bad a finding is. */
    public enum Severity {
        /** All is well. */
        OK,
        /** It can be done, but somebody should look at it. */
        WARNING,
        /** It can't be done. */
        BLOCKING
    }

    /** Checks the parts. */
    public CopyPrecondition {
        Objects.requireNonNull(text);
        if (severity != Severity.OK) {
            Objects.requireNonNull(hint);
        }
    }

    public static CopyPrecondition ok(String check, String text) {
        return new CopyPrecondition(Severity.OK, check, text, null);
    }

    public static CopyPrecondition warning(String check, String text, String hint) {
        return new CopyPrecondition(Severity.WARNING, check, text, Hint.of(hint));
    }

    public static CopyPrecondition blocking(String check, String text, String hint) {
        return new CopyPrecondition(Severity.BLOCKING, check, text, Hint.of(hint));
    }

    /** One line for a message. */
    @Override
    public String toString() {
        return severity + " " + check + ": " + text;
    }
}
