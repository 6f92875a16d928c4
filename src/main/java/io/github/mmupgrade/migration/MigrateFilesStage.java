package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.context.Workplace;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.stages.Stage;
import java.util.List;
import java.util.Map;

/**
 * Puts the source's file store and plugins in place of the destination's, with the destination's owner. What the
 * destination had is moved aside, never lost.
 */
final class MigrateFilesStage implements Stage {

    private final SourceBackup backup;

    MigrateFilesStage(SourceBackup backup) {
        this.backup = backup;
    }

    @Override
    public StageName name() {
        return StageName.MIGRATE_FILES;
    }

    @Override
    public List<String> plan(Workplace place, Run run, int hop) {
        return List.of(
                "bring the source's files and plugins to " + place.installation() + "; what is there is moved aside");
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        FileRestore restore = restore(place, run, backup);
        BackupSources.writtenTrees(place.server()).forEach((part, target) -> {
            if (restore.parts().contains(part)) {
                run.step(hop, StageName.MIGRATE_FILES, part, Map.of(), () -> {
                    RestoreResult result = restore.inPlace(part, target);
                    place.reporter().info("Brought the source's " + part + " to " + target + ": " + result);
                });
            }
        });
        List<String> own = restore.parts().stream()
                .filter(part -> part.startsWith(BackupSources.CUSTOM + "/"))
                .map(part -> RawName.text(part.substring(BackupSources.CUSTOM.length() + 1)))
                .toList();
        if (!own.isEmpty()) {
            place.reporter()
                    .warn("The source's own entries do not come along: " + String.join(", ", own)
                            + "; they are in its backup, bring those that you need");
        }
        return Map.of();
    }

    /** Brings the source's files with the destination's owner. */
    static FileRestore restore(Workplace place, Run run, SourceBackup backup) {
        return new FileRestore(backup.verified(place, run), place.host(), place.reporter())
                .onBehalfOf(new MigrationRun(run).owner())
                .ownedBy(new MigrationRun(run).owner());
    }

    /** Removes what a killed call has left half-written, and what was copied ahead and came into no place. */
    static void discardUnfinished(Workplace place, Run run) {
        discardUnfinished(place, run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME));
    }

    /** The same for a backup of the source that has another name. */
    static void discardUnfinished(Workplace place, String source) {
        BackupSources.writtenTrees(place.server())
                .values()
                .forEach(target -> FileRestore.discardUnfinished(
                        place.host(), target, source, place.installation().owner()));
    }
}
