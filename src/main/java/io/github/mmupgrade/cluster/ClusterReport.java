package io.github.mmupgrade.cluster;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.runreport.ClusterPage;
import io.github.mmupgrade.runreport.RunReports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Hands events on, and has one page written of what a call did on all nodes when it has come to its end. */
public final class ClusterReport implements Reporter {

    private static final Set<Goal> REPORTED = Set.of(Goal.UPGRADE, Goal.ROLLBACK);

    private final Reporter console;
    private final Path directory;
    private final Function<Hint, String> commands;
    private final Clock clock;
    private final Instant begun;
    private final List<Stamped> events = new ArrayList<>();
    private final Map<String, List<Stamped>> nodes = new LinkedHashMap<>();
    private Goal goal;

    /**
     * A report.
     *
     * @param console where events are handed on to
     * @param taking the nodes, in the order of the work
     * @param directory where pages are written
     * @param commands makes the command of a hint that has a goal
     */
    public ClusterReport(
            Reporter console, List<Node> taking, Path directory, Function<Hint, String> commands, Clock clock) {
        this.console = console;
        this.directory = directory;
        this.commands = commands;
        this.clock = clock;
        this.begun = clock.instant();
        taking.forEach(node -> nodes.put(node.name(), new ArrayList<>()));
    }

    /** Which goal it is about. */
    void of(Goal called) {
        goal = called;
    }

    /** What a node says; it is told to people by somebody else. */
    synchronized void node(String name, Event event) {
        if (!(event instanceof Event.Progress) && !(event instanceof Event.Message)) {
            nodes.get(name).add(stamped(event));
        }
    }

    @Override
    public void report(Event event) {
        Event told = event;
        if (event instanceof Event.Result result) {
            told = written(event)
                    .map(file -> (Event) RunReports.with(result, file))
                    .orElse(event);
        } else if (event instanceof Event.Failed || event instanceof Event.Refused) {
            written(event).ifPresent(file -> console.info("Report: " + file));
        } else if (EventText.level(event) != Event.Level.DEBUG && !(event instanceof Event.Progress)) {
            synchronized (this) {
                events.add(stamped(event));
            }
        }
        console.report(told);
    }

    private Stamped stamped(Event event) {
        return new Stamped(clock.instant().truncatedTo(ChronoUnit.MILLIS), event);
    }

    /** Writes the page; empty when no stage was begun on any node, and when it cannot be written. */
    private synchronized Optional<Path> written(Event last) {
        boolean worked = nodes.values().stream()
                .flatMap(List::stream)
                .anyMatch(each -> each.event() instanceof Event.StageBegun);
        if (!REPORTED.contains(goal) || !worked) {
            return Optional.empty();
        }
        List<Stamped> all = new ArrayList<>(events);
        all.add(stamped(last));
        try {
            return Optional.of(RunReports.ofCluster(
                    directory, goal, begun, new ClusterPage(goal, nodes, all, directory, commands)));
        } catch (IOException | RuntimeException e) {
            console.warn(RunReports.notWritten(e));
            return Optional.empty();
        }
    }
}
