package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.context.ClusterPart.Pause;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What both orders do with nodes: the same goals, the proxies around them, and messages about what failed. */
final class Work {

    private static final Cluster.Outcome DONE = new Cluster.Outcome(Optional.empty(), null);

    private final Cluster cluster;
    private final Proxies proxies;
    private final HeldLock lock;
    private final Set<Node> prepared = new HashSet<>();

    Work(Cluster cluster, Proxies proxies, HeldLock lock) {
        this.cluster = cluster;
        this.proxies = proxies;
        this.lock = lock;
    }

    Cluster cluster() {
        return cluster;
    }

    Proxies proxies() {
        return proxies;
    }

    Reporter reporter() {
        return cluster.reporter();
    }

    /** The nodes that something holds for, in their order. */
    static List<Node> where(List<SeenNode> seen, Predicate<SeenNode> wanted) {
        return seen.stream().filter(wanted).map(SeenNode::node).toList();
    }

    /** The node whose new server migrates the database. */
    static Node first(Cluster cluster, ClusterPlan plan) {
        return cluster.nodes().stream().filter(plan::isFirst).findFirst().orElseThrow();
    }

    /** Carries a goal out on some nodes at once, and says on which it did not end well. */
    Map<Node, ProblemException> failures(List<Node> on, Function<Node, Request> goal) {
        return failures(on, goal, new LinkedHashMap<>());
    }

    /**
     * The same.
     *
     * @param results takes what was found or done, by the node's name
     */
    Map<Node, ProblemException> failures(
            List<Node> on, Function<Node, Request> goal, Map<String, Event.Result> results) {
        lock.require();
        Map<Node, ProblemException> failures = new LinkedHashMap<>();
        cluster.carryOut(on, goal).forEach((node, outcome) -> {
            outcome.result().ifPresent(result -> results.put(node.name(), result));
            if (outcome.problem() != null) {
                failures.put(node, outcome.problem());
            }
        });
        return failures;
    }

    /** Prepares nodes for their stop, all at once; nothing is stopped when one of them refuses. */
    void prepare(ClusterPlan plan, List<Node> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        reporter().info("Preparing " + names(nodes) + ": checks, archives, copies ahead");
        Map<Node, ProblemException> failures = failures(nodes, node -> plan.upgrade(node, Pause.BEFORE_STOP));
        if (!failures.isEmpty()) {
            throw failed(failures, "No server was stopped.", Goal.UPGRADE);
        }
        prepared.addAll(nodes);
    }

    /**
     * The upgrade of a node.
     *
     * @param until where it waits for the others
     */
    Request request(ClusterPlan plan, Node node, Pause until) {
        return prepared.contains(node) ? plan.prepared(node, until) : plan.upgrade(node, until);
    }

    /** Upgrades a node up to where its new server is verified; lifts what keeps its server from being started. */
    ProblemException upgrade(ClusterPlan plan, Node node) {
        lock.require();
        SeenNode now = Cluster.look(node);
        if (now.state() != null && now.state().kept() != null) {
            boolean inPlace = now.openRun() != null && now.openRun().installed();
            Cluster.Outcome installed =
                    inPlace ? DONE : cluster.carryOut(node, request(plan, node, Pause.BEFORE_START));
            if (installed.problem() != null) {
                return installed.problem();
            }
            node.banStart(null);
        }
        return cluster.carryOut(node, request(plan, node, Pause.BEFORE_FINISH)).problem();
    }

    /** Gives a node its requests again, when its server answers. */
    void enable(ClusterPlan plan, Node node) {
        proxies.enable(node, plan.proxyState(node));
    }

    /** After a failure: what answers, and was not left unverified, is in the proxies as it was found. */
    void putBack(ClusterPlan plan, ProblemException failure) {
        if (!proxies.drains()) {
            return;
        }
        for (SeenNode seen : cluster.look()) {
            NodeRun run = seen.openRun();
            boolean unproven = run != null && run.startBegun() && !run.verified();
            if (seen.state() == null || !seen.state().healthy() || unproven) {
                continue;
            }
            try {
                enableUnlessAsFound(plan, seen.node());
            } catch (ProblemException e) {
                failure.addSuppressed(e);
                reporter().warn("[" + seen.name() + "] " + e.getMessage());
            }
        }
    }

    /** Gives a node its requests again, unless the proxies have it as it was found. */
    void enableUnlessAsFound(ClusterPlan plan, Node node) {
        if (!isAsFound(plan, node)) {
            enable(plan, node);
        }
    }

    private boolean isAsFound(ClusterPlan plan, Node node) {
        try {
            return proxies.state(node)
                    .filter(state -> state.text().equals(plan.proxyState(node)))
                    .isPresent();
        } catch (ProblemException e) {
            // one of several proxies does not answer: the others are told all the same
            return false;
        }
    }

    /**
     * Makes sure that a node is only taken out while another one answers and gets requests.
     *
     * @throws StageFailedException when none does
     */
    void requireOthersServe(Node node, Goal goal) {
        boolean served = cluster.nodes().stream()
                .filter(other -> other != node)
                .filter(other -> proxies.state(other).map(ProxyState::serving).orElse(true))
                .anyMatch(other -> Cluster.look(other).isHealthy());
        if (!served) {
            throw new StageFailedException(
                    "No other node answers and gets requests, so " + node.name() + " was not stopped.",
                    Hint.run("Find out why the others do not serve, then run the goal again.", goal));
        }
    }

    /** What is thrown when nodes have failed. */
    static StageFailedException failed(Map<Node, ProblemException> failures, String standing, Goal goal) {
        String text = failures.entrySet().stream()
                .map(each -> each.getKey().name() + ": "
                        + each.getValue().getMessage().strip())
                .collect(Collectors.joining("\n"));
        ProblemException first = failures.values().iterator().next();
        Hint hint = first.hint();
        return new StageFailedException(
                text + "\n" + standing,
                hint != null && hint.goal() == null
                        ? Hint.run(hint.text() + " Then run the goal again.", goal)
                        : Hint.run("Fix the cause, then run the goal again.", goal),
                first);
    }

    static String names(List<Node> nodes) {
        return nodes.stream().map(Node::name).collect(Collectors.joining(", "));
    }
}
