package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.RowCountsText;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.DatabaseRestore;
import io.github.mmupgrade.saving.SavedDatabase;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StartBarrier;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Lets the source's database take the name of the destination's, which keeps its contents under another name: the way
 * back is a rename. Where that cannot be, it is loaded in place of what the backup has saved.
 */
final class MigrateDatabaseStage implements Stage {

    @Override
    public StageName name() {
        return StageName.MIGRATE_DATABASE;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("replace the database " + context.server().dataSource()
                + " by the source's; its contents are kept under another name");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        if (!run.isDone(hop, StageName.BACKUP)) {
            throw new RefusedException(
                    "Migration " + run + " has no backup of the destination, and nothing is replaced without one."
                            + " Nothing was changed.",
                    Hint.run("Run the goal again.", Goal.MIGRATE));
        }
        InstalledServer server = context.server();
        if (server.running().isPresent()) {
            throw new RefusedException(
                    "The server of " + context.installation() + " is running. Its database was not replaced.",
                    Hint.run("Run the goal again; it stops the server.", Goal.MIGRATE));
        }
        new StartBarrier(context).close(run, hop, StageName.MIGRATE_DATABASE);
        MigrationRun migration = new MigrationRun(run);
        if (run.loadsBeside()) {
            exchange(context, migration, server);
        } else {
            loadInPlace(context, run, server);
        }
        return Map.of();
    }

    private static void exchange(GoalContext context, MigrationRun migration, InstalledServer server) {
        Run run = migration.run();
        String name = server.dataSource().database();
        if (server.configuredInItsDatabase() && !run.isStepBegun(1, StageName.MIGRATE_DATABASE, "switch")) {
            // never is the source's own configuration where the destination's server would find it
            run.step(1, StageName.MIGRATE_DATABASE, "configuration", Map.of(), () -> {
                try (Database loaded = server.openDatabase(migration.loaded(name))) {
                    // a source that has its configuration in a file brings no such table
                    loaded.makeConfigurationTable();
                    loaded.replaceActiveConfiguration(
                            MigrationConfig.of(context, run).merged().document().bytes());
                }
            });
        }
        if (migration.converts() && !run.isStepBegun(1, StageName.MIGRATE_DATABASE, "switch")) {
            new SourceConversion(context, migration).forget();
        }
        run.step(1, StageName.MIGRATE_DATABASE, "switch", Map.of("kept", migration.kept(name)), () -> {
            try (Database database = server.openDatabase()) {
                context.reporter()
                        .info(DatabaseRestore.switchTo(
                                database, migration.loaded(name), migration.kept(name), Goal.MIGRATE));
            }
        });
    }

    private static void loadInPlace(GoalContext context, Run run, InstalledServer server) {
        Backup source = SourceBackup.of(run);
        SavedDatabase saved = SavedDatabase.of(source);
        DumpFormat format = DumpFormat.valueOf(run.requireFact(1, JournalKeys.DUMP));
        Path before = new Backups(context).of(run).artifact(BackupDump.artifact(BackupDump.CONSISTENT, format));
        run.step(1, StageName.MIGRATE_DATABASE, "load", Map.of(), () -> {
            try (Database database = server.openDatabase()) {
                String wrong = saved.fault(
                        database.restoreInPlace(saved.dump(), saved.format(), before, null, DumpOwnership.OWN_ROLE));
                if (wrong != null) {
                    throw new StageFailedException(
                            "The database loaded from " + saved.dump() + " does not have the same rows as the source: "
                                    + wrong + ".",
                            Hint.run("Roll back the migration.", Goal.ROLLBACK));
                }
                run.note(
                        1,
                        StageName.MIGRATE_DATABASE,
                        Map.of(JournalKeys.SOURCE_COUNTS, RowCountsText.write(database.counts())));
                context.reporter().info("The previous database is in the dump " + before);
            }
        });
    }
}
