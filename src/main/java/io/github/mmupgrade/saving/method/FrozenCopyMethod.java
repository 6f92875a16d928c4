package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.CopyForecast;
import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.DiskSpeed;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.DatabaseRestore;
import io.github.mmupgrade.server.WaitTimer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A copy of the database inside its server, made while the Mattermost server is stopped. A rollback takes a rename. The
 * copy is dumped into the backup once the new server runs.
 */
final class FrozenCopyMethod implements DatabaseMethod {

    private static final String FREEZE = "freeze";

    /** What two renames in one transaction take. */
    private static final Duration RENAMES = Duration.ofSeconds(1);

    private final GoalContext context;
    private final boolean required;

    /**
     * Copies inside the server.
     *
     * @param required whether the administrator wants this way and no other
     */
    FrozenCopyMethod(GoalContext context, boolean required) {
        this.context = context;
        this.required = required;
    }

    @Override
    public DatabaseSaving kind() {
        return DatabaseSaving.FROZEN;
    }

    @Override
    public MethodForecast forecast(Database database) {
        Optional<CopyPrecondition> blocking =
                blocking(database, DatabaseNames.frozen(database.dataSource().database(), "preflight"));
        if (blocking.isPresent()) {
            return MethodForecast.impossible(
                    kind(), blocking.get().text(), blocking.get().hint());
        }
        CopyForecast copy = database.forecastFreeze(diskOf(database).orElse(0)).orElseThrow();
        return MethodForecast.possible(kind(), copy.takes(), RENAMES, copy.why())
                .taking(database.localDirectory()
                        .filter(there -> !copy.cloned())
                        .map(there ->
                                new MethodForecast.Room(there, database.sizeBytes(), "the copy of the database")));
    }

    /** Measured on a directory of our own on the same disk; without one it is not known. */
    private OptionalLong diskOf(Database database) {
        Optional<Path> data = database.localDirectory();
        return data.stream()
                .flatMap(there -> Stream.of(
                                context.state(),
                                new Backups(context).directory().root())
                        .filter(ours -> DiskSpeed.sameDisk(ours, there)))
                .findFirst()
                .map(DiskSpeed::of)
                .orElse(OptionalLong.empty());
    }

    private static Optional<CopyPrecondition> blocking(Database database, String copy) {
        return database.preconditions(copy, null).stream()
                .filter(finding -> finding.severity() == CopyPrecondition.Severity.BLOCKING)
                .findFirst();
    }

    @Override
    public void beforeStop(Run run, Database database) {
        if (!run.loadsBeside()) {
            database.prepareFreeze();
        }
    }

