package io.github.mmupgrade.rollback;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.SchemaMigration;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Version;

/** The schema that a run's database had when it was saved: no release older than a migration may run on it. */
final class SavedSchema {

    private SavedSchema() {}

    /** Whether a database has it, as far as its version and its last migration tell. */
    static boolean isThatOf(Run run, Database database) {
        return run.fact(1, JournalKeys.SCHEMA).orElse("").equals(version(database))
                // runs of earlier versions of this plugin have not noted it
                && run.fact(1, JournalKeys.MIGRATION)
                        .filter(before -> !before.equals(migration(database)))
                        .isEmpty();
    }

    /** How the two differ, such as {@code 5.37.0 instead of 5.25.0}. */
    static String difference(Run run, Database database) {
        String before = run.fact(1, JournalKeys.SCHEMA).orElse("");
        String now = version(database);
        return now.equals(before)
                ? "migration " + migration(database) + " instead of "
                        + run.fact(1, JournalKeys.MIGRATION).orElse("none")
                : now + " instead of " + before;
    }

    private static String version(Database database) {
        return database.schemaVersion().map(Version::toString).orElse("");
    }

    private static String migration(Database database) {
        return database.latestMigration().map(SchemaMigration::name).orElse("");
    }
}
