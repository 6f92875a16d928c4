package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.database.SchemaSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an upgrade changes in the database besides rows.
 *
 * @param tables {@code + name} and {@code - name}
 * @param columns the same of tables that are there before and after, {@code ~ name: before -> after} too
 * @param indexes the same
 */
public record SchemaChanges(List<String> tables, List<String> columns, List<String> indexes) {

    /** What is different. */
    static SchemaChanges between(SchemaSnapshot before, SchemaSnapshot after) {
        Set<String> both =
                before.tables().stream().filter(after.tables()::contains).collect(Collectors.toSet());
        return new SchemaChanges(
                compare(named(before.tables()), named(after.tables())),
                compare(of(before.columns(), both), of(after.columns(), both)),
                compare(of(before.indexes(), both), of(after.indexes(), both)));
    }

    private static Map<String, String> named(Set<String> names) {
        Map<String, String> result = new LinkedHashMap<>();
        names.forEach(name -> result.put(name, ""));
        return result;
    }

    /** What belongs to tables that are in both: a new table's columns say nothing of their own. */
    private static Map<String, String> of(Map<String, String> all, Set<String> tables) {
        Map<String, String> result = new LinkedHashMap<>();
        all.forEach((name, definition) -> {
            int dot = name.indexOf('.');
            if (tables.contains(name.substring(0, dot).toLowerCase(Locale.ROOT))) {
                result.put(name, definition);
            }
        });
        return result;
    }

    private static List<String> compare(Map<String, String> before, Map<String, String> after) {
        List<String> changes = new ArrayList<>();
        before.forEach((name, definition) -> {
            if (!after.containsKey(name)) {
                changes.add("- " + name);
            } else if (!after.get(name).equals(definition)) {
                changes.add("~ " + name + ": " + definition + " -> " + after.get(name));
            }
        });
        after.forEach((name, definition) -> {
            if (!before.containsKey(name)) {
                changes.add("+ " + name + (definition.isEmpty() ? "" : ": " + definition));
            }
        });
        return changes;
    }
}
