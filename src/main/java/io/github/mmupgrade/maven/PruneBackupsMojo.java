package io.github.mmupgrade.maven;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.time.Duration;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Removes old backups, frozen copies and databases that were set aside; never the last complete backup, nor what the
 * current or the last upgrade may need.
 */
@Mojo(name = "prune-backups", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class PruneBackupsMojo extends AbstractMattermostMojo {

    /** How many complete backups are kept, from 1. */
    @Parameter(property = PropertyNames.BACKUP_KEEP, defaultValue = "3")
    private int backupKeep;

    /** Backups up to this age in days are kept, too; 0 to keep none because of their age. */
    @Parameter(property = PropertyNames.BACKUP_MAX_AGE_DAYS, defaultValue = "0")
    private int backupMaxAgeDays;

    /** How many hours frozen copies and databases that were set aside are kept; 0 removes all that nothing needs. */
    @Parameter(property = PropertyNames.KEEP_FROZEN, defaultValue = "24")
    private int keepFrozen;

    @Override
    void refuseContradictions() {
        super.refuseContradictions();
        Choice.inRange(PropertyNames.BACKUP_KEEP, backupKeep, 1, Choice.MOST_BACKUPS);
        Choice.inRange(PropertyNames.BACKUP_MAX_AGE_DAYS, backupMaxAgeDays, 0, Choice.MOST_DAYS);
        Choice.inRange(PropertyNames.KEEP_FROZEN, keepFrozen, 0, Choice.MOST_HOURS);
    }

    @Override
    GoalArguments arguments() {
        return new GoalArguments.PruneBackups(
                backupKeep,
                backupMaxAgeDays == 0 ? null : Duration.ofDays(backupMaxAgeDays),
                Duration.ofHours(keepFrozen));
    }
}
