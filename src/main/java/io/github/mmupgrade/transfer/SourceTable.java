package io.github.mmupgrade.transfer;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table in MySQL or MariaDB.
 *
 * @param name as the server writes it, in either case
 * @param columns its columns in order
 * @param key the columns of its primary key, or of a unique key that allows no NULL; empty when it has neither
 * @param unique the sets of columns that it keeps unique, each in lower case and in order
 * @param rows about how many rows it has
 * @param bytes about how large they are without indexes
 */
public record SourceTable(
        String name,
        List<SourceColumn> columns,
        List<SourceColumn> key,
        List<List<String>> unique,
        long rows,
        long bytes) {

    public SourceTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        unique = List.copyOf(unique);
    }

    /** What it is called in PostgreSQL. */
    public String lowerName() {
        return name.toLowerCase(Locale.ROOT);
    }

    Optional<SourceColumn> column(String lowerName) {
        return columns.stream()
                .filter(column -> column.name().toLowerCase(Locale.ROOT).equals(lowerName))
                .findFirst();
    }

    /** Its name in a statement. */
    String quoted() {
        return quoted(name);
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    static String quoted(List<SourceColumn> columns) {
        return columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name;
    }
}
