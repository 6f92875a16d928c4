package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** How long a dump will take: as the last one did, for the database's size; before the first, a careful guess. */
final class DumpForecast {

    /** What a dump of nothing takes. */
    private static final Duration LEAST = Duration.ofMillis(500);

    private DumpForecast() {}

    /** A forecast for a dump of the current database. */
    static Duration of(GoalContext context, Database database) {
        Optional<Manifest> last =
                new Backups(context).directory().latestComplete().map(Backup::manifest);
        Optional<Duration> took = last.map(manifest -> manifest.durations().get(BackupDump.CONSISTENT));
        OptionalLong bytes = last.map(Manifest::databaseBytes).orElse(OptionalLong.empty());
        if (took.isEmpty() || bytes.isEmpty()) {
            return database.estimateDump();
        }
        double growth = (double) database.sizeBytes() / Math.max(1, bytes.getAsLong());
        return LEAST.plus(Duration.ofMillis(Math.round(took.get().toMillis() * growth)));
    }
}
