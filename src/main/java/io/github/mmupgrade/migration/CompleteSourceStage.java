package io.github.mmupgrade.migration;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.stages.Stage;
import java.util.List;
import java.util.Map;

/** Dumps the stopped source's database into its backup, now that the destination answers and nobody waits. */
final class CompleteSourceStage implements Stage {

    @Override
    public StageName name() {
        return StageName.COMPLETE_SOURCE;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("dump the stopped source's database into its backup");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        MigrationRun migration = new MigrationRun(run);
        if (migration.sourcePlace(context).server().running().isPresent()) {
            context.reporter()
                    .warn("The source " + migration.source() + " runs again, so its database is not dumped into its"
                            + " backup " + run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME));
        } else {
            migration.completeSource(context);
        }
        return Map.of();
    }
}
