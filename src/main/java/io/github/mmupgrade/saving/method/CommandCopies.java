package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.saving.CommandCall;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the organisation's own command has made for runs and was not told to discard: snapshots, standbys. */
public final class CommandCopies {

    private static final String DISCARD = "discard ";

    private final GoalContext context;

    public CommandCopies(GoalContext context) {
        this.context = context;
    }

    /** The command that a run has called; empty when it has called none. */
    static Optional<DatabaseCommand> command(Run run) {
        return run.fact(1, JournalKeys.COMMAND)
                .map(line -> new DatabaseCommand(
                        line,
                        Arrays.stream(run.requireFact(1, JournalKeys.COMMAND_MOMENTS)
                                        .split(","))
                                .map(moment ->
                                        Moment.valueOf(moment.replace('-', '_').toUpperCase(Locale.ROOT)))
                                .collect(Collectors.toSet()),
                        DatabaseCommand.FREEZE_LIMIT,
                        Duration.ofSeconds(Long.parseLong(run.requireFact(1, JournalKeys.COMMAND_LIMIT))),
                        null));
    }

    /** The name of what a run has; empty when there is nothing that a command could discard. */
    public Optional<String> of(Run run) {
        return command(run)
                .filter(command -> command.knows(Moment.DISCARD))
                .filter(command -> !discarded().contains(run.id()))
                .flatMap(command -> run.fact(1, JournalKeys.COMMAND_COPY));
    }

    private Set<String> discarded() {
        return discarded(Stream.of(context.journal(), context.upkeep()).flatMap(journal -> journal.events().stream()));
    }

    /** The names of the runs whose copies were discarded, as some events say. */
    public static Set<String> discarded(Stream<JournalEvent> events) {
        return events.filter(event -> event.kind() == Kind.DONE
                        && event.step() != null
                        && event.step().startsWith(DISCARD))
                .map(event -> event.step().substring(DISCARD.length()))
                .collect(Collectors.toSet());
    }

    /** The runs that have something. */
    public List<Run> runs() {
        return Run.all(context.journal()).stream()
                .filter(run -> of(run).isPresent())
                .toList();
    }

    /**
     * Lets the command discard what it has made for a run; nothing when there is nothing. When the command fails, this
     * warns, and it is tried again by the next upgrade or when old backups are removed.
     *
     * @param by the run that does so, and its stage: an older run must not become the one that worked last
     */
    public void discard(Run run, Run by, StageName stage) {
        Optional<String> copy = of(run);
        if (copy.isEmpty()) {
            return;
        }
        String step = DISCARD + run.id();
        by.markStep(0, stage, step, Kind.BEGIN, Map.of());
        Optional<String> failure;
        try (Database database = context.server().databaseForDumps()) {
            failure = new CommandCall(context, command(run).orElseThrow(), database, run.id())
                    .at(Moment.DISCARD)
                    .failure();
        } catch (ProblemException e) {
            failure = Optional.of(e.getMessage());
        }
        if (failure.isPresent()) {
            context.reporter().warn(failure.get() + "\n" + copy.get() + " is kept.");
            return;
        }
        by.markStep(0, stage, step, Kind.DONE, Map.of());
        context.reporter().info("Discarded " + copy.get() + ", which your own command has made");
    }
}
