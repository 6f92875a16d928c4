package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.stages.Stage;
import java.util.List;
import java.util.Map;

/**
 * Copies the source's file store and plugins to the destination's file systems while the destination still runs. After
 * its stop they are only renamed into place; what its users have changed meanwhile is seen then.
 */
final class MigrateFilesAheadStage implements Stage {

    /** Of the first hop: the name of the backup that was copied from. */
    private static final String COPIED = "copiedAhead";

    private final SourceBackup backup;

    MigrateFilesAheadStage(SourceBackup backup) {
        this.backup = backup;
    }

    @Override
    public StageName name() {
        return StageName.MIGRATE_FILES_AHEAD;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("copy the source's files and plugins next to those of " + context.installation()
                + " while its server runs");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        // what an earlier call has copied is of a source that has run since
        run.fact(hop, COPIED).ifPresent(earlier -> MigrateFilesStage.discardUnfinished(context, earlier));
        run.note(
                hop,
                StageName.MIGRATE_FILES_AHEAD,
                Map.of(COPIED, run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME)));
        FileRestore restore = MigrateFilesStage.restore(context, run, backup);
        BackupSources.writtenTrees(context.server()).forEach((part, target) -> {
            if (restore.parts().contains(part)) {
                RestoreResult copied = restore.copyAhead(part, target);
                context.reporter().info("Copied the source's " + part + " while the server runs: " + copied);
            }
        });
        return Map.of();
    }

    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        return run.fact(hop, COPIED).equals(run.fact(1, MigrationRun.SOURCE_BACKUP_NAME));
    }
}
