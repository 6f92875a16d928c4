package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.StandaloneBackup;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.stages.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the source of a migration: an installation is backed up, stopped only while its database is dumped and what
 * changed in its files meanwhile is copied. Everything after that is taken from the backup, whose checksums tell that
 * it is what the source had. Where a copy of the database was loaded ahead, the stopped source's own is compared with
 * that, and dumped when nobody waits any more. The destination still runs.
 */
final class ReadSourceStage implements Stage {

    @Override
    public StageName name() {
        return StageName.READ_SOURCE;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("back up the source, and verify the backup");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        MigrationRun migration = new MigrationRun(run);
        if (!migration.fromServer()) {
            return noted(Backup.open(migration.source()));
        }
        return migration.atSource(context, source -> noted(backedUp(migration, source)));
    }

    private static Map<String, String> noted(Backup backup) {
        return Map.of(
                MigrationRun.SOURCE_BACKUP, backup.root().toString(), MigrationRun.SOURCE_BACKUP_NAME, backup.run());
    }

    private static Backup backedUp(MigrationRun migration, GoalContext source) {
        Run run = migration.run();
        InstalledServer server = source.server();
        boolean runs = server.running().isPresent();
        boolean ran = runs || migration.sourceRan();
        run.note(1, StageName.READ_SOURCE, Map.of(MigrationRun.SOURCE_RAN, Boolean.toString(ran)));
        BackupDirectory directory = new Backups(source).directory();
        Optional<String> begun = run.fact(1, MigrationRun.SOURCE_BACKUP_NAME);
        boolean sealed = begun.isPresent()
                && directory.list().stream()
                        .filter(each -> each.run().equals(begun.get()))
                        .anyMatch(
                                each -> each.complete() || each.condition() == BackupSummary.Condition.NOT_YET_DURABLE);
        if (sealed && !(runs && migration.leaveSourceStopped())) {
            return directory.open(begun.get());
        }
        InstalledRelease release = migration.sourceRelease();
        String name = begun.filter(each -> !sealed).orElseGet(() -> new Backups(source).freeName(release.version()));
        run.note(1, StageName.READ_SOURCE, Map.of(MigrationRun.SOURCE_BACKUP_NAME, name));
        boolean stop = ran && !migration.keepSourceRunning();
        Backup made = new StandaloneBackup(source)
                .make(
                        server,
                        release,
                        name,
                        ran && !stop,
                        // the copy that was loaded ahead is brought up to date by what the stopped source holds
                        migration.loadedAhead().isPresent()
                                ? StandaloneBackup.DumpTime.LATER
                                : StandaloneBackup.DumpTime.NOW,
                        () -> quieten(migration, source, ran),
                        () -> {
                            if (stop && !migration.leaveSourceStopped()) {
                                migration.startSource(source);
                            }
                        });
        if (stop) {
            source.reporter()
                    .info(
                            migration.leaveSourceStopped()
                                    ? "The source stays stopped (mattermost.migrate.leaveSourceStopped=true)"
                                    : "The source is running again; what is written to it from now on is not migrated");
        }
        return made;
    }

    private static void quieten(MigrationRun migration, GoalContext source, boolean ran) {
        if (!ran) {
            new ServerLifecycle(source).requireNoOtherWriter();
        } else if (!migration.keepSourceRunning()) {
            migration.stopSource(source);
        } else {
            source.reporter()
                    .warn("The source keeps running (mattermost.migrate.keepSourceRunning=true): what is written to"
                            + " it from now on may be missing at the destination, and files and database may differ by"
                            + " seconds");
        }
    }

    /** A source that was to stay stopped and runs, after a reboot for example, may have been written to. */
    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        MigrationRun migration = new MigrationRun(run);
        boolean there = Files.isDirectory(Path.of(run.requireFact(1, MigrationRun.SOURCE_BACKUP)));
        return there
                && !(migration.fromServer()
                        && migration.leaveSourceStopped()
                        && migration.sourcePlace(context).server().running().isPresent());
    }
}
