package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.CommandCall;
import io.github.mmupgrade.saving.CommandCall.Answer;
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import io.github.mmupgrade.server.WaitTimer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The organisation's own command, such as a snapshot of the storage or a standby. It may stop the database server and
 * start it again: no session of ours is open while it runs, and afterwards the database is waited for.
 */
final class CommandMethod implements DatabaseMethod {

    private static final String PREPARE = "prepare";
    private static final String FREEZE = "freeze";

    /** For a database server that the command has started: a recovery after a snapshot takes seconds. */
    private static final Duration DATABASE_START = Duration.ofMinutes(2);

    /** What only looks must not keep anyone. */
    private static final Duration CHECK_LIMIT = Duration.ofMinutes(1);

    private final GoalContext context;

    CommandMethod(GoalContext context) {
        this.context = context;
    }

    @Override
    public DatabaseSaving kind() {
        return DatabaseSaving.COMMAND;
    }

    @Override
    public MethodForecast forecast(Database database) {
        DatabaseCommand command = context.options().backup().command();
        if (!command.isGiven()) {
            return MethodForecast.impossible(
                    kind(),
                    "mattermost.backup.command is not set",
                    Hint.of("Set mattermost.backup.command to your own command."));
        }
        Optional<String> obstacle = check(
                command,
                new CommandCall(context, command, database, "preflight")
                        .with("MATTERMOST_BACKUP_CHECK", Moment.FREEZE.toString()));
        if (obstacle.isPresent()) {
            return MethodForecast.impossible(kind(), obstacle.get(), CustomDatabaseBackup.FIX);
        }
        String back = command.isWayBack()
                ? "a rollback calls your own command"
                : "your own command saves the database, and you put it back yourself before a rollback";
        if (command.forecast() != null) {
            return forecast(command.forecast(), command, back);
        }
        return lastFreeze(command)
                .map(took -> forecast(took, command, back + "; as long as the last time"))
                .orElseGet(() -> forecast(
                        command.freezeLimit(),
                        command,
                        back + "; at most: mattermost.backup.commandForecast does not say how long it takes"));
    }

    private MethodForecast forecast(Duration down, DatabaseCommand command, String text) {
        return MethodForecast.possible(kind(), down, command.isWayBack() ? down : Duration.ZERO, text);
    }

    /** How long the same command took after the last stop. */
    private Optional<Duration> lastFreeze(DatabaseCommand command) {
        return Run.all(context.journal()).stream()
                .filter(run -> run.fact(1, JournalKeys.COMMAND)
                        .filter(command.line()::equals)
                        .isPresent())
                .flatMap(run -> duration(run).stream())
                .reduce((earlier, later) -> later);
    }

    private static Optional<Duration> duration(Run run) {
        Instant begun = null;
        Duration took = null;
        for (JournalEvent event : run.events()) {
            if (FREEZE.equals(event.step()) && event.kind() == Kind.BEGIN) {
                begun = event.at();
            } else if (FREEZE.equals(event.step()) && event.kind() == Kind.DONE && begun != null) {
                took = Duration.between(begun, event.at());
            }
        }
        return Optional.ofNullable(took);
    }

    /** Asks a command that knows how to look; one that does not is only shown. */
    private Optional<String> check(DatabaseCommand command, CommandCall call) {
        if (!command.knows(Moment.CHECK)) {
            context.reporter().debug("Not called, because it does not know the moment check: " + command.line());
            return Optional.empty();
        }
        return call.at(Moment.CHECK, CHECK_LIMIT).failure();
    }

    @Override
    public void prepare(Run run, BackupDraft draft, Database database) {
        DatabaseCommand command = CustomDatabaseBackup.require(context);
        if (!command.knows(Moment.PREPARE)) {
            return;
        }
        run.markStep(1, StageName.COPY_AHEAD, PREPARE, Kind.BEGIN, facts(run, command));
        call(run, command, database)
                .in(draft.root(), draft.databaseDirectory())
                .at(Moment.PREPARE)
                .failure()
                .ifPresent(failure -> {
                    throw new RefusedException(failure + "\nNothing was stopped.", CustomDatabaseBackup.FIX);
                });
        awaitDatabase(database, Moment.PREPARE);
        run.markStep(1, StageName.COPY_AHEAD, PREPARE, Kind.DONE, Map.of());
    }

