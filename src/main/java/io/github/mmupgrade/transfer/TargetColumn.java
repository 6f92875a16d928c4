package io.github.mmupgrade.transfer;

import java.util.List;

/**
 * A column of a table in PostgreSQL.
 *
 * @param name its name
 * @param type the name of its type in {@code pg_type}, such as {@code int8} or {@code _varchar}
 * @param maxLength the most characters that it takes; 0 for any number
 * @param nullable whether it may be NULL
 * @param hasDefault whether it has a default, or the server computes it
 * @param labels the values of an enumeration; empty for other types
 */
public record TargetColumn(
        String name, String type, int maxLength, boolean nullable, boolean hasDefault, List<String> labels) {

    public TargetColumn {
        labels = List.copyOf(labels);
    }

    @Override
    public String toString() {
        return name;
    }
}
