package io.github.mmupgrade.service;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.PortWatch;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Waits until a server is gone for good: every process of it ended, and nobody listens on its port.
 *
 * <p>Both matter: a new release that meets the old one on its port migrates the database first and only then fails.
 */
final class Shutdown {

    /** How often everything is looked at: new processes, children, the port. */
    private static final Duration POLL = Duration.ofMillis(100);

    /** How often the known processes are looked at in between, which costs next to nothing. */
    private static final Duration GLANCE = Duration.ofMillis(5);

    /** How long a port may outlive the processes that were seen to hold it. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final Duration AFTER_KILL = Duration.ofSeconds(10);

    private final ServiceContext context;
    private final Processes processes;
    private final Map<Long, ProcessInfo> family = new LinkedHashMap<>();

    /** Takes down who is to be gone afterwards: the main process, the servers of the installation, and their children. */
    Shutdown(ServiceContext context, Optional<Long> mainPid) {
        this.context = context;
        this.processes = context.processes();
        mainPid.flatMap(processes::find).ifPresent(this::add);
        context.servers().forEach(server -> add(server.process()));
        addChildren();
    }

    /** Whether nothing runs. */
    boolean nothingRuns() {
        return alive().isEmpty();
    }

    /** The processes that still run. */
    List<ProcessInfo> alive() {
        return family.values().stream().filter(p -> processes.runs(p.id())).toList();
    }

    /**
     * Refuses when the port is held by a program that isn't the server.
     *
     * @param purpose what it is for, for the message
     */
    static void requireNoStranger(ServiceContext context, Collection<ProcessInfo> family, String purpose) {
        stranger(context, family).ifPresent(owner -> {
            throw new RefusedException(
                    "Port " + owner.port() + " is taken by " + owner + ", not by the server in "
                            + context.installation() + ": " + purpose,
                    Hint.of("Stop that program, or correct ServiceSettings.ListenAddress."));
        });
    }

    private static Optional<PortWatch.PortOwner> stranger(ServiceContext context, Collection<ProcessInfo> family) {
        return Optional.ofNullable(context.listen())
                .flatMap(listen -> new PortWatch(context.host()).owner(listen))
                .filter(owner -> owner.process() == null
                        || family.stream()
                                .noneMatch(p -> p.id().equals(owner.process().id())));
    }

    List<ProcessInfo> family() {
        return List.copyOf(family.values());
    }

    /**
     * Waits.
     *
     * @param name the service's name, for messages
     * @param started when the stop was asked for, on the context's pace
     * @param limit how long after that it has to be over
     * @param force whether to end by SIGKILL what is left then
     * @param whileWaiting called in every round, for what has to be done about leftovers
     */
    void await(String name, Duration started, Duration limit, boolean force, Runnable whileWaiting) {
        Duration deadline = started.plus(limit);
        boolean killed = false;
        Duration emptySince = null;
        while (true) {
            context.servers().forEach(server -> add(server.process()));
            addChildren();
            List<ProcessInfo> left = alive();
            Optional<PortWatch.PortOwner> stranger = stranger(context, family.values());
            if (left.isEmpty() && stranger.isEmpty()) {
                return;
            }
            if (left.isEmpty()) {
                emptySince = emptySince == null ? context.pace().elapsed() : emptySince;
                if (context.pace().elapsed().minus(emptySince).compareTo(GRACE) > 0) {
                    throw portStillTaken(name, stranger.get());
                }
            }
            if (context.pace().elapsed().compareTo(deadline) > 0) {
                if (left.isEmpty()) {
                    throw portStillTaken(name, stranger.get());
                }
                if (!force || killed) {
                    throw stillThere(name, left, limit, killed);
                }
                signal(context, "KILL", left);
                killed = true;
                deadline = context.pace().elapsed().plus(AFTER_KILL);
            }
            whileWaiting.run();
            awaitChange(left.size());
        }
    }

    /** Waits until one of the processes ends, so that the end of the last one is noticed at once, or for a round. */
    private void awaitChange(int running) {
        Duration next = context.pace().elapsed().plus(POLL);
        do {
            context.pace().sleep(GLANCE);
        } while (context.pace().elapsed().compareTo(next) < 0 && (running == 0 || alive().size() == running));
    }

    /** Sends a signal; a process that is gone meanwhile doesn't matter. */
    static void signal(ServiceContext context, String signal, List<ProcessInfo> targets) {
        for (ProcessInfo target : targets) {
            // its number may have gone to another process since
            if (context.processes().runs(target.id())) {
                context.host()
                        .run(Command.of("sh", "-c", "kill -\"$1\" \"$2\"", "sh", signal, Long.toString(target.pid()))
                                .build());
            }
        }
    }

    private void add(ProcessInfo process) {
        family.putIfAbsent(process.pid(), process);
    }

    private void addChildren() {
        for (ProcessInfo member : List.copyOf(family.values())) {
            if (processes.runs(member.id())) {
                processes.descendants(member.pid()).forEach(this::add);
            }
        }
    }

    private StageFailedException stillThere(String name, List<ProcessInfo> left, Duration limit, boolean killed) {
        String who = left.stream().map(ProcessInfo::toString).collect(Collectors.joining(", "));
        return new StageFailedException(
                name + " did not stop within " + limit.toSeconds() + " s"
                        + (killed ? ", not even after SIGKILL" : "")
                        + ": process " + who + " still runs",
                Hint.of("A server that is stopped finishes its requests first. Wait for it, or end it yourself"
                        + " (kill -KILL "
                        + left.stream().map(p -> Long.toString(p.pid())).collect(Collectors.joining(" "))
                        + "), then run the goal again."));
    }

    private static StageFailedException portStillTaken(String name, PortWatch.PortOwner owner) {
        return new StageFailedException(
                name + " has stopped, but port " + owner.port() + " is taken by " + owner,
                Hint.of(
                        "Stop that program. Otherwise the new server would migrate the database and then fail to listen."));
    }
}
