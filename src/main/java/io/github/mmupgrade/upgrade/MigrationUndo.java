package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.upgrade.JournalEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a rollback of a migration puts back: the destination as it was, and the source started again when the migration
 * holds it stopped.
 */
final class MigrationUndo {

    private final Workplace place;
    private final MigrationRun migration;
    private final Run run;

    MigrationUndo(Workplace place, MigrationRun migration) {
        this.place = place;
        this.migration = migration;
        this.run = migration.run();
    }

    /** What it would do, a line each. */
    List<String> plan() {
        List<String> lines = new ArrayList<>();
        if (run.isBegun(1, StopStage.NAME)) {
            lines.add("stop the server");
        }
        if (run.isBegun(1, MigrateDatabaseStage.NAME)) {
            lines.add("put the previous database back, and keep the migrated one under another name");
        }
        if (run.isBegun(1, MigrateFilesStage.NAME)) {
            lines.add("take files, plugins and configuration back to what the backup holds");
        }
        if (StopStage.wasRunning(run, 1)) {
            lines.add("start " + run.requireFact(0, Facts.FROM));
        }
        if (migration.holdsSource()) {
            lines.add("start the source " + migration.source() + " again");
        }
        return lines;
    }

    /**
     * Puts the destination back. Can be called again after it broke anywhere.
     *
     * @param rollback knows how the database and the previous configuration come back
     * @param aside hears where the migrated database is
     */
    void putBack(Rollback rollback, List<String> aside) {
        if (run.isBegun(1, StopStage.NAME)) {
            step("stop", () -> StopStage.stop(place, place.server()));
        }
        Closure closure = new Closure(place);
        if (run.isBegun(1, MigrateDatabaseStage.NAME)) {
            closure.close(run, 0, Rollback.NAME);
            if (migration.beside()) {
                takeNameBack(rollback, aside);
            } else if (run.isStepBegun(1, MigrateDatabaseStage.NAME, "load")) {
                step("database", () -> aside.addAll(rollback.takeBackDatabase(run)));
            }
        }
        if (run.isBegun(1, MigrateFilesStage.NAME)) {
            once("files", () -> {
                MigrateFilesStage.discardUnfinished(place, run);
                new SavedTrees(place).putBackAll(run);
            });
            once("configuration", () -> rollback.takeBackConfiguration(run));
        }
        if (run.isBegun(1, CopyFilesAheadStage.NAME)) {
            MigrateFilesStage.discardUnfinished(place, run);
        }
        dropLoaded();
        closure.open(run, 0, Rollback.NAME);
    }

    /** A switch that was killed is brought to its end first: then both databases are whole, and known by their names. */
    private void takeNameBack(Rollback rollback, List<String> aside) {
        if (!run.isStepBegun(1, MigrateDatabaseStage.NAME, "switch")) {
            return;
        }
        if (!run.isDone(1, MigrateDatabaseStage.NAME)) {
            once("switch", this::completeSwitch);
        }
        step("database", () -> aside.addAll(rollback.takeBackDatabase(run)));
    }

    private void completeSwitch() {
        try (Database database = place.server().openDatabaseUnchecked()) {
            String name = database.dataSource().database();
            DatabaseRestore.switchTo(database, migration.loaded(name), migration.kept(name), Rollback.NAME);
        }
    }

    /** What was loaded and did not come into its place is only a copy. */
    private void dropLoaded() {
        if (!run.isBegun(1, LoadSourceStage.NAME)) {
            return;
        }
        try (Database database = place.server().openDatabaseUnchecked()) {
            database.settleUnfinished().forEach(place.reporter()::debug);
            database.drop(migration.loaded(database.dataSource().database()));
        }
    }

    private void once(String step, Runnable act) {
        if (!run.isStepDone(0, Rollback.NAME, step)) {
            step(step, act);
        }
    }

    private void step(String step, Runnable act) {
        run.step(0, Rollback.NAME, step, Map.of(), act);
    }

    /** Starts the source again where this migration has stopped it; the destination is back whether that works or not. */
    void giveSourceBack() {
        if (!migration.holdsSource()) {
            return;
        }
        try {
            Workplace source = migration.sourcePlace(place);
            migration.startSource(source);
            place.reporter().info("The source " + migration.source() + " runs again");
        } catch (ProblemException e) {
            run.markStep(0, Rollback.NAME, "source", Kind.FAILED, Map.of("why", String.valueOf(e.getMessage())));
            place.reporter().warn("The source " + migration.source() + " could not be started: " + e.getMessage());
            place.reporter()
                    .hint(Hint.run(
                            "start it by hand, or by",
                            StartStage.NAME,
                            "mattermost.installDirectory=" + migration.source()));
        }
    }
}
