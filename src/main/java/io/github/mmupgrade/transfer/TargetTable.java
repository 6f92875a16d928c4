package io.github.mmupgrade.transfer;

import io.github.mmupgrade.datasource.DatabaseNames;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table in PostgreSQL.
 *
 * @param name its name, as a rule in lower case
 * @param columns its columns in order, without those that the server computes
 */
public record TargetTable(String name, List<TargetColumn> columns) {

    public TargetTable {
        columns = List.copyOf(columns);
    }

    String quoted() {
        return quoted(name);
    }

    static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    static String quoted(List<TargetColumn> columns) {
        return columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return DatabaseNames.printable(name);
    }
}
