package io.github.mmupgrade.database;

import java.util.Set;
import java.util.TreeSet;

/**
 * How far a schema migration has come: two markers taken some time apart tell whether the server still works on it.
 *
 * @param migrations the number of rows of {@code db_migrations}; 0 when there is no such table
 * @param schemaVersion the row {@code Version} of {@code Systems}; empty when there is none
 * @param activeStatements the statements that other sessions run at this moment, by session and start
 */
public record ProgressMarker(long migrations, String schemaVersion, Set<String> activeStatements) {

    /** Takes a copy. */
    public ProgressMarker {
        activeStatements = Set.copyOf(activeStatements);
    }

    /** Whether something went on: a migration was recorded, or a statement runs now. */
    public boolean showsProgressSince(ProgressMarker earlier) {
        return migrations != earlier.migrations
                || !schemaVersion.equals(earlier.schemaVersion)
                || !activeStatements.isEmpty();
    }

    /** One line for a message. */
    @Override
    public String toString() {
        return migrations + " migrations recorded"
                + (schemaVersion.isEmpty() ? "" : ", schema " + schemaVersion)
                + (activeStatements.isEmpty() ? "" : ", running: " + new TreeSet<>(activeStatements));
    }
}
