package io.github.mmupgrade.migration;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.Objects;

/**
 * What a person asked for about a migration.
 *
 * @param source an installation's directory, a backup's directory, or a backup's name; null to resume the migration
 *     in progress
 * @param service how the source is started and stopped, when it is an installation
 * @param keepSourceRunning whether the source goes on running while it is read: what is written to it meanwhile may be
 *     missing at the destination
 * @param leaveSourceStopped whether the source stays stopped when it has been read, so that nobody writes to a server
 *     that was moved away; a migration that fails or is rolled back starts it again all the same
 * @param allowOlder whether both may have a release that is not the latest patch of its line
 * @param keep dotted names of settings and sections that stay the destination's
 * @param conversion how a database on MySQL becomes the destination's on PostgreSQL
 */
public record MigrationOptions(
        String source,
        UpgradeOptions.Service service,
        boolean keepSourceRunning,
        boolean leaveSourceStopped,
        boolean allowOlder,
        List<String> keep,
        ConversionOptions conversion) {

    /** How the directories are called that hold what was brought from another machine; its name follows. */
    public static final String RECEIVED = "from-";

    /**
     * Checks the parts.
     *
     * @throws RefusedException when they contradict each other
     */
    public MigrationOptions {
        Objects.requireNonNull(service);
        Objects.requireNonNull(conversion);
        keep = List.copyOf(keep);
        if (keepSourceRunning && leaveSourceStopped) {
            throw new RefusedException(
                    "mattermost.migrate.keepSourceRunning and mattermost.migrate.leaveSourceStopped cannot both be true."
                            + " Nothing was changed.",
                    Hint.of("To move a server for good, set only leaveSourceStopped."));
        }
    }

    /** The same from another source. */
    public MigrationOptions from(String other) {
        return new MigrationOptions(
                other, service, keepSourceRunning, leaveSourceStopped, allowOlder, keep, conversion);
    }
}
