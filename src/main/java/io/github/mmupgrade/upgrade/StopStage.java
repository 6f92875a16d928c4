package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.Pace;
import io.github.mmupgrade.service.ServiceState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Stops the server, and makes sure that nobody else writes. */
final class StopStage implements Stage {

    static final String NAME = "stop";

    private static final Duration LINGERING = Duration.ofSeconds(5);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean afterTheStop() {
        return true;
    }

    @Override
    public List<String> plan(Workplace place, Run run, int hop) {
        InstalledServer server = place.server();
        return List.of(
                server.running().isPresent()
                        ? "stop " + server.control().name() + " ("
                                + server.control().kind() + "), process "
                                + server.running().get().pid()
                        : "not stop anything: the server does not run");
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        InstalledServer server = place.server();
        boolean ran = server.running().isPresent();
        run.note(
                hop,
                NAME,
                Map.of(
                        Facts.WAS_RUNNING,
                        // once it was seen running in this hop it has to run again in the end, however often this
                        // breaks
                        Boolean.toString(ran || wasRunning(run, hop))));
        if (ran && hop == 1) {
            // what was copied ahead must still be there: without it, all of it would be copied while nobody can work
            new BackupPlace(place).require();
        }
        stop(place, server);
        requireNoOtherWriter(place, server);
        return Map.of();
    }

    /** Refuses when somebody can still write to the database of a server that is stopped. */
    static void requireNoOtherWriter(Workplace place, InstalledServer server) {
        try (Database database = server.openDatabase()) {
            List<Session> writers = writers(database);
            if (!writers.isEmpty()) {
                throw new RefusedException(
                        "The server is stopped, but others can still write to " + database.dataSource() + ": "
                                + writers.stream().map(Session::toString).collect(Collectors.joining("; ")) + ".",
                        Hint.of("stop the other nodes of the cluster and whatever else uses this database, then call"
                                + " the goal again"));
            }
        }
    }

    /** Who can still write; the stopped server's own sessions get a moment to end. */
    private static List<Session> writers(Database database) {
        database.endIdlePooledSessions();
        Duration patience = Pace.real().elapsed().plus(LINGERING);
        while (true) {
            List<Session> writers = database.foreignSessions().stream()
                    .filter(Session::ableToWrite)
                    .toList();
            if (writers.isEmpty() || Pace.real().elapsed().compareTo(patience) > 0) {
                return writers;
            }
            Pause.milliseconds(100);
        }
    }

    /** Stops the server and says so. */
    static void stop(Workplace place, InstalledServer server) {
        StopOrder order = new StopOrder(place);
        if (server.running().isEmpty() && server.control().state().down()) {
            place.reporter().info("The server does not run");
            order.carriedOut();
            return;
        }
        server.running().ifPresent(running -> order.given(running.pid()));
        String process =
                server.running().map(running -> ", process " + running.pid()).orElse("");
        server.control().stop(place.options().limits().stop());
        order.carriedOut();
        place.reporter()
                .info("Stopped " + server.control().name() + " ("
                        + server.control().kind() + process + ")");
    }

    /** Whether the server ran before this hop stopped it. */
    static boolean wasRunning(Run run, int hop) {
        return run.fact(hop, Facts.WAS_RUNNING).map(Boolean::parseBoolean).orElse(false);
    }

    @Override
    public boolean stillHolds(Workplace place, Run run, int hop) {
        if (run.isBegun(hop, StartStage.NAME)) {
            // what runs behind the install is the new server, which the start stage has started
            return true;
        }
        InstalledServer server = place.server();
        // one that waits to be started again by itself comes up as soon as its program is back
        return server.running().isEmpty() && server.control().state() != ServiceState.STARTING;
    }
}
