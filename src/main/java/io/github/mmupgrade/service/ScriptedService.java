package io.github.mmupgrade.service;

import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.RunningServer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A server that is started and stopped by command lines: those of a SysV init script, or the administrator's own.
 *
 * <p>What such a command says of the server's state is less than what the processes show: a script can lie.
 */
final class ScriptedService implements ServiceControl {

    private final ServiceContext context;
    private final Lines lines;
    private final UnitDescription unit;

    /**
     * The command lines of a service.
     *
     * @param start starts the server and returns
     * @param stop stops it
     * @param status ends with 0 when the server runs, 3 (or 1, 2) when it doesn't (LSB); null for none
     */
    record Lines(List<String> start, List<String> stop, List<String> status) {
        Lines {
            start = List.copyOf(start);
            stop = List.copyOf(stop);
            status = status == null ? null : List.copyOf(status);
        }
    }

    ScriptedService(ServiceContext context, UnitDescription unit, Lines lines) {
        this.context = Objects.requireNonNull(context);
        this.unit = unit;
        this.lines = lines;
    }

    @Override
    public ServiceKind kind() {
        return unit.kind();
    }

    @Override
    public String name() {
        return unit.name();
    }

    @Override
    public ServiceState state() {
        if (!context.servers().isEmpty()) {
            return ServiceState.RUNNING;
        }
        if (lines.status() == null) {
            return ServiceState.STOPPED;
        }
        CommandResult status = ManagerCommand.ask(context, lines.status());
        return switch (status.exitStatus()) {
            // no process of it, though the script says it runs: it may be on its way up, or elsewhere
            case 0 -> ServiceState.STARTING;
            case 1, 2 -> ServiceState.FAILED;
            case 3 -> ServiceState.STOPPED;
            default -> ServiceState.UNKNOWN;
        };
    }

    @Override
    public Optional<Long> mainPid() {
        return context.servers().stream().findFirst().map(RunningServer::pid);
    }

    @Override
    public UnitDescription unit() {
        return unit;
    }

    @Override
    public LifeWatch start() {
        if (context.servers().isEmpty()) {
            Shutdown.requireNoStranger(context, List.of(), name() + " was not started");
            run("start", lines.start(), Duration.ofMinutes(5));
        }
        return new ProcessLife(context);
    }

    @Override
    public void stop(Duration limit, boolean force) {
        Duration started = context.pace().elapsed();
        Shutdown shutdown = new Shutdown(context, Optional.empty());
        if (shutdown.nothingRuns() && state() != ServiceState.STARTING) {
            Shutdown.requireNoStranger(context, List.of(), name() + " is already stopped; nothing was done");
            return;
        }
        try {
            run("stop", lines.stop(), limit.plusSeconds(1));
        } catch (StageFailedException failed) {
            // many scripts answer with an error although they did what they should
            if (!new Shutdown(context, Optional.empty()).nothingRuns() && !force) {
                throw failed;
            }
        }
        shutdown.await(name(), started, limit, force, () -> {});
    }

    private void run(String what, List<String> line, Duration limit) {
        CommandResult result = ManagerCommand.act(context, line, limit);
        if (!result.succeeded()) {
            throw new StageFailedException(
                    "The command to " + what + " " + name() + " "
                            + (result.timedOut()
                                    ? "did not end within " + limit.toSeconds() + " s"
                                    : "ended with status " + result.exitStatus())
                            + (result.tail().isEmpty() ? "" : ":\n" + result.tail()),
                    Hint.of("Its complete output is in " + context.consoleLog() + "."));
        }
    }
}
