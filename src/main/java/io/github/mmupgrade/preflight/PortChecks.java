package io.github.mmupgrade.preflight;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.PortWatch;
import io.github.mmupgrade.server.PortWatch.PortOwner;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.service.ServiceKind;
import io.github.mmupgrade.service.StartLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Whether the server, once it is stopped, can be started again and get its port. */
final class PortChecks {

    private static final int FIRST_UNPRIVILEGED = 1024;

    /** CAP_NET_BIND_SERVICE, by its number in a mask of capabilities. */
    private static final int NET_BIND_SERVICE = 10;

    private static final String CAPABILITY = "cap_net_bind_service";

    /** What a stop, a start and the renames take at least; only the server of the last hop is watched. */
    private static final Duration SHORTEST_HOP = Duration.ofSeconds(2);

    private final GoalContext context;
    private final InstalledServer server;
    private final Optional<PlannedUpgrade> forecast;

    PortChecks(GoalContext context, InstalledServer server, Optional<PlannedUpgrade> forecast) {
        this.context = context;
        this.server = server;
        this.forecast = forecast;
    }

    void addTo(Map<String, Supplier<CheckResult>> checks) {
        checks.put("port", this::port);
        checks.put("privilege", this::privilege);
        checks.put("starts", this::starts);
    }

    /** Where the server listens now, and where it would after a restart. */
    private Set<ListenAddress> addresses() {
        Set<ListenAddress> addresses = new LinkedHashSet<>();
        addresses.add(server.listenAddress());
        addresses.add(server.asStopped().listenAddress());
        return addresses;
    }

    private CheckResult port() {
        PortWatch ports = new PortWatch(context.host());
        Set<Long> own = ownProcesses();
        for (ListenAddress address : addresses()) {
            Optional<PortOwner> owner = ports.owner(address);
            if (owner.isPresent() && !isOwn(owner.get(), own)) {
                return CheckResult.refused(
                        "port",
                        "Port " + address.port() + " is in use by " + owner.get()
                                + ", which is not the server. After a stop the server could not listen there again.",
                        Hint.of("Stop that program, or correct ServiceSettings.ListenAddress."));
            }
        }
        ListenAddress address = server.listenAddress();
        if (server.running().isPresent() && ports.owner(address).isEmpty()) {
            return CheckResult.warning("port", "the server runs, but nothing listens on " + address);
        }
        return CheckResult.ok(
                "port",
                address + (server.running().isPresent() ? " is used by the server" : " is free for the server"));
    }

    private Set<Long> ownProcesses() {
        Processes processes = new Processes(context.host());
        Set<Long> own = new HashSet<>();
        for (RunningServer running :
                RunningServer.find(context.host(), context.installation().directory())) {
            own.add(running.pid());
            processes.descendants(running.pid()).stream().map(ProcessInfo::pid).forEach(own::add);
        }
        return own;
    }

    /** Who is not root cannot see whose socket it is, but by which user it was opened. */
    private boolean isOwn(PortOwner owner, Set<Long> own) {
        return owner.process() == null
                ? server.running()
                        .filter(running -> running.owner().uid() == owner.uid())
                        .isPresent()
                : own.contains(owner.process().pid());
    }

    /** A port below 1024 is for root, or for a program that carries the right for it. */
    private CheckResult privilege() {
        Owner owner = server.running().map(RunningServer::owner).orElseGet(() -> context.installation()
                .owner());
        int port = server.asStopped().listenAddress().port();
        if (port >= firstUnprivileged() || owner.uid() == 0) {
            return CheckResult.ok("privilege", "port " + port + " needs no privilege");
        }
        Path program = context.installation().requireBinary();
        String what = "Port " + port + " is only for root, and " + program + " has no " + CAPABILITY;
        String how = "setcap " + CAPABILITY + "=+ep " + program;
        if (context.host().which("getcap").isEmpty()
                || context.host().which("setcap").isEmpty()) {
            return CheckResult.warning(
                    "privilege",
                    "port " + port + " is only for root. Whether " + program + " has " + CAPABILITY
                            + " cannot be checked without getcap and setcap; the new program would not have it");
        }
        if (context.host()
                .run(Command.of("getcap", program.toString()).build())
                .output()
                .contains(CAPABILITY)) {
            return CheckResult.ok("privilege", program + " has " + CAPABILITY + "; the new program gets it, too");
        }
        if (server.running().filter(running -> hasCapability(running.pid())).isPresent()
                || server.control().kind() == ServiceKind.SYSTEMD) {
            return CheckResult.ok(
                    "privilege", "port " + port + " is only for root; the service grants the right to use it");
        }
        return server.running().isPresent()
                ? CheckResult.warning(
                        "privilege", what + "; the server may not get the port again after a restart (" + how + ")")
                : CheckResult.refused("privilege", what + ".", Hint.of(how));
    }

    private int firstUnprivileged() {
        try {
            return Integer.parseInt(
                    Files.readString(context.host().path("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
                            .strip());
        } catch (IOException | NumberFormatException olderKernel) {
            return FIRST_UNPRIVILEGED;
        }
    }

    private boolean hasCapability(long pid) {
        try {
            return Files.readAllLines(context.host().path("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .map(line -> Long.parseUnsignedLong(
                            line.substring("CapEff:".length()).strip(), 16))
                    .anyMatch(mask -> (mask >> NET_BIND_SERVICE & 1) == 1);
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    /** Each hop is a start, and going back is another. */
    private CheckResult starts() {
        Optional<StartLimit> limit = server.control().startLimit();
        if (limit.isEmpty()) {
            return CheckResult.ok("starts", "the service has no limit on starts");
        }
        int needed = forecast.map(way -> way.path().hops().size()).orElse(1) + 1;
        boolean hit = needed > limit.get().starts()
                && SHORTEST_HOP
                                .multipliedBy(limit.get().starts())
                                .compareTo(limit.get().within())
                        < 0;
        return hit
                ? CheckResult.warning(
                        "starts",
                        server.control().name() + " may be started " + limit.get() + ", and this upgrade needs up to "
                                + needed + " starts; systemd before 229 refuses those beyond (raise StartLimitBurst"
                                + " for the time of the upgrade)")
                : CheckResult.ok("starts", limit.get() + " are enough");
    }
}
