package io.github.mmupgrade.migration;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.stages.BackupStage;
import io.github.mmupgrade.stages.CopyAheadStage;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StageRunner;
import io.github.mmupgrade.stages.StartStage;
import io.github.mmupgrade.stages.StopStage;
import io.github.mmupgrade.stages.VerifyStage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets the installation, the destination, take over everything from another one. It is a run of the destination's
 * journal like an upgrade, so that resuming, rolling back, dry runs and the status are the same.
 */
public final class Migration {

    private final GoalContext context;
    private final StageRunner runner;
    private final SourceBackup backup = new SourceBackup();
    private final LoadedCopy copy = new LoadedCopy();

    public Migration(GoalContext context, StageRunner runner) {
        this.context = context;
        this.runner = runner;
    }

    /** What is copied while a source that is going to be stopped for good still runs. */
    private List<Stage> aheadOfSourcesStop() {
        return List.of(
                new ReadSourceAheadStage(),
                new LoadSourceAheadStage(copy),
                new CopyAheadStage(),
                new MigrateFilesAheadStage(backup));
    }

    /** The stages that touch nothing of the destination. */
    private List<Stage> ahead() {
        return List.of(new ReadSourceStage(), new LoadSourceStage(backup, copy));
    }

    /** What is copied while the destination runs, unless it was copied while the source ran. */
    private List<Stage> aheadOfStop() {
        return List.of(new CopyAheadStage(), new MigrateFilesAheadStage(backup));
    }

    /** The stages while it is stopped, in the order in which it can be put back. */
    private List<Stage> behind() {
        return List.of(
                new StopStage(),
                new BackupStage(),
                new MigrateDatabaseStage(),
                new MigrateFilesStage(backup),
                new MigrateConfigStage(backup),
                new StartStage(),
                new VerifyStage());
    }

    /**
     * Says what it would do.
     *
     * @throws RefusedException when something prevents it
     */
    public List<String> plan(MigrationOptions options) {
        MigrationSource source = checked(options);
        List<String> lines = new ArrayList<>();
        source.server().ifPresent(other -> lines.add(sourcesFate(options, other)));
        boolean ahead = MigrationRun.copiesAhead(options, source);
        List<Stage> stages = new ArrayList<>(ahead ? aheadOfSourcesStop() : List.of());
        stages.addAll(ahead());
        stages.addAll(ahead ? List.of() : aheadOfStop());
        stages.addAll(behind());
        stages.removeIf(stage -> stage instanceof StartStage
                || stage instanceof VerifyStage
                || (stage instanceof ReadSourceStage && source.server().isEmpty()));
        stages.forEach(stage -> lines.addAll(stage.plan(context, null, 1)));
        lines.add("start " + context.server().control().name() + " and verify that "
                + source.end().release() + " answers with the rows of " + source);
        if (ahead) {
            lines.addAll(new CompleteSourceStage().plan(context, null, 0));
        }
        lines.add("complete the destination's backup");
        return lines;
    }

    private static String sourcesFate(MigrationOptions options, GoalContext other) {
        if (other.server().running().isEmpty()) {
            return "leave the source " + other.installation() + " stopped, as it is";
        }
        if (options.keepSourceRunning()) {
            return "leave the source " + other.installation()
                    + " running; what is written to it meanwhile may be missing at the destination";
        }
        return "stop the source " + other.installation() + " while it is read"
                + (options.leaveSourceStopped() ? ", and leave it stopped" : ", and start it again");
    }

    private MigrationSource checked(MigrationOptions options) {
        MigrationSource source = MigrationSource.find(context, options);
        Preflight.report(context, new MigrationChecks(context, source, options, backup).run());
        return source;
    }

    /** Begins a migration, or resumes the one in progress, and brings it to its end; the lock is held. */
    public Run carryOut(MigrationOptions options) {
        Run run = underWay(options).orElseGet(() -> begin(options));
        if (run.fact(1, JournalKeys.TO).isEmpty()) {
            run.note(1, StageName.RUN, Map.of(JournalKeys.TO, run.requireFact(0, JournalKeys.TARGET)));
        }
        boolean ahead = new MigrationRun(run).copiesAhead();
        if (ahead && !run.isBegun(1, StageName.READ_SOURCE)) {
            aheadOfSourcesStop().forEach(stage -> runner.run(stage, run));
        }
        if (!run.isBegun(1, StageName.MIGRATE_DATABASE)) {
            ahead().forEach(stage -> runner.run(stage, run));
        }
        // a source that ran again has another backup, and other files
        if (!run.isBegun(1, StageName.STOP) && !(ahead && MigrateFilesAheadStage.isOfThisBackup(run))) {
            aheadOfStop().forEach(stage -> runner.run(stage, run));
        }
        behind().forEach(stage -> runner.run(stage, run));
        if (ahead) {
            runner.run(new CompleteSourceStage(), run);
        }
        return run;
    }

    private Optional<Run> underWay(MigrationOptions options) {
        Optional<Run> open = context.openRun();
        if (open.isEmpty()) {
            return open;
        }
        Run run = open.get();
        Optional<MigrationRun> migration = MigrationRun.of(run);
        if (migration.isEmpty()) {
            throw new RefusedException(
                    "The " + run.kind() + " " + run + " of " + context.installation()
                            + " is in progress. Nothing was changed.",
                    NextGoal.toEnd(run));
        }
        Path begun = migration.get().source();
        if (options.source() != null
                && !begun.equals(MigrationSource.find(context, options).root())) {
            throw new RefusedException(
                    "The migration " + run + " from " + begun + " is in progress. Nothing was changed.",
                    Hint.run("Resume it without naming a source, or roll it back.", Goal.ROLLBACK));
        }
        List<String> differences =
                options.source() == null ? List.of() : migration.get().differencesTo(options);
        if (!differences.isEmpty()) {
            throw new RefusedException(
                    "The migration " + run + " from " + begun + " is in progress and was started with other options: "
                            + String.join("; ", differences) + ". Nothing was changed.",
                    Hint.run(
                            "Resume it with the options that it was started with, or without naming the source,"
                                    + " or roll it back.",
                            Goal.ROLLBACK));
        }
        context.reporter().info("Resuming the interrupted migration " + run + " from " + begun);
        migration.get().repairFromNowOn(options.conversion());
        return open;
    }

    private Run begin(MigrationOptions options) {
        MigrationSource source = checked(options);
        return Run.begin(
                context.journal(),
                context.clock().instant(),
                MigrationRun.facts(
                        options,
                        source,
                        InstalledRelease.read(context, context.server()),
                        context.installation().owner(),
                        SourceConversion.isNeeded(context, source)));
    }
}
