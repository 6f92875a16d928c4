package io.github.mmupgrade.conversion;

import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StartBarrier;
import io.github.mmupgrade.stages.StopStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Keeps the configuration as it is, and has the server use the new database from now on. */
final class ConvertConfigStage implements Stage {

    private final ConversionRun conversion;

    ConvertConfigStage(ConversionRun conversion) {
        this.conversion = conversion;
    }

    @Override
    public StageName name() {
        return StageName.CONVERT_CONFIG;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("write " + ConvertedConfig.DRIVER + " and " + ConvertedConfig.SOURCE
                + " for PostgreSQL into the configuration, and leave out the replicas of MySQL");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        Path kept = Backups.configurationBeforeConversion(context, run);
        if (!Files.exists(kept)) {
            ConfigDocument before = context.server().document();
            try {
                AtomicFile.write(kept, AtomicFile.PRIVATE, before.bytes());
            } catch (IOException e) {
                throw new StageFailedException(
                        "The configuration cannot be kept in " + kept + ": " + IoReason.of(e) + ". It was not changed.",
                        Hint.of("Make room in the state directory, then run the goal again."),
                        e);
            }
        }
        ConfigDocument before = ConfigDocument.read(kept);
        if (!StopStage.usesNewDatabase(context, run, hop)) {
            CopyRowsStage.requireStopped(context);
        }
        run.step(hop, StageName.CONVERT_CONFIG, "write", Map.of(), () -> context.server()
                .writeConfiguration(ConvertedConfig.of(before, conversion.target())));
        if (context.server().running().isPresent()) {
            // bin is mounted, and somebody was quicker: what has read the old configuration must not go on with it
            new ServerLifecycle(context).stop();
        }
        new StartBarrier(context).open(run, hop, StageName.CONVERT_CONFIG);
        context.reporter().info("The server uses " + conversion.target() + " from now on");
        return Map.of();
    }
}
