package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StageRunner;
import io.github.mmupgrade.stages.StartStage;
import io.github.mmupgrade.stages.StopStage;
import io.github.mmupgrade.stages.VerifyStage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves the database of an installation from MySQL or MariaDB to PostgreSQL. It is a run of the installation's journal
 * like an upgrade, so that resuming, rolling back, dry runs and the status are the same.
 */
public final class Conversion {

    private final GoalContext context;
    private final StageRunner runner;

    public Conversion(GoalContext context, StageRunner runner) {
        this.context = context;
        this.runner = runner;
    }

    private static List<Stage> stages(ConversionRun conversion) {
        return List.of(
                new MakeSchemaStage(conversion),
                new CheckRowsStage(conversion),
                new CopyRowsAheadStage(conversion),
                new StopStage(),
                new CopyRowsStage(conversion),
                new ConvertConfigStage(conversion),
                new StartStage(),
                new VerifyStage());
    }

    /**
     * Says what it would do.
     *
     * @throws RefusedException when something prevents it
     */
    public List<String> plan(ConversionOptions options) {
        Preflight.report(context, new ConversionChecks(context, options).run());
        List<String> lines = new ArrayList<>();
        for (Stage stage : stages(new ConversionRun(null, options.target().orElseThrow()))) {
            if (!(stage instanceof StartStage) && !(stage instanceof VerifyStage)) {
                lines.addAll(stage.plan(context, null, 1));
            }
        }
        lines.add("start " + context.server().control().name() + " and verify that it answers with every row");
        return lines;
    }

    /** Begins a conversion, or resumes the one in progress, and brings it to its end; the lock is held. */
    public Run carryOut(ConversionOptions options) {
        Run run = underWay().orElseGet(() -> begin(options));
        ConversionRun conversion = ConversionRun.of(run, options);
        if (run.fact(1, JournalKeys.TO).isEmpty()) {
            run.note(1, StageName.RUN, Map.of(JournalKeys.TO, run.requireFact(0, JournalKeys.TARGET)));
        }
        stages(conversion).forEach(stage -> runner.run(stage, run));
        return run;
    }

    private Optional<Run> underWay() {
        Optional<Run> open = context.openRun();
        open.filter(run -> !run.isConversion()).ifPresent(run -> {
            throw new RefusedException(
                    "The " + run.kind() + " " + run + " of " + context.installation()
                            + " is in progress. Nothing was changed.",
                    NextGoal.toEnd(run));
        });
        open.ifPresent(run -> context.reporter().info("Resuming the interrupted conversion " + run));
        return open;
    }

    private Run begin(ConversionOptions options) {
        Preflight.report(context, new ConversionChecks(context, options).run());
        return Run.begin(
                context.journal(),
                context.clock().instant(),
                ConversionRun.facts(options, InstalledRelease.read(context, context.server())));
    }
}
