package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.rollback.PreviousState;
import io.github.mmupgrade.rollback.RunUndo;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.stages.StartBarrier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a rollback of a conversion puts back: the old configuration; the old database was only read. */
public final class ConversionUndo implements RunUndo {

    private final GoalContext context;
    private final Run run;

    public ConversionUndo(GoalContext context, Run run) {
        this.context = context;
        this.run = run;
    }

    @Override
    public void require(boolean newServerRan) {
        Path kept = Backups.configurationBeforeConversion(context, run);
        if (run.isStepBegun(1, StageName.CONVERT_CONFIG, "write") && !Files.isReadable(kept)) {
            throw new RefusedException(
                    "The configuration from before the conversion is not in " + kept + ". Nothing was rolled back.",
                    Hint.of(
                            "Set SqlSettings.DriverName to mysql and SqlSettings.DataSource to the MySQL database by hand,"
                                    + " then restart the server. The MySQL database was not changed."));
        }
    }

    @Override
    public List<String> plan() {
        List<String> lines = new ArrayList<>();
        if (run.isBegun(1, StageName.STOP)) {
            lines.add("stop the server");
        }
        if (run.isStepBegun(1, StageName.CONVERT_CONFIG, "write")) {
            lines.add("write the configuration from before, which names the MySQL database");
        }
        if (run.wasRunning(1)) {
            lines.add("start " + run.requireFact(0, JournalKeys.FROM));
        }
        return lines;
    }

    @Override
    public void putBack(boolean newServerRan, List<String> aside) {
        CopiedServer.endLeftovers(context);
        StartBarrier barrier = new StartBarrier(context);
        if (run.isBegun(1, StageName.STOP)) {
            run.step(0, StageName.ROLLBACK, "stop", Map.of(), () -> new ServerLifecycle(context).stop());
            // as long as it is closed nobody starts the server with the configuration that goes
            barrier.close(run, 0, StageName.ROLLBACK);
        }
        if (run.isStepBegun(1, StageName.CONVERT_CONFIG, "write")) {
            run.step(0, StageName.ROLLBACK, "configuration", Map.of(), () -> new PreviousState(context)
                    .putConfigurationBack(run));
        }
        barrier.open(run, 0, StageName.ROLLBACK);
        if (run.isBegun(1, StageName.MAKE_SCHEMA)) {
            aside.add("The PostgreSQL database " + run.requireFact(0, JournalKeys.CONVERTED)
                    + " keeps what was copied" + (newServerRan ? " and what was written since" : "")
                    + ". Drop it, or empty it before the next conversion.");
        }
    }
}
