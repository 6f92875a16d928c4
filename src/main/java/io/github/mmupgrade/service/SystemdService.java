package io.github.mmupgrade.service;

import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.LifeWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A server that systemd manages. */
final class SystemdService implements ServiceControl {

    private static final List<String> SYSTEMCTL = List.of("systemctl", "--no-ask-password", "--no-pager");

    private final ServiceContext context;
    private final String unit;

    /**
     * A service.
     *
     * @param context the server
     * @param name the unit's name, with or without {@code .service}
     */
    SystemdService(ServiceContext context, String name) {
        this.context = context;
        this.unit = name.endsWith(".service") ? name : name + ".service";
    }

    @Override
    public ServiceKind kind() {
        return ServiceKind.SYSTEMD;
    }

    @Override
    public String name() {
        return unit;
    }

    @Override
    public ServiceState state() {
        return show().state();
    }

    @Override
    public Optional<Long> mainPid() {
        return show().mainPid();
    }

    @Override
    public UnitDescription unit() {
        return SystemdUnit.read(context, unit);
    }

    /** From systemd 229 on {@code reset-failed}, which precedes each of our starts, forgets those before; not earlier. */
    @Override
    public Optional<StartLimit> startLimit() {
        SystemdShow show = show();
        long starts = show.number("StartLimitBurst", 0);
        // the property had no unit in its name before systemd 230
        Duration within = Optional.ofNullable(SystemdUnit.span(show.text("StartLimitIntervalUSec")))
                .orElseGet(() -> SystemdUnit.span(show.text("StartLimitInterval")));
        return starts > 0 && within != null
                ? Optional.of(new StartLimit((int) Math.min(starts, Integer.MAX_VALUE), within))
                : Optional.empty();
    }

    @Override
    public LifeWatch start() {
        SystemdShow before = show();
        ServiceState state = before.state();
        requireKnown(before);
        if (state == ServiceState.MASKED) {
            throw new RefusedException(
                    unit + " is masked, so systemd does not start it",
                    Hint.of("To unmask it, run: systemctl unmask " + unit + "."));
        }
        if (state != ServiceState.RUNNING && before.mainPid().isEmpty()) {
            Shutdown.requireNoStranger(context, List.of(), unit + " was not started");
        }
        if (state != ServiceState.RUNNING) {
            // after several failed starts systemd refuses any other until it is told to forget them
            act("reset-failed", unit);
            // not waiting for the job: a unit of Type=notify is "started" only when a migration of hours is over
            CommandResult started = act("start", "--no-block", unit);
            if (!started.succeeded()) {
                throw new StageFailedException(
                        unit + " could not be started: " + started.tail(),
                        Hint.of("See what systemd reports: systemctl status " + unit + "."));
            }
        }
        return new Life(show().number("NRestarts", 0));
    }

    @Override
    public void stop(Duration limit, boolean force) {
        Duration started = context.pace().elapsed();
        SystemdShow before = show();
        Shutdown shutdown = new Shutdown(context, before.mainPid());
        requireKnown(before);
        if (before.state().down()) {
            ForeignServer.refuse(context, shutdown.alive(), unit);
            Shutdown.requireNoStranger(context, List.of(), unit + " is already stopped; nothing was done");
            return;
        }
        // a stop also ends waiting for an automatic restart, which a signal would not
        CommandResult stopped = act("stop", "--no-block", unit);
        if (!stopped.succeeded()) {
            throw new StageFailedException(
                    unit + " could not be stopped: " + stopped.tail(),
                    Hint.of("See what systemd reports: systemctl status " + unit + "."));
        }
        shutdown.await(unit, started, limit, force, () -> {});
        awaitDown(started, limit);
    }

    /** The processes are gone; systemd may still have to take notice, or be about to start them again. */
    private void awaitDown(Duration started, Duration limit) {
        ServiceState state = state();
        while (!state.down()) {
            if (context.pace().elapsed().minus(started).compareTo(limit) > 0) {
                throw new StageFailedException(
                        unit + " did not stop within " + limit.toSeconds() + " s: systemd reports that it is "
                                + state.name().toLowerCase(java.util.Locale.ROOT),
                        Hint.of("See what keeps it running: systemctl status " + unit + "."));
            }
            context.pace().sleep(Duration.ofMillis(20));
            state = state();
        }
    }

    private void requireKnown(SystemdShow show) {
        if (!show.answered()) {
            throw new RefusedException(
                    "systemd does not answer on this host",
                    Hint.of("Set mattermost.service to what manages the server: upstart, sysv, command or process."));
        }
        if (show.state() == ServiceState.UNKNOWN) {
            throw new RefusedException(
                    "systemd has no service " + unit + " (" + show.text("LoadState") + ")",
                    Hint.of(
                            "Set mattermost.serviceName to its name. The command systemctl list-unit-files lists all services."));
        }
    }

    private SystemdShow show() {
        return SystemdShow.of(context, unit);
    }

    private CommandResult act(String... arguments) {
        List<String> line = new ArrayList<>(SYSTEMCTL);
        line.addAll(List.of(arguments));
        return ManagerCommand.act(context, line);
    }

    private final class Life implements LifeWatch {
        private static final Set<String> DYING = Set.of("auto-restart", "auto-restart-queued", "failed");

        private final long restarts;

        Life(long restarts) {
            this.restarts = restarts;
        }

        @Override
        public Optional<String> death() {
            SystemdShow now = show();
            if (now.state() == ServiceState.FAILED
                    || now.state() == ServiceState.STOPPED
                    || DYING.contains(now.text("SubState"))
                    || now.number("NRestarts", 0) > restarts) {
                return Optional.of(unit + " has ended: " + reason(now));
            }
            return Optional.empty();
        }

        private String reason(SystemdShow now) {
            String status = now.text("ExecMainStatus");
            String how =
                    switch (now.text("ExecMainCode")) {
                        case "1" -> "exit status " + status;
                        case "2", "3" -> "signal " + status;
                        default -> "";
                    };
            String result = now.text("Result");
            return result.isEmpty() || result.equals("success")
                    ? (how.isEmpty() ? "state " + now.text("SubState") : how)
                    : result + (how.isEmpty() ? "" : ", " + how);
        }
    }
}
