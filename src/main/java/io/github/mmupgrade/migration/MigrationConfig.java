package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.saving.Backups;
import java.nio.file.Path;

/** What the destination's configuration becomes, from the two that were saved. Asked again, it comes to the same. */
final class MigrationConfig {

    private MigrationConfig() {}

    /** The configuration of a migration whose destination is backed up. */
    static MigratedConfig of(GoalContext context, Run run) {
        Backup source = SourceBackup.of(run);
        return MigratedConfig.of(
                ConfigDocument.read(source.artifact(Backups.CONFIGURATION)),
                new Backups(context).savedConfiguration(run, 1),
                new MigrationRun(run).keep(),
                Path.of(source.manifest().installDirectory()),
                context.installation().directory(),
                MigrationSource.copiesFiles(source));
    }
}
