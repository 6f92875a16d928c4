package io.github.mmupgrade.stages;

import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.MergedConfig;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.planning.HopConfigurations;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.KeptSettings;
import java.util.List;
import java.util.Map;

/** Writes the saved configuration in the shape that the new release wants, and says what the server will add. */
public final class RestoreConfigStage implements Stage {

    @Override
    public StageName name() {
        return StageName.RESTORE_CONFIG;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("write the saved configuration for " + run.requireFact(hop, JournalKeys.TO) + " (mode "
                + context.options().config().mode() + ")");
    }

    @Override
    public void require(GoalContext context, Run run, int hop) {
        if (!run.isDone(hop, StageName.INSTALL)) {
            throw new RefusedException(
                    "Release " + run.requireFact(hop, JournalKeys.TO)
                            + " is not installed yet, so its configuration was not written.",
                    Hint.run("Run the next stage of the run.", NextGoal.of(run)));
        }
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        ClusterPart part = context.options().cluster();
        if (part != null && !part.first() && context.server().configuredInDatabase()) {
            context.reporter().info("The configuration is in the database; another node has written it");
            return Map.of();
        }
        ConfigDocument saved = new Backups(context).savedConfiguration(run, hop);
        HopConfigurations configurations = new HopConfigurations(context);
        MergedConfig merged = configurations.merge(run, hop, saved);
        InstalledServer server = context.server();
        run.step(hop, StageName.RESTORE_CONFIG, "write", Map.of(), () -> server.writeConfiguration(merged.document()));
        new KeptSettings(context).keep(run, HopConfigurations.after(merged));
        ConfigDiff.of(merged).text().forEach(context.reporter()::info);
        return Map.of();
    }
}
