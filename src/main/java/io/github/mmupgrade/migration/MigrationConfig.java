package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.Workplace;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.saving.Backups;
import java.nio.file.Path;

/** What the destination's configuration becomes, from the two that were saved. Asked again, it comes to the same. */
final class MigrationConfig {

    private MigrationConfig() {}

    /** The configuration of a migration whose destination is backed up. */
    static MigratedConfig of(Workplace place, Run run) {
        Backup source = SourceBackup.of(run);
        return MigratedConfig.of(
                ConfigDocument.read(source.artefact(Backups.CONFIGURATION)),
                new Backups(place).savedConfiguration(run, 1),
                new MigrationRun(run).keep(),
                Path.of(source.manifest().installDirectory()),
                place.installation().directory(),
                MigrationSource.copiesFiles(source));
    }
}
