package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseCatchUp;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.DatabaseMeter;
import io.github.mmupgrade.stages.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads a dump of the source's running database beside the destination's. After the source's stop only rows that
 * changed are left to copy. Where that can't be, nothing is done yet.
 */
final class LoadSourceAheadStage implements Stage {

    private final LoadedCopy copy;

    LoadSourceAheadStage(LoadedCopy copy) {
        this.copy = copy;
    }

    @Override
    public StageName name() {
        return StageName.LOAD_SOURCE_AHEAD;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("load a dump of the source's running database into a new one beside "
                + context.server().dataSource() + ", where that is possible");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        MigrationRun migration = new MigrationRun(run);
        if (migration.converts()) {
            migration.atSource(context, source -> {
                new SourceConversion(context, migration).ahead(source);
                return null;
            });
            return Map.of(MigrationRun.DEFINITIONS, "converted");
        }
        return migration.atSource(context, source -> {
            try (Database theirs = source.server().openDatabase();
                    Database ours = context.server().openDatabase()) {
                ours.settleUnfinished().forEach(context.reporter()::info);
                String loaded = migration.loaded(ours.dataSource().database());
                Optional<String> obstacle = obstacle(context, theirs, ours, loaded);
                if (obstacle.isPresent()) {
                    context.reporter().info("The source's database is loaded after its stop: " + obstacle.get());
                    return Map.of();
                }
                ours.drop(loaded);
                // before the dump: what changes between the two is noticed
                String definitions = theirs.catchUp().orElseThrow().definitions();
                DumpResult dump = dump(source, run, theirs);
                new DatabaseMeter(context.reporter())
                        .restoreInto(ours, loaded, dump.target(), dump.format(), DumpOwnership.OWN_ROLE);
                copy.holds(theirs.catchUp().orElseThrow().contents(ours.dataSource(), loaded));
                context.reporter().info("Loaded the source's running database as " + loaded);
                return Map.of(MigrationRun.DEFINITIONS, definitions);
            }
        });
    }

    private static DumpResult dump(GoalContext source, Run run, Database database) {
        try (BackupDraft draft =
                new Backups(source).directory().resume(run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME))) {
            DumpResult dump = BackupDump.write(
                    source, draft, database, database.dataSource().database(), BackupDump.AHEAD);
            draft.hashAhead();
            return dump;
        }
    }

    /** Why it can't be loaded ahead, in words. */
    private static Optional<String> obstacle(GoalContext context, Database theirs, Database ours, String loaded) {
        if (!context.options().backup().onlineDump()) {
            return Optional.of("no running database is dumped (mattermost.backup.onlineDump=false)");
        }
        if (ours.restoreWay(loaded) != RestoreWay.NEW_DATABASE_AND_RENAME) {
            return Optional.of("the destination's role cannot create databases");
        }
        return against(theirs).or(() -> against(ours));
    }

    private static Optional<String> against(Database database) {
        Optional<DatabaseCatchUp> catchUp = database.catchUp();
        return catchUp.isEmpty()
                ? Optional.of("this is only done with PostgreSQL")
                : catchUp.get().obstacle();
    }
}
