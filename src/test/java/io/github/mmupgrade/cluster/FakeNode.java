package io.github.mmupgrade.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.cluster.node.NodeDatabase;
import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.ClusterPart.Order;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A node without a server: it does what the engine does with its journal, as far as one can see from outside, and writes
 * down in which order. What the engine really does on a machine is tried with {@link ClusterScene}.
 */
final class FakeNode implements Node {

    static final String OLD = "10.10.1";
    static final String NEW = "10.11.2";

    final String name;
    final List<String> told;
    String release = OLD;
    boolean running = true;
    String kept;
    String worker;

    /** What tells its file store from others; null when it cannot be read. */
    String files = "the files";

    Optional<String> holder = Optional.empty();
    Goal goal = Goal.UPGRADE;
    GoalArguments arguments = new GoalArguments.None();

    /** Why a goal is not carried out; null to carry it out. Is asked before. */
    Function<Request, ProblemException> fails = request -> null;

    /** Why the run cannot be rolled back without a loss; null when it can. */
    String againstRollback;

    Run.State state;
    ClusterPart part;
    String proxyState = "";
    boolean drained;
    boolean stopBegun;
    boolean installed;
    boolean startBegun;
    boolean verified;
    boolean rollbackBegun;
    private final UpgradeOptions options;

    FakeNode(String name, UpgradeOptions options, List<String> told) {
        this.name = name;
        this.options = options;
        this.told = told;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String address() {
        return name + ":8065";
    }

    @Override
    public Request request() {
        return new Request(goal, options, arguments);
    }

    @Override
    public NodeState inspect(String question) {
        String answer = running ? release : "no answer (nothing listens)";
        return new NodeState(
                List.of(name),
                System.currentTimeMillis(),
                release,
                "enterprise",
                "systemd mattermost",
                running,
                answer,
                running,
                running ? release : null,
                new NodeDatabase("postgres://db/mm", "the database", "", List.of()),
                "/data",
                files,
                true,
                Map.of(),
                run(),
                worker,
                kept,
                List.of());
    }

    private NodeRun run() {
        return state == null
                ? null
                : new NodeRun(
                        "20261129T120000Z",
                        "upgrade",
                        state,
                        OLD,
                        NEW,
                        part.order(),
                        part.nodes(),
                        part.leftOut(),
                        proxyState,
                        drained,
                        stopBegun,
                        installed,
                        startBegun,
                        verified,
                        rollbackBegun,
                        againstRollback,
                        null);
    }

    @Override
    public Optional<String> lock() {
        return holder;
    }

    @Override
    public void banStart(String why) {
        told.add((why == null ? "allow " : "ban ") + name);
        kept = why;
        running &= why == null;
    }

    @Override
    public void noteDrained(boolean now) {
        drained = now;
    }

    @Override
    public void carryOut(Request asked, Reporter reporter) {
        ClusterPart its = asked.options().cluster();
        synchronized (told) {
            told.add(asked.goal() + (its == null || its.pause() == null ? "" : " " + its.pause()) + " " + name);
        }
        ProblemException why = fails.apply(asked);
        if (why != null) {
            throw why;
        }
        switch (asked.goal()) {
            case CHECK_VERSION -> reporter.report(new Event.Result(Goal.CHECK_VERSION, whereTo(), List.of()));
            case UPGRADE -> upgrade(its);
            case ROLLBACK -> rollback(its);
            case START -> running = true;
            default -> {
                // nothing that can be seen
            }
        }
    }

    private ObjectNode whereTo() {
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("installedVersion", release).put("targetVersion", NEW).put("upgradeNeeded", !release.equals(NEW));
        return data;
    }

    void upgrade(ClusterPart its) {
        if (state != Run.State.OPEN) {
            state = Run.State.OPEN;
            stopBegun = installed = startBegun = verified = rollbackBegun = drained = false;
            proxyState = its.proxyState();
        }
        part = its;
        if (its.pause() == ClusterPart.Pause.BEFORE_STOP) {
            return;
        }
        if (!installed) {
            running = false;
            stopBegun = true;
            installed = true;
            release = NEW;
            kept = its.waitsForFirst() ? "It waits." : kept;
        }
        if (its.pause() == ClusterPart.Pause.BEFORE_START) {
            return;
        }
        if (!verified) {
            kept = null;
            startBegun = true;
            verified = true;
            running = true;
        }
        if (its.pause() == null) {
            state = Run.State.FINISHED;
        }
    }

    private void rollback(ClusterPart its) {
        rollbackBegun = true;
        state = Run.State.OPEN;
        if (stopBegun) {
            release = OLD;
            running = false;
        }
        if (its.pause() == null) {
            if (kept != null) {
                throw new IllegalStateException("the service is kept from starting");
            }
            running = true;
            state = Run.State.ROLLED_BACK;
        }
    }

    @Override
    public void close() {
        // nothing is open
    }

    /** As an upgrade of these nodes has left it before the end of its run. */
    void verified(List<String> nodes, Order order) {
        upgrade(new ClusterPart(
                name, nodes, order, nodes.get(0).equals(name), List.of(), "ready", ClusterPart.Pause.BEFORE_FINISH));
    }
}
