package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.stages.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * Copies the source's file store and plugins to the destination's file systems while the destination still runs, and
 * the source, too, where that is to be stopped for good. After the destination's stop, what changed in the source since
 * is copied, and all of it is renamed into place.
 */
final class MigrateFilesAheadStage implements Stage {

    /** Of the first hop: the name of the backup that was copied from. */
    private static final String COPIED = "copiedAhead";

    /** Of the first hop: how many entries its list had then; empty when it was copied from when it was complete. */
    private static final String ENTRIES = "copiedEntries";

    private static final String LIST = "source-files.jsonl";

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
                Map.of(COPIED, run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME), ENTRIES, ""));
        MigrationRun migration = new MigrationRun(run);
        if (run.fact(hop, MigrationRun.SOURCE_BACKUP).isPresent()) {
            copyAhead(context, backup.files(context, run));
        } else {
            // the source still runs, and what changes in it meanwhile is seen after its stop
            return migration.atSource(context, source -> {
                try (BackupDraft draft =
                        new Backups(source).directory().resume(run.requireFact(hop, MigrationRun.SOURCE_BACKUP_NAME))) {
                    Backup soFar = draft.copiedAhead();
                    copyAhead(context, SourceBackup.files(context, run, soFar));
                    Files.copy(soFar.list(), list(context), StandardCopyOption.REPLACE_EXISTING);
                    return Map.of(ENTRIES, Long.toString(soFar.entries()));
                } catch (IOException e) {
                    throw new StageFailedException(
                            "The list of what was copied cannot be kept in " + list(context) + ": " + IoReason.of(e),
                            Hint.run("Free some space there, then run the goal again.", Goal.MIGRATE),
                            e);
                }
            });
        }
        return Map.of();
    }

    /** The list of what was copied ahead, until that has come into its place. */
    static Path list(GoalContext context) {
        return context.state().resolve(LIST);
    }

    /** What the source's backup was when its files were copied ahead. */
    static Backup copied(GoalContext context, Run run) {
        Backup source = SourceBackup.of(run);
        return run.fact(1, ENTRIES)
                .filter(entries -> !entries.isEmpty())
                .map(entries -> Backup.soFar(source.root(), source.manifest(), list(context), Long.parseLong(entries)))
                .orElse(source);
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
