package io.github.mmupgrade.migration;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseCatchUp;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.RowCountsText;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.saving.DatabaseRestore;
import io.github.mmupgrade.saving.SavedDatabase;
import io.github.mmupgrade.stages.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads the source's database beside the destination's, counts its rows and compares them with the source's. The
 * destination still runs on its own. Where its role may not make databases nothing is done yet.
 *
 * <p>A copy that was loaded ahead is given the rows that the source has now. Where that can't be, the source's database
 * is dumped and loaded anew.
 */
final class LoadSourceStage implements Stage {

    /** Of the first hop: the backup that the waiting database was loaded from. */
    private static final String LOADED = "loaded";

    private final SourceBackup backup;
    private final LoadedCopy copy;

    LoadSourceStage(SourceBackup backup, LoadedCopy copy) {
        this.backup = backup;
        this.copy = copy;
    }

    @Override
    public StageName name() {
        return StageName.LOAD_SOURCE;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("load the source's database into a new one beside "
                + context.server().dataSource() + ", and compare its rows with the source's");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        MigrationRun migration = new MigrationRun(run);
        if (migration.converts()) {
            Map<String, String> facts = new LinkedHashMap<>(migration.atSource(context, source -> {
                new ServerLifecycle(source).requireNoOtherWriter();
                SourceConversion conversion = new SourceConversion(context, migration);
                if (migration.loadedAhead().isEmpty()) {
                    conversion.ahead(source);
                }
                return conversion.complete(source);
            }));
            facts.putAll(loaded(context, run));
            return facts;
        }
        if (migration.copiesAhead()) {
            if (migration.loadedAhead().isPresent() && caughtUp(context, migration)) {
                return loaded(context, run);
            }
            migration.completeSource(context);
        }
        SavedDatabase saved = SavedDatabase.of(backup.verified(context, run).requireSound());
        InstalledServer server = context.server();
        try (Database database = server.openDatabase()) {
            database.settleUnfinished().forEach(context.reporter()::info);
            String loaded = migration.loaded(database.dataSource().database());
            if (!isOfThisBackup(run)) {
                // what an earlier call has loaded is of a source that has run since
                database.drop(loaded);
                run.note(1, StageName.LOAD_SOURCE, Map.of(LOADED, run.requireFact(1, MigrationRun.SOURCE_BACKUP)));
            }
            if (!restore(context, run, database, saved).loadBeside()) {
                context.reporter()
                        .info(
                                "The source's database cannot be swapped in by a rename here. It will be loaded in place after"
                                        + " the destination was stopped and backed up");
                return Map.of(JournalKeys.BESIDE, "false");
            }
            if (saved.exact()) {
                context.reporter().info("Every table has as many rows as in the source");
            }
        }
        return loaded(context, run);
    }

    private static Map<String, String> loaded(GoalContext context, Run run) {
        InstalledServer server = context.server();
        String loaded = new MigrationRun(run).loaded(server.dataSource().database());
        try (Database waiting = server.openDatabase(loaded)) {
            RowCounts rows = waiting.counts();
            context.reporter().info("Loaded the source's database as " + loaded + ": " + rows.inWords());
            return Map.of(
                    JournalKeys.BESIDE,
                    "true",
                    JournalKeys.SOURCE_COUNTS,
                    RowCountsText.write(rows),
                    LOADED,
                    run.requireFact(1, MigrationRun.SOURCE_BACKUP));
        }
    }

    /** Brings the copy that was loaded ahead up to date; says whether that was possible. */
    private boolean caughtUp(GoalContext context, MigrationRun migration) {
        DataSource here = context.server().dataSource();
        try (Database database = context.server().openDatabase();
                Database source = migration.sourcePlace(context).server().openDatabase()) {
            String loaded = migration.loaded(here.database());
            if (!database.exists(loaded)) {
                return false;
            }
            DatabaseCatchUp catchUp = source.catchUp().orElseThrow();
            if (!migration.loadedAhead().get().equals(catchUp.definitions())) {
                context.reporter()
                        .warn("Tables or indexes of the source were changed since its database was loaded. It is loaded"
                                + " anew");
                return false;
            }
            context.reporter()
                    .info("Brought the source's database up to date: "
                            + catchUp.run(database.dataSource(), loaded, copy.contents()));
            return true;
        } catch (ProblemException e) {
            context.reporter()
                    .warn("The source's database that was loaded ahead cannot be brought up to date: " + e.getMessage()
                            + " It is loaded anew");
            return false;
        }
    }

    private static boolean isOfThisBackup(Run run) {
        return run.fact(1, LOADED).equals(run.fact(1, MigrationRun.SOURCE_BACKUP));
    }

    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        return isOfThisBackup(run);
    }

    private static DatabaseRestore restore(GoalContext context, Run run, Database database, SavedDatabase saved) {
        return new DatabaseRestore(
                        context, database, run.id(), saved.dump(), saved.format(), saved::fault, Goal.MIGRATE)
                .ofAnotherServer();
    }
}
