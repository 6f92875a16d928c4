package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import java.util.List;
import java.util.Map;

/**
 * Copies the source's file store and plugins to the destination's file systems while the destination still runs. After
 * its stop they are only renamed into place; what its users have changed meanwhile is seen then.
 */
final class CopyFilesAheadStage implements Stage {

    static final String NAME = "migrate-files-ahead";

    /** Of the first hop: the name of the backup that was copied from. */
    private static final String COPIED = "copiedAhead";

    private final SourceBackup backup;

    CopyFilesAheadStage(SourceBackup backup) {
        this.backup = backup;
    }

    @Override
    public String name() {
        return NAME;
    }

    /** The source may be stopped, and what was copied has to go. */
    @Override
    public boolean afterTheStop() {
        return true;
    }

    @Override
    public List<String> plan(Workplace place, Run run, int hop) {
        return List.of("copy the source's files and plugins beside those of " + place.installation()
                + " while its server runs");
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        // what an earlier call has copied is of a source that has run since
        run.fact(hop, COPIED).ifPresent(earlier -> MigrateFilesStage.discardUnfinished(place, earlier));
        run.note(hop, NAME, Map.of(COPIED, run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME)));
        FileRestore restore = MigrateFilesStage.restore(place, run, backup);
        MigrateFilesStage.trees(place.server()).forEach((part, target) -> {
            if (restore.parts().contains(part)) {
                RestoreResult copied = restore.copyAhead(part, target);
                place.reporter().info("Copied the source's " + part + " ahead, while the server runs: " + copied);
            }
        });
        return Map.of();
    }

    @Override
    public boolean stillHolds(Workplace place, Run run, int hop) {
        return run.fact(hop, COPIED).equals(run.fact(1, MigrationRun.SOURCE_BACKUP_NAME));
    }
}
