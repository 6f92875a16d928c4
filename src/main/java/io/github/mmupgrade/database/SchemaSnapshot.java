package io.github.mmupgrade.database;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a database consists of at one moment, without any row.
 *
 * @param tables the names of its tables
 * @param columns {@code table.column} and the column's type
 * @param indexes {@code table.index} and how the index is defined
 */
public record SchemaSnapshot(Set<String> tables, Map<String, String> columns, Map<String, String> indexes) {

    /** Copies and sorts the parts. */
    public SchemaSnapshot {
        tables = Collections.unmodifiableSet(new TreeSet<>(tables));
        columns = Collections.unmodifiableMap(new TreeMap<>(columns));
        indexes = Collections.unmodifiableMap(new TreeMap<>(indexes));
    }
}
