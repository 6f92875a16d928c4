package io.github.mmupgrade.report;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts of others, made harmless where people read them: a terminal obeys control characters, C1 (U+0080 to U+009F)
 * included, and format characters turn the direction of a text around or hide in it.
 */
public final class Printable {

    private static final Pattern STEERING = Pattern.compile("[\\p{Cc}\\p{Cf}]");
    private static final Pattern STEERING_IN_LINES = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\t\\n]]");

    private Printable() {}

    /** A value on one line: what steers is a question mark, tabs and line ends included. */
    public static String value(String text) {
        return STEERING.matcher(text).replaceAll("?");
    }

    /** A text that may have several lines: tabs and line ends stay, what steers else is a question mark. */
    public static String text(String text) {
        return STEERING_IN_LINES.matcher(text.replace("\r\n", "\n")).replaceAll("?");
    }

    /** JSON that says the same: what steers can stand in its strings only, and is escaped. */
    public static String json(String json) {
        return STEERING_IN_LINES.matcher(json).replaceAll(found -> Matcher.quoteReplacement(escaped(found.group())));
    }

    private static String escaped(String character) {
        StringBuilder units = new StringBuilder();
        character.chars().forEach(unit -> units.append(String.format(Locale.ROOT, "\\u%04x", unit)));
        return units.toString();
    }

    /**
     * An exception whose messages and those of its causes can be printed: Maven shows all of them, and their stack traces
     * with {@code -e}.
     *
     * @return the exception itself when they can; else a copy of what it says
     */
    public static Throwable exception(Throwable thrown) {
        return isPlain(thrown) ? thrown : new Copy(thrown);
    }

    private static boolean isPlain(Throwable thrown) {
        if (!thrown.toString().equals(text(thrown.toString()))) {
            return false;
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (!isPlain(suppressed)) {
                return false;
            }
        }
        return thrown.getCause() == null || isPlain(thrown.getCause());
    }

    private static final class Copy extends Exception {
        private static final long serialVersionUID = 1L;

        private final String shown;

        Copy(Throwable original) {
            super(
                    original.getMessage() == null ? null : text(original.getMessage()),
                    original.getCause() == null ? null : exception(original.getCause()));
            shown = text(original.toString());
            setStackTrace(original.getStackTrace());
            for (Throwable suppressed : original.getSuppressed()) {
                addSuppressed(exception(suppressed));
            }
        }

        /** With the name of the original's class, for stack traces. */
        @Override
        public String getLocalizedMessage() {
            return shown;
        }
    }
}
