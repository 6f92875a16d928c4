package io.github.mmupgrade.migration;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.StandaloneBackup;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.stages.Stage;
import java.util.List;
import java.util.Map;

/** Copies the source's files into its backup while it still runs. After its stop only what changed is left to copy. */
final class ReadSourceAheadStage implements Stage {

    @Override
    public StageName name() {
        return StageName.READ_SOURCE_AHEAD;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("copy the source's files into its backup while the source runs");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        MigrationRun migration = new MigrationRun(run);
        migration.atSource(context, source -> {
            String name = run.fact(hop, MigrationRun.SOURCE_BACKUP_NAME).orElseGet(() -> new Backups(source)
                    .freeName(migration.sourceRelease().version()));
            run.note(hop, StageName.READ_SOURCE_AHEAD, Map.of(MigrationRun.SOURCE_BACKUP_NAME, name));
            context.reporter()
                    .info("Copied the source's files while it runs: "
                            + new StandaloneBackup(source).copyAhead(source.server(), migration.sourceRelease(), name));
            return null;
        });
        return Map.of();
    }
}
