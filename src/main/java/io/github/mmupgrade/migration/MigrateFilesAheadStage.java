package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
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
        MigrationRun migration = new MigrationRun(run);
        if (run.fact(hop, MigrationRun.SOURCE_BACKUP).isPresent()) {
            copyAhead(context, backup.files(context, run));
        } else {
            // the source still runs, and what changes in it meanwhile is seen after its stop
            migration.atSource(context, source -> {
                try (BackupDraft draft = new Backups(source)
                        .directory()
                        .resume(run.requireFact(hop, MigrationRun.SOURCE_BACKUP_NAME))) {
                    copyAhead(context, SourceBackup.filesSoFar(context, run, draft));
                }
                return null;
            });
        }
        return Map.of();
    }

    private static void copyAhead(GoalContext context, FileRestore files) {
        BackupSources.writtenTrees(context.server()).forEach((part, target) -> {
            if (files.holds(part)) {
                RestoreResult copied = files.copyAhead(part, target);
                context.reporter().info("Copied the source's " + part + " while the server runs: " + copied);
            }
        });
    }

    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        return isOfThisBackup(run);
    }

    /** Whether all was copied, of the source as it was last read. */
    static boolean isOfThisBackup(Run run) {
        return run.isDone(1, StageName.MIGRATE_FILES_AHEAD)
                && run.fact(1, COPIED).equals(run.fact(1, MigrationRun.SOURCE_BACKUP_NAME));
    }
}
