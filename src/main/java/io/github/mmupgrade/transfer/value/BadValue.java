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
        NUL("contain the character NUL, which PostgreSQL stores in no text", "it is removed"),
        INVALID_UTF8("are not valid UTF-8", "the invalid bytes become U+FFFD"),
        TOO_LONG("are longer than the column in PostgreSQL", "they are cut to its length"),
        INVALID_JSON("are not valid JSON", "they become an empty object"),
        NUL_IN_JSON("contain \\u0000, which PostgreSQL does not take in JSON", "it is removed"),
        HALF_CHARACTER("contain half of a character (a lone surrogate) in JSON", "it becomes U+FFFD"),
        NOT_AN_ARRAY("are not JSON arrays of texts", "they become an empty array"),
        OUT_OF_RANGE("are out of the range of the column in PostgreSQL", "they become the nearest number in it"),
        NOT_BOOLEAN("are neither 0 nor 1", "they become true"),
        NO_DATE("are no dates (such as 0000-00-00)", "they become NULL, or 1970-01-01 where NULL is not allowed"),
        UNKNOWN_LABEL("are not among the values that the column may have", null),
        NULL("are NULL where PostgreSQL does not allow it", "they become empty, 0 or false");

        private final String text;
        private final String repair;

        Why(String text, String repair) {
            this.text = text;
            this.repair = repair;
        }

        /** After the number of values, such as {@code 3 values} and then this. */
        public String text() {
            return text;
        }

        /** What a repair does; null where there is none. */
        public String repair() {
            return repair;
        }
    }
}
