package io.github.mmupgrade.migration;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.conversion.CopiedServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.rollback.PreviousState;
import io.github.mmupgrade.rollback.RunUndo;
import io.github.mmupgrade.rollback.TreeRestore;
import io.github.mmupgrade.saving.DatabaseRestore;
import io.github.mmupgrade.stages.StartBarrier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a rollback of a migration puts back: the destination as it was, and the source started again when the migration
 * holds it stopped.
 */
public final class MigrationUndo implements RunUndo {

    private final GoalContext context;
    private final PreviousState previous;
    private final MigrationRun migration;
    private final Run run;

    public MigrationUndo(GoalContext context, Run run) {
        this.context = context;
        this.previous = new PreviousState(context);
        this.migration = new MigrationRun(run);
        this.run = run;
    }

    @Override
    public void require(boolean newServerRan) {
        previous.requireSaved(run, newServerRan);
    }

    @Override
    public List<String> plan() {
        List<String> lines = new ArrayList<>();
        if (run.isBegun(1, StageName.STOP)) {
            lines.add("stop the server");
        }
        if (run.isBegun(1, StageName.MIGRATE_DATABASE)) {
            lines.add("put the previous database back, and keep the migrated one under another name");
        }
        if (run.isBegun(1, StageName.MIGRATE_FILES)) {
            lines.add("restore files, plugins and configuration from the backup");
        }
        if (run.wasRunning(1)) {
            lines.add("start " + run.requireFact(0, JournalKeys.FROM));
        }
        if (migration.holdsSource()) {
            lines.add("start the source " + migration.source() + " again");
        }
        return lines;
    }

    @Override
    public void putBack(boolean newServerRan, List<String> aside) {
        if (run.isBegun(1, StageName.STOP)) {
            step("stop", () -> new ServerLifecycle(context).stop());
        }
        StartBarrier closure = new StartBarrier(context);
        if (run.isBegun(1, StageName.MIGRATE_DATABASE)) {
            closure.close(run, 0, StageName.ROLLBACK);
            if (run.loadsBeside()) {
                takeNameBack(aside);
            } else if (run.isStepBegun(1, StageName.MIGRATE_DATABASE, "load")) {
                step("database", () -> aside.addAll(previous.putDatabaseBack(run)));
            }
        }
        if (run.isBegun(1, StageName.MIGRATE_FILES)) {
            once("files", () -> {
                MigrateFilesStage.discardUnfinished(context, run);
                new TreeRestore(context).putBackAll(run);
            });
            once("configuration", () -> previous.putConfigurationBack(run));
        }
        if (run.isBegun(1, StageName.MIGRATE_FILES_AHEAD)) {
            MigrateFilesStage.discardUnfinished(context, run);
        }
        if (migration.converts()) {
            CopiedServer.endLeftovers(context);
        }
        dropLoaded();
        closure.open(run, 0, StageName.ROLLBACK);
    }

    /** A switch that was killed is brought to its end first: then both databases are whole, and known by their names. */
    private void takeNameBack(List<String> aside) {
        if (!run.isStepBegun(1, StageName.MIGRATE_DATABASE, "switch")) {
            return;
        }
        if (!run.isDone(1, StageName.MIGRATE_DATABASE)) {
            once("switch", this::completeSwitch);
        }
        step("database", () -> aside.addAll(previous.putDatabaseBack(run)));
    }

    private void completeSwitch() {
        try (Database database = context.server().openDatabaseUnchecked()) {
            String name = database.dataSource().database();
            DatabaseRestore.switchTo(database, migration.loaded(name), migration.kept(name), Goal.ROLLBACK);
        }
    }

    /** What was loaded and did not come into its place is only a copy. */
    private void dropLoaded() {
        if (!run.isBegun(1, StageName.LOAD_SOURCE_AHEAD) && !run.isBegun(1, StageName.LOAD_SOURCE)) {
            return;
        }
        try (Database database = context.server().openDatabaseUnchecked()) {
            database.settleUnfinished().forEach(context.reporter()::debug);
            database.drop(migration.loaded(database.dataSource().database()));
        }
    }

    private void once(String step, Runnable act) {
        if (!run.isStepDone(0, StageName.ROLLBACK, step)) {
            step(step, act);
        }
    }

    private void step(String step, Runnable act) {
        run.step(0, StageName.ROLLBACK, step, Map.of(), act);
    }

    /** Starts the source again where this migration has stopped it; the destination is back whether that works or not. */
    @Override
    public void afterStart() {
        if (!migration.holdsSource()) {
            return;
        }
        try {
            GoalContext source = migration.sourcePlace(context);
            migration.startSource(source);
            context.reporter().info("The source " + migration.source() + " is running again");
        } catch (ProblemException e) {
            run.markStep(0, StageName.ROLLBACK, "source", Kind.FAILED, Map.of("why", String.valueOf(e.getMessage())));
            context.reporter().warn("The source " + migration.source() + " could not be started: " + e.getMessage());
            context.reporter()
                    .hint(Hint.run(
                            "Start it by hand, or with this goal.",
                            Goal.START,
                            "mattermost.installDirectory=" + migration.source()));
        }
    }
}
