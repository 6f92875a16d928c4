package io.github.mmupgrade.service;

import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.LifeWatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that Upstart manages (Ubuntu 14.04 and its like). */
final class UpstartService implements ServiceControl {

    private static final Pattern STATUS =
            Pattern.compile("\\S+(?: \\([^)]*\\))? (start|stop)/([a-z-]+)(?:, process (\\d+))?.*");

    private final ServiceContext context;
    private final String job;

    UpstartService(ServiceContext context, String job) {
        this.context = context;
        this.job = job;
    }

    @Override
    public ServiceKind kind() {
        return ServiceKind.UPSTART;
    }

    @Override
    public String name() {
        return job;
    }

    @Override
    public ServiceState state() {
        Optional<Matcher> status = status();
        if (status.isEmpty()) {
            return ServiceState.UNKNOWN;
        }
        boolean goesUp = status.get().group(1).equals("start");
        return switch (status.get().group(2)) {
            case "running" -> goesUp ? ServiceState.RUNNING : ServiceState.STOPPING;
            case "waiting" -> goesUp ? ServiceState.STARTING : ServiceState.STOPPED;
            default -> goesUp ? ServiceState.STARTING : ServiceState.STOPPING;
        };
    }

    @Override
    public Optional<Long> mainPid() {
        return status().map(matcher -> matcher.group(3)).map(Long::valueOf);
    }

    @Override
    public UnitDescription unit() {
        return UpstartJob.read(context, job);
    }

    @Override
    public LifeWatch start() {
        ServiceState state = requireKnown();
        if (state != ServiceState.RUNNING) {
            Shutdown.requireNoStranger(context, List.of(), job + " was not started");
            CommandResult started = ManagerCommand.act(context, List.of("initctl", "start", "--no-wait", job));
            if (!started.succeeded() && !started.output().contains("already running")) {
                throw new StageFailedException(
                        job + " could not be started: " + started.tail(),
                        Hint.of("See /var/log/upstart/" + job + ".log."));
            }
        }
        Optional<Long> first = mainPid();
        ProcessLife processes = new ProcessLife(context);
        return () -> {
            if (state() == ServiceState.STOPPED) {
                return Optional.of("the Upstart job " + job + " has ended");
            }
            // with respawn Upstart starts a server that died again under another number
            Optional<Long> now = mainPid();
            if (first.isPresent() && now.isPresent() && !now.equals(first) && !runs(first.get())) {
                return Optional.of("the Upstart job " + job + " has ended and was started again");
            }
            return processes.death();
        };
    }

    @Override
    public void stop(Duration limit, boolean force) {
        Duration started = context.pace().elapsed();
        ServiceState state = requireKnown();
        Shutdown shutdown = new Shutdown(context, mainPid());
        if (state == ServiceState.STOPPED) {
            ForeignServer.refuse(context, shutdown.alive(), job);
            Shutdown.requireNoStranger(context, List.of(), job + " is already stopped; nothing was done");
            return;
        }
        CommandResult stopped = ManagerCommand.act(context, List.of("initctl", "stop", "--no-wait", job));
        if (!stopped.succeeded() && state() != ServiceState.STOPPED) {
            throw new StageFailedException(
                    job + " could not be stopped: " + stopped.tail(),
                    Hint.of("See what Upstart reports: initctl status " + job + "."));
        }
        shutdown.await(job, started, limit, force, () -> {});
    }

    private boolean runs(long pid) {
        return context.processes().find(pid).filter(p -> !p.ended()).isPresent();
    }

    private ServiceState requireKnown() {
        ServiceState state = state();
        if (state == ServiceState.UNKNOWN) {
            throw new RefusedException(
                    "Upstart has no job " + job,
                    Hint.of("Set mattermost.serviceName to its name. The command initctl list lists all jobs."));
        }
        return state;
    }

    private Optional<Matcher> status() {
        CommandResult result = ManagerCommand.ask(context, List.of("initctl", "status", job));
        return result.lines().stream()
                .map(line -> STATUS.matcher(line.strip()))
                .filter(Matcher::matches)
                .findFirst();
    }
}
