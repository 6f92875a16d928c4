package io.github.mmupgrade.transfer.value;

/**
 * A value that PostgreSQL does not take as it is.
 *
 * @param table the table
 * @param column its column
 * @param key the row's key, as {@code column=value} separated by commas
 * @param why what is wrong with it
 */
public record BadValue(String table, String column, String key, Why why) {

    /** What is wrong with a value, and how it is repaired where that is asked for. */
    public enum Why {
        NUL("the character NUL, which PostgreSQL stores in no text", "removed"),
        INVALID_UTF8("invalid UTF-8", "the invalid bytes become U+FFFD"),
        TOO_LONG("longer than the column in PostgreSQL", "cut to its length"),
        INVALID_JSON("invalid JSON", "becomes an empty object"),
        NUL_IN_JSON("\\u0000 in JSON, which PostgreSQL does not take", "removed"),
        HALF_CHARACTER("half of a character (a lone surrogate) in JSON", "becomes U+FFFD"),
        NOT_AN_ARRAY("not a JSON array of texts", "becomes an empty array"),
        OUT_OF_RANGE("out of the range of the column in PostgreSQL", "becomes the nearest number in it"),
        NOT_BOOLEAN("neither 0 nor 1", "becomes true"),
        NO_DATE("not a date (such as 0000-00-00)", "becomes NULL, or 1970-01-01 where NULL is not allowed"),
        UNKNOWN_LABEL("not among the values that the column may have", null),
        NULL("NULL where PostgreSQL does not allow it", "becomes empty, 0 or false");

        private final String text;
        private final String repair;

        Why(String text, String repair) {
            this.text = text;
            this.repair = repair;
        }

        /** What is wrong, after the number of values and a colon. */
        public String text() {
            return text;
        }

        /** What a repair does; null where there is none. */
        public String repair() {
            return repair;
        }
    }
}
