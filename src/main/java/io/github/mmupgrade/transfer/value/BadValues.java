package io.github.mmupgrade.transfer.value;

import io.github.mmupgrade.report.Amount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was found of values that PostgreSQL does not take: how many of each kind, and the keys of the first. */
public final class BadValues {

    /** How many keys of one kind are named; all of them are in the list of repairs. */
    private static final int NAMED = 5;

    private record Group(String table, String column, BadValue.Why why) {}

    private static final class Found {
        private long count;
        private final List<String> keys = new ArrayList<>();
    }

    private final Map<Group, Found> groups = new LinkedHashMap<>();
    private final Map<String, Found> doubleEncoded = new LinkedHashMap<>();

    /** One more. */
    public synchronized void add(BadValue value) {
        note(
                groups.computeIfAbsent(new Group(value.table(), value.column(), value.why()), key -> new Found()),
                value.key());
    }

    /** A text that looks as if its UTF-8 had been taken for Latin-1 and encoded again; it is copied as it is. */
    public synchronized void addDoubleEncoded(String table, String column, String key) {
        note(doubleEncoded.computeIfAbsent(table + "." + column, name -> new Found()), key);
    }

    private static void note(Found found, String key) {
        found.count++;
        if (found.keys.size() < NAMED) {
            found.keys.add(key);
        }
    }

    /** Whether there is none. */
    public synchronized boolean isEmpty() {
        return groups.isEmpty();
    }

    /** How many there are. */
    public synchronized long count() {
        return groups.values().stream().mapToLong(found -> found.count).sum();
    }

    /** Whether there are some that nothing repairs. */
    public synchronized boolean hasIrreparable() {
        return groups.keySet().stream().anyMatch(group -> group.why().repair() == null);
    }

    /**
     * One line for each column and kind.
     *
     * @param repaired whether they are repaired, so that the sentence says how
     */
    public synchronized List<String> lines(boolean repaired) {
        List<String> lines = new ArrayList<>();
        groups.forEach((group, found) -> lines.add(group.table() + "." + group.column() + ", "
                + Amount.of(found.count, "value") + ": " + group.why().text()
                + (repaired && group.why().repair() != null
                        ? "; repaired: " + group.why().repair()
                        : "")
                + keys(found)));
        return lines;
    }

    /** One line for each column whose texts look as if they had been encoded twice. */
    public synchronized List<String> doubleEncoded() {
        List<String> lines = new ArrayList<>();
        doubleEncoded.forEach((column, found) -> lines.add(
                column + ", " + Amount.of(found.count, "value") + ": UTF-8 that was encoded twice" + keys(found)));
        return lines;
    }

    private static String keys(Found found) {
        return " (" + String.join("; ", found.keys) + (found.count > found.keys.size() ? "; and more" : "") + ")";
    }
}
