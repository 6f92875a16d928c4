package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.stages.Stage;
import java.io.IOException;
import java.nio.file.Files;
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
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of(
                "put the source's files and plugins into " + context.installation() + "; what is there is moved aside");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        FileRestore restore = backup.files(context, run);
        Backup copied = MigrateFilesAheadStage.copied(context, run);
        BackupSources.writtenTrees(context.server()).forEach((part, target) -> {
            if (restore.parts().contains(part)) {
                run.step(hop, StageName.MIGRATE_FILES, part, Map.of(), () -> {
                    RestoreResult result = restore.exchange(part, target, copied);
                    context.reporter().info("Moved the source's " + part + " to " + target + ": " + result);
                });
            }
        });
        forgetList(context);
        List<String> own = restore.parts().stream()
                .filter(part -> part.startsWith(BackupSources.CUSTOM + "/"))
                .map(part -> RawName.text(part.substring(BackupSources.CUSTOM.length() + 1)))
                .toList();
        if (!own.isEmpty()) {
            context.reporter()
                    .warn("Not migrated, because no release ships them: " + String.join(", ", own)
                            + "; copy the ones you need from the source's backup");
        }
        return Map.of();
    }

    /** Removes what a killed call has left half-written, and what was copied ahead and came into no place. */
    static void discardUnfinished(GoalContext context, Run run) {
        discardUnfinished(context, run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME));
    }

    private static void forgetList(GoalContext context) {
        try {
            Files.deleteIfExists(MigrateFilesAheadStage.list(context));
        } catch (IOException e) {
            context.reporter().debug(MigrateFilesAheadStage.list(context) + " was left behind: " + IoReason.of(e));
        }
    }

    /** The same for a backup of the source that has another name. */
    static void discardUnfinished(GoalContext context, String source) {
        forgetList(context);
        BackupSources.writtenTrees(context.server())
                .values()
                .forEach(target -> FileRestore.discardUnfinished(
                        context.host(), target, source, context.installation().owner()));
    }
}