    /** What a rollback and whoever discards need: they may be called without the parameters of the upgrade. */
    private Map<String, String> facts(Run run, DatabaseCommand command) {
        return Map.of(
                JournalKeys.COMMAND, command.line(),
                JournalKeys.COMMAND_MOMENTS, command.momentsInWords(),
                JournalKeys.COMMAND_LIMIT, Long.toString(command.otherLimit().toSeconds()),
                JournalKeys.COMMAND_COPY, CommandCall.nameOf(context, run.id()));
    }

    private CommandCall call(Run run, DatabaseCommand command, Database database) {
        return new CommandCall(context, command, database, run.id())
                .with("MATTERMOST_RELEASE", run.requireFact(0, JournalKeys.FROM))
                .with("MATTERMOST_TARGET", run.requireFact(0, JournalKeys.TARGET));
    }

    @Override
    public Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        DatabaseCommand command = CustomDatabaseBackup.require(context);
        // what a killed call has made is made anew: the server is stopped, and the database is what it was
        run.markStep(1, StageName.BACKUP, FREEZE, Kind.BEGIN, facts(run, command));
        Duration start = WaitTimer.real().elapsed();
        try {
            call(run, command, database)
                    .in(draft.root(), draft.databaseDirectory())
                    .at(Moment.FREEZE)
                    .failure()
                    .ifPresent(failure -> {
                        throw new StageFailedException(failure, CustomDatabaseBackup.FIX);
                    });
            awaitDatabase(database, Moment.FREEZE);
        } catch (StageFailedException e) {
            thaw(run, command, database);
            throw e;
        }
        CustomDatabaseBackup.record(draft, command);
        if (command.isWayBack()) {
            draft.warn("The database is not in this backup: your own command holds it, until it discards it.");
        }
        draft.recordDuration(FREEZE, WaitTimer.real().elapsed().minus(start));
        run.markStep(1, StageName.BACKUP, FREEZE, Kind.DONE, Map.of());
        return Optional.of(BackupState.COMPLETE);
    }

    /** Behind a freeze that failed or was killed the database server may be stopped, and the old server needs it. */
    private void thaw(Run run, DatabaseCommand command, Database database) {
        if (command.knows(Moment.DISCARD)) {
            call(run, command, database)
                    .at(Moment.DISCARD, min(command.freezeLimit(), command.otherLimit()))
                    .failure()
                    .ifPresent(context.reporter()::warn);
        }
        run.markStep(1, StageName.BACKUP, FREEZE, Kind.UNDONE, Map.of());
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static void awaitDatabase(Database database, Moment moment) {
        Duration end = WaitTimer.real().elapsed().plus(DATABASE_START);
        while (true) {
            try {
                database.serverVersion();
                return;
            } catch (ProblemException e) {
                if (WaitTimer.real().elapsed().compareTo(end) > 0) {
                    throw new StageFailedException(
                            "The database does not answer " + Amount.duration(DATABASE_START)
                                    + " after the command that saves it (" + moment + "): " + e.getMessage(),
                            Hint.of("Start the database server. Let mattermost.backup.command start what it stops."),
                            e);
                }
                WaitTimer.real().sleep(Duration.ofMillis(100));
            }
        }
    }

    @Override
    public void settle(Run run) {
        boolean goneBack = run.isStepOpen(0, StageName.ROLLBACK, DATABASE_STEP);
        if (!goneBack && !run.isStepOpen(1, StageName.BACKUP, FREEZE)) {
            return;
        }
        DatabaseCommand command = noted(run);
        try (Database database = context.server().databaseForDumps()) {
            if (!goneBack) {
                context.reporter().warn("The command that saves the database (freeze) was interrupted. It is undone.");
                thaw(run, command, database);
            } else if (command.isWayBack()) {
                context.reporter()
                        .warn("The command that saves the database (go-back) was interrupted. It is called again.");
                requireBack(goBack(run, command, database));
                awaitDatabase(database, Moment.GO_BACK);
            }
        }
    }

    /** The command as the run has noted it; the one of this call for runs of earlier versions, which only saved. */
    private DatabaseCommand noted(Run run) {
        return CommandCopies.command(run)
                .orElseGet(() -> DatabaseCommand.saving(
                        context.options().backup().command().line()));
    }

    @Override
    public Optional<String> wayBack(Run run) {
        DatabaseCommand command = noted(run);
        return command.isWayBack()
                ? Optional.of("by calling your own command at the moment go-back: " + command.line())
                : Optional.empty();
    }

    @Override
    public Optional<RefusedException> againstPuttingBack(Run run, Database database, String untouched, Goal goal) {
        DatabaseCommand command = noted(run);
        return command.isWayBack()
                ? check(
                                command,
                                call(run, command, database).with("MATTERMOST_BACKUP_CHECK", Moment.GO_BACK.toString()))
                        .map(failure -> new RefusedException(
                                failure + "\n" + untouched + ".", Hint.run("Fix this, then run the goal again.", goal)))
                : Optional.empty();
    }

    private Answer goBack(Run run, DatabaseCommand command, Database database) {
        CommandCall call = call(run, command, database);
        run.fact(1, JournalKeys.BACKUP).ifPresent(backup -> {
            Path root = new Backups(context).directory().root().resolve(backup);
            call.in(root, root.resolve(Backup.DATABASE));
        });
        return call.at(Moment.GO_BACK);
    }

    @Override
    public List<String> putBack(Run run, Database database) {
        DatabaseCommand command = noted(run);
        if (!command.isWayBack()) {
            UnsavedMethod.warn(context);
            return List.of();
        }
        Answer answer = goBack(run, command, database);
        requireBack(answer);
        awaitDatabase(database, Moment.GO_BACK);
        requireAsFrozen(run, database);
        return List.of(
                answer.last().isEmpty()
                        ? "The replaced database is where your own command has put it, by the name "
                                + run.requireFact(1, JournalKeys.COMMAND_COPY) + "."
                        : "The replaced database, as your own command says: " + answer.last());
    }

    private static void requireBack(Answer answer) {
        answer.failure().ifPresent(failure -> {
            throw new StageFailedException(
                    failure + "\nThe database may not be back.", Hint.run("Fix this, then go on.", Goal.ROLLBACK));
        });
    }

    /** An exit status of 0 proves nothing; what was noted after the stop is what the database has to hold again. */
    private static void requireAsFrozen(Run run, Database database) {
        List<String> wrong = new ArrayList<>(database.counts().differencesFrom(run.counts()));
        differs(
                "schema",
                run.fact(1, JournalKeys.SCHEMA).orElse(""),
                database.schemaVersion().map(Version::toString).orElse(""),
                wrong);
        differs(
                "newest post",
                run.fact(1, JournalKeys.NEWEST_POST).orElse("0"),
                Long.toString(database.newestPost().map(Instant::toEpochMilli).orElse(0L)),
                wrong);
        if (!wrong.isEmpty()) {
            throw new StageFailedException(
                    "The command that saves the database (go-back) ended well, but the database is not what it was after"
                            + " the stop: " + String.join("; ", wrong) + ".",
                    Hint.run(
                            "Bring the database back to what it was by hand, or fix the command. Then go on.",
                            Goal.ROLLBACK));
        }
    }

    private static void differs(String what, String before, String now, List<String> wrong) {
        if (!before.equals(now)) {
            wrong.add(what + ": " + before + " before, " + now + " now");
        }
    }
}