    @Override
    public Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        String name = DatabaseNames.frozen(database.dataSource().database(), run.id());
        if (run.loadsBeside()) {
            // a database that is going to give up its name only is its own frozen copy
            context.reporter().info("The database itself is kept; it is renamed to " + name + " when it is replaced");
        } else if (!freeze(run, draft, database, name)) {
            return Optional.empty();
        }
        facts.put(JournalKeys.FROZEN, name);
        draft.recordArtifact(artifact(name));
        return Optional.of(BackupState.NOT_YET_DURABLE);
    }

    private boolean freeze(Run run, BackupDraft draft, Database database, String name) {
        Duration start = WaitTimer.real().elapsed();
        if (!run.isLaterThanEndOf(1, StageName.STOP, event -> FREEZE.equals(event.step()))) {
            // a copy from before the server ran again; the database itself holds everything that it holds
            database.drop(name);
        }
        run.markStep(1, StageName.BACKUP, FREEZE, JournalEvent.Kind.BEGIN, Map.of("copy", name));
        if (!database.frozenCopyExists(name)) {
            Optional<CopyPrecondition> blocking = blocking(database, name);
            if (blocking.isPresent()) {
                refuseIfRequired(blocking.get());
                return false;
            }
            if (database.freeze(name) instanceof CopyOutcome.Blocked blocked) {
                throw new RefusedException(
                        "Other sessions use " + database.dataSource() + " while the server is stopped: "
                                + blocked.sessions(),
                        Hint.of("Stop the other nodes of the cluster and everything else that uses this database."));
            }
        }
        run.markStep(1, StageName.BACKUP, FREEZE, JournalEvent.Kind.DONE, Map.of());
        draft.recordDuration(FREEZE, WaitTimer.real().elapsed().minus(start));
        context.reporter().info("Froze the database as " + name);
        return true;
    }

    private void refuseIfRequired(CopyPrecondition blocking) {
        if (required) {
            throw new RefusedException(
                    "The database cannot be copied inside its server: " + blocking.text(), blocking.hint());
        }
        context.reporter()
                .info("The database cannot be copied inside its server (" + blocking.text()
                        + "); it is dumped while the server is stopped");
    }

    private static Artifact artifact(String name) {
        return Artifact.elsewhere("frozen", "database", name);
    }

    @Override
    public Optional<String> wayBack(Run run) {
        return run.fact(1, JournalKeys.FROZEN).map(frozen -> "by renaming its frozen copy " + frozen);
    }

    @Override
    public List<String> putBack(Run run, Database database) {
        String frozen = run.requireFact(1, JournalKeys.FROZEN);
        if (database.exists(frozen) || isBack(run, database, frozen)) {
            return List.of(DatabaseRestore.switchTo(database, frozen, discarded(run, database), Goal.ROLLBACK));
        }
        if (run.fact(1, JournalKeys.DUMP).isEmpty()) {
            throw gone(frozen);
        }
        return List.of(DumpMethod.restore(context, run, database).carryOut());
    }

    private static boolean isBack(Run run, Database database, String frozen) {
        return database.isSwitched(frozen, discarded(run, database));
    }

    private static String discarded(Run run, Database database) {
        return DatabaseNames.discarded(database.dataSource().database(), run.id());
    }

    private static StageFailedException gone(String frozen) {
        return new StageFailedException(
                "The frozen copy " + frozen + " of the database no longer exists, and it was not dumped yet.",
                Hint.run("Restore another backup instead. List the backups.", Goal.LIST_BACKUPS));
    }

    /** An upgrade may have had rights that this call has not, by a data source for administration. */
    @Override
    public Optional<RefusedException> againstPuttingBack(Run run, Database database, String untouched, Goal goal) {
        String frozen = run.requireFact(1, JournalKeys.FROZEN);
        if (!database.exists(frozen)) {
            return Optional.empty();
        }
        return database.againstSwitching()
                .map(finding -> new RefusedException(
                        "The frozen copy " + frozen + " cannot be renamed to replace the database: " + finding.text()
                                + ". " + untouched + ".",
                        Hint.run(
                                "Set the data source for administration that the upgrade was made with, or allow it: "
                                        + finding.hint().text().replaceFirst("([.] Otherwise, .*|[.])$", "")
                                        + ". Then run the goal again.",
                                goal)));
    }

    @Override
    public Optional<RowCounts> countSaved(Run run, Database database) {
        String frozen = run.requireFact(1, JournalKeys.FROZEN);
        if (database.exists(frozen)) {
            return Optional.of(database.counts(frozen));
        }
        // it is the database again, or the database is still itself
        if (isBack(run, database, frozen) || run.loadsBeside()) {
            return Optional.of(database.counts());
        }
        throw gone(frozen);
    }

    @Override
    public void complete(Run run, BackupDraft draft, Database database) {
        String frozen = run.requireFact(1, JournalKeys.FROZEN);
        BackupDump.write(context, draft, database, frozen, BackupDump.CONSISTENT);
        // the stop was not prolonged by counting every table; now it costs nobody anything
        draft.recordRowCounts(database.allCounts(frozen).tables());
        draft.recordArtifact(artifact(frozen));
    }
}
