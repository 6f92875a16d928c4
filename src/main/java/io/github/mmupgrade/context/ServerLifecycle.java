package io.github.mmupgrade.context;

import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.ReadyWait;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import io.github.mmupgrade.server.WaitTimer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Stops and starts the installed server, and waits until it has stopped or answers. */
public final class ServerLifecycle {

    private static final Duration LINGERING = Duration.ofSeconds(5);

    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);

    private final GoalContext context;

    public ServerLifecycle(GoalContext context) {
        this.context = context;
    }

    /** Stops the server and says so. */
    public void stop() {
        InstalledServer server = context.server();
        // who looks at the port below must not find the page there
        context.downtime().needsPort(server::listenAddress);
        StopOrder order = new StopOrder(context);
        if (server.running().isEmpty() && server.control().state().down()) {
            context.reporter().info("The server is not running");
            order.carriedOut();
            context.downtime().isDown(server::listenAddress);
            return;
        }
        context.downtime().begins();
        server.running().ifPresent(running -> order.given(running.pid()));
        String process =
                server.running().map(running -> ", process " + running.pid()).orElse("");
        server.control().stop(context.options().limits().stop());
        order.carriedOut();
        context.reporter()
                .info("Stopped " + server.control().name() + " ("
                        + server.control().kind() + process + ")");
        context.downtime().isDown(server::listenAddress);
    }

    /** An earlier call has stopped the server: who asks for it is told so again, where that is wanted. */
    public void tellDown() {
        context.downtime().isDown(() -> context.server().listenAddress());
    }

    /** Starts the server and waits until a release answers; the limit runs from the last sign of progress. */
    public ServerAnswer startAndWait(Version release) {
        awaitStopUnderWay();
        InstalledServer server = context.server();
        EffectiveConfiguration effective = server.effective();
        ServerLog log = new ServerLog(server);
        context.downtime().needsPort(server::listenAddress);
        LifeWatch life = server.control().start();
        ServerProbe probe = new ServerProbe(server.listenAddress(), ONE_ANSWER);
        ReadyWait wait = new ReadyWait(
                probe::ask,
                life,
                () -> progress(server) + log.size(),
                () -> log.linesThatMatter().stream()
                        .map(line -> Secrets.redactText(line, effective.secretValues()))
                        .toList(),
                context.reporter(),
                WaitTimer.real());
        ServerAnswer answer = wait.waitFor(release, context.options().limits().start());
        context.downtime().ends();
        context.reporter()
                .info("Started " + server.control().name() + ": Mattermost " + release + " answers on "
                        + server.listenAddress());
        return answer;
    }

    /** A call that was killed just after it told the server to stop leaves one that still ends. */
    private void awaitStopUnderWay() {
        new StopOrder(context).stopping().ifPresent(pid -> {
            context.reporter().info("Process " + pid + " was told to stop and has not ended yet; waiting for it");
            stop();
        });
    }

    private static String progress(InstalledServer server) {
        try (Database database = server.openDatabase()) {
            return database.progressMarker().toString();
        } catch (ProblemException e) {
            return "";
        }
    }

    /** Refuses when somebody can still write to the database of a server that is stopped. */
    public void requireNoOtherWriter() {
        requireNoOtherWriter(LINGERING);
    }

    /**
     * The same.
     *
     * @param patience for how long others may still end their sessions, such as other nodes that are being stopped
     */
    public void requireNoOtherWriter(Duration patience) {
        try (Database database = context.server().openDatabase()) {
            requireNoOtherWriter(database, patience);
        }
    }

    /** The same for a database that is going to be replaced. */
    public static void requireNoOtherWriter(Database database) {
        requireNoOtherWriter(database, LINGERING);
    }

    private static void requireNoOtherWriter(Database database, Duration patience) {
        List<Session> writers = writers(database, patience);
        if (!writers.isEmpty()) {
            throw new RefusedException(
                    "The server is stopped, but other sessions can still write to " + database.dataSource() + ": "
                            + writers.stream().map(Session::toString).collect(Collectors.joining("; ")) + ".",
                    Hint.of("Stop the other nodes of the cluster and everything else that uses this database, then run"
                            + " the goal again."));
        }
    }

    /** Who can still write; the stopped server's own sessions get a moment to end. */
    private static List<Session> writers(Database database, Duration limit) {
        database.endIdlePooledSessions();
        Duration patience = WaitTimer.real().elapsed().plus(limit);
        while (true) {
            List<Session> writers = database.foreignSessions().stream()
                    .filter(Session::ableToWrite)
                    .toList();
            if (writers.isEmpty() || WaitTimer.real().elapsed().compareTo(patience) > 0) {
                return writers;
            }
            WaitTimer.real().sleep(Duration.ofMillis(100));
        }
    }
}
