package io.github.mmupgrade.runreport;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.RunEvents;
import io.github.mmupgrade.journal.RunHistory;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes the reports of runs: one HTML file each that needs no network and no script and holds no secret. It is for its
 * owner alone all the same, because it tells much of the installation.
 */
public final class RunReports {

    /** How many reports of rehearsals stay beside the next one. */
    private static final int KEPT_REHEARSALS = RunHistory.KEPT - 1;

    private final UpgradeOptions options;
    private final Host host;
    private final Clock clock;
    private final Function<Hint, String> commands;

    /**
     * The reports of an installation.
     *
     * @param commands makes the command of a hint that has a goal
     */
    public RunReports(UpgradeOptions options, Host host, Clock clock, Function<Hint, String> commands) {
        this.options = options;
        this.host = host;
        this.clock = clock;
        this.commands = commands;
    }

    /**
     * Writes the report of a run, in the place of an earlier one.
     *
     * @param id the run's name
     * @param events what was said while it was worked on, the oldest first
     * @param reporter is told of what is not known
     * @return where it is
     * @throws IOException when it cannot be written
     */
    public Path ofRun(String id, List<Stamped> events, Reporter reporter) throws IOException {
        GoalContext context = GoalContext.open(options, host, reporter, clock);
        return write(context, find(context, id), events);
    }

    /**
     * Makes the report of a run again and tells where it is. Changes nothing else.
     *
     * @param id the run's name; null for the last one
     * @throws RefusedException when there is no such run
     * @throws StageFailedException when it cannot be written
     */
    public void again(String id, Reporter reporter) {
        GoalContext context = GoalContext.open(options, host, reporter, clock);
        Run run = id == null ? last(context) : find(context, id);
        Path file;
        try {
            file = write(context, run, new RunEvents(context.directoryOf(run.id())).read());
        } catch (IOException e) {
            throw new StageFailedException(
                    notWritten(e),
                    Hint.of("Name a directory that this user can write to with mattermost.report.directory."),
                    e);
        }
        ObjectNode data = Json.MAPPER.createObjectNode().put("run", run.id()).put("reportFile", file.toString());
        reporter.report(new Event.Result(Goal.REPORT, data, List.of("Report of run " + run + ": " + file)));
    }

    /** What is said when a report cannot be written. */
    public static String notWritten(Exception why) {
        return "The report cannot be written: " + UnexpectedFailure.inWords(why)
                + ". The installation is not affected.";
    }

    private static Run last(GoalContext context) {
        return Run.last(context.journal())
                .orElseThrow(() -> new RefusedException(
                        "There was no run on " + context.installation() + " yet, so there is nothing to report.",
                        Hint.run("Show the current state.", Goal.STATUS)));
    }

    private static Run find(GoalContext context, String id) {
        return Run.all(context.journal()).stream()
                .filter(run -> run.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        "There is no run " + id + " on " + context.installation() + ".",
                        Hint.run("See which runs there are.", Goal.STATUS)));
    }

    private Path write(GoalContext context, Run run, List<Stamped> events) throws IOException {
        String name = run.kind() + "-" + run + ".html";
        return write(directory(Optional.of(context)).resolve(name), new RunPage(context, run, events, commands).text());
    }

    /**
     * Writes the report of a rehearsal.
     *
     * @param events what was said meanwhile, the oldest first
     * @param reporter is told of what is not known
     * @return where it is
     * @throws IOException when it cannot be written
     */
    public Path ofRehearsal(List<Stamped> events, Reporter reporter) throws IOException {
        Optional<GoalContext> context;
        try {
            context = Optional.of(GoalContext.open(options, host, reporter, clock));
        } catch (RefusedException onlyABackup) {
            context = Optional.empty();
        }
        Path file = directory(context).resolve("rehearsal-" + Run.name(clock.instant()) + ".html");
        if (options.places().reports() == null) {
            removeOldRehearsals(file.getParent());
        }
        String place =
                context.map(each -> "a copy of " + each.installation()).orElse("a backup") + " on " + host.name();
        return write(file, new RehearsalPage(place, clock.instant(), events, commands).text());
    }

    /**
     * Writes the report of a call that worked on all nodes of a cluster.
     *
     * @param directory where it is written
     * @param begun when the call began
     * @return where it is
     * @throws IOException when it cannot be written
     */
    public static Path ofCluster(Path directory, Goal goal, Instant begun, ClusterPage page) throws IOException {
        return write(directory.resolve("cluster-" + goal.key() + "-" + Run.name(begun) + ".html"), page.text());
    }

    /** A result that says where its report is. */
    public static Event.Result with(Event.Result result, Path file) {
        ObjectNode data = result.data().deepCopy();
        data.put("reportFile", file.toString());
        List<String> text = new ArrayList<>(result.text());
        int end = text.size();
        while (end > 0 && text.get(end - 1).isBlank()) {
            end--;
        }
        text.add(end, "  report       " + file);
        return new Event.Result(result.goal(), data, text);
    }

    private Path directory(Optional<GoalContext> context) {
        Path given = options.places().reports();
        return given == null
                ? context.map(GoalContext::state)
                        .orElse(options.places().state())
                        .resolve("reports")
                : given;
    }

    /** Pipelines rehearse every night; the reports of upgrades go with what is known of their runs. */
    private static void removeOldRehearsals(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> entries = Files.list(directory)) {
                List<Path> newestFirst = entries.filter(
                                entry -> entry.getFileName().toString().matches("rehearsal-[0-9TZ]+\\.html"))
                        .sorted(Comparator.reverseOrder())
                        .toList();
                for (Path old :
                        newestFirst.subList(Math.min(KEPT_REHEARSALS, newestFirst.size()), newestFirst.size())) {
                    Files.delete(old);
                }
            }
        }
    }

    private static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        AtomicFile.write(file, AtomicFile.PRIVATE, text);
        return file;
    }
}
