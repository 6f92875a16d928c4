package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.server.WaitTimer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A copy of the whole database server's files, made ahead, with its log followed until the stop. It is dumped into the
 * backup by a second database server when the new server runs, or when a rollback needs it earlier.
 */
final class BaseBackupMethod implements DatabaseMethod {

    /** Ahead of the stop the copy, behind it the end of the log. */
    private static final String STEP = "base-backup";

    private final GoalContext context;

    BaseBackupMethod(GoalContext context) {
        this.context = context;
    }

    @Override
    public DatabaseSaving kind() {
        return DatabaseSaving.BASE_BACKUP;
    }

    @Override
    public MethodForecast forecast(Database database) {
        Optional<DatabaseBaseBackups> server = database.baseBackups();
        if (server.isEmpty()) {
            return MethodForecast.impossible(
                    kind(),
                    "the plugin makes none of this kind of server",
                    Hint.of("Choose another way (mattermost.backup.database=auto)."));
        }
        Path root = new Backups(context).directory().root();
        Optional<CopyPrecondition> blocking =
                server.get().preconditions(root, context.options().backup().sharedServer()).stream()
                        .filter(finding -> finding.severity() == CopyPrecondition.Severity.BLOCKING)
                        .findFirst();
        if (blocking.isPresent()) {
            return MethodForecast.impossible(
                    kind(), blocking.get().text(), blocking.get().hint());
        }
        DatabaseBaseBackups.Cost cost = server.get().cost();
        return MethodForecast.possible(
                        kind(),
                        cost.down(),
                        cost.restart().plus(DumpForecast.of(context, database)).plus(database.estimateRestore()),
                        "the files of the database server (" + Amount.bytes(cost.bytes())
                                + ") are copied while Mattermost runs")
                .taking(Optional.of(
                        new MethodForecast.Room(root, cost.bytes(), "the copy of the database server's files")));
    }

    /** Of a database that a base backup was made or is going to be made of. */
    private static DatabaseBaseBackups server(Database database) {
        return database.baseBackups().orElseThrow();
    }

    /** Where a run has its base backup; empty when it has none. */
    static Optional<Path> of(Run run) {
        return run.fact(1, JournalKeys.BASE_BACKUP).map(Path::of);
    }

    @Override
    public void prepare(Run run, BackupDraft draft, Database database) {
        Path target = draft.root().resolve(Backup.DATABASE_SERVER);
        Duration start = WaitTimer.real().elapsed();
        run.step(1, StageName.COPY_AHEAD, STEP, Map.of(JournalKeys.BASE_BACKUP, target.toString()), () -> server(
                        database)
                .begin(target, run.id()));
        draft.recordDuration("base-backup-ahead", WaitTimer.real().elapsed().minus(start));
        context.reporter().info("Copied the files of the database server to " + target + "; its log is followed");
    }

    @Override
    public void beforeStop(Run run, Database database) {
        of(run).ifPresent(target -> server(database).begin(target, run.id()));
    }

    @Override
    public Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        Optional<Path> target = of(run);
        if (target.isEmpty()) {
            context.reporter().warn("No base backup was made before the stop, so the database is dumped");
            return Optional.empty();
        }
        if (isOfAnEarlierStop(run)) {
            // the server has run since, and its log was no longer kept
            return unusable(run, database, "it was finished before the server ran again");
        }
        Duration start = WaitTimer.real().elapsed();
        run.markStep(1, StageName.BACKUP, STEP, JournalEvent.Kind.BEGIN, Map.of());
        String position;
        try {
            position = server(database).finish(target.get(), run.id());
        } catch (StageFailedException e) {
            return unusable(run, database, e.getMessage());
        }
        run.markStep(1, StageName.BACKUP, STEP, JournalEvent.Kind.DONE, Map.of());
        facts.put(JournalKeys.BASE_POSITION, position);
        draft.recordDuration(STEP, WaitTimer.real().elapsed().minus(start));
        draft.recordArtifact(artifact(target.get()));
        context.reporter().info("The base backup in " + target.get() + " is up to date");
        return Optional.of(BackupState.NOT_YET_DURABLE);
    }

    private static boolean isOfAnEarlierStop(Run run) {
        return run.isStepBegun(1, StageName.BACKUP, STEP)
                && !run.isLaterThanEndOf(
                        1,
                        StageName.STOP,
                        event -> event.stage().equals(StageName.BACKUP.key()) && STEP.equals(event.step()));
    }

    private Optional<BackupState> unusable(Run run, Database database, String why) {
        context.reporter().warn("The base backup cannot be used: " + why + " The database is dumped instead.");
        new DatabaseMethods(context).discard(run, database);
        return Optional.empty();
    }

    private static Artifact artifact(Path target) {
        return Artifact.elsewhere(BackupDump.BASE_BACKUP, "database-server", target.toString());
    }

    @Override
    public Optional<String> wayBack(Run run) {
        return run.fact(1, JournalKeys.DUMP)
                .map(dump -> "by restoring the dump of the backup")
                .or(() -> of(run).map(target -> "by starting a second database server on its base backup " + target
                        + ", and restoring a dump of it"));
    }

    @Override
    public List<String> putBack(Run run, Database database) {
        new DatabaseMethods(context).makeDurable(run, database);
        return List.of(DumpMethod.restore(context, run, database).carryOut());
    }

    @Override
    public Optional<RefusedException> againstPuttingBack(Run run, Database database, String untouched, Goal goal) {
        Path target = of(run).orElseThrow();
        return run.fact(1, JournalKeys.DUMP).isPresent() || Files.isDirectory(target)
                ? Optional.empty()
                : Optional.of(new RefusedException(
                        "The base backup " + target + " no longer exists, and it was not dumped yet. " + untouched
                                + ".",
                        Hint.run("Restore another backup instead. List the backups.", Goal.LIST_BACKUPS)));
    }

    @Override
    public void complete(Run run, BackupDraft draft, Database database) {
        Path target = of(run).orElseThrow();
        String position = run.requireFact(1, JournalKeys.BASE_POSITION);
        RowCounts[] rows = new RowCounts[1];
        BackupDump.write(context, draft, database, BackupDump.CONSISTENT, (dump, format) -> {
            DatabaseBaseBackups.Dumped dumped = server(database).dump(target, position, dump, format);
            rows[0] = dumped.rows();
            return dumped.dump();
        });
        List<String> losses = rows[0].lossesSince(new DatabaseMethods(context).savedCounts(run, database));
        if (!losses.isEmpty()) {
            throw new StageFailedException(
                    "The base backup " + target + " does not have the rows that were counted after the stop: "
                            + String.join("; ", losses),
                    Hint.run("Restore another backup instead. List the backups.", Goal.LIST_BACKUPS));
        }
        draft.recordRowCounts(rows[0].tables());
        draft.forgetArtifact(artifact(target));
    }

    @Override
    public void discard(Run run, Database database) {
        of(run).ifPresent(target -> server(database).discard(target, run.id()));
    }
}
