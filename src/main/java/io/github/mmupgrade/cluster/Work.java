package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.context.ClusterPart.Pause;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
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

    /** Prepares the nodes that run for their stop, all at once; nothing is stopped when one of them refuses. */
    void prepare(ClusterPlan plan, List<SeenNode> pending) {
        List<Node> nodes = where(pending, each -> !each.isStopped());
        if (nodes.isEmpty()) {
            return;
        }
        reporter().info("Preparing " + names(nodes) + ": checks, archives, copies ahead");
        Map<Node, ProblemException> failures = failures(nodes, node -> plan.upgrade(node, Pause.BEFORE_STOP));
        if (!failures.isEmpty()) {
            List<Node> down = where(pending, each -> each.isStopped() && !each.isHealthy());
            throw failed(
                    failures,
                    down.isEmpty()
                            ? "No server was stopped."
                            : "No other server was stopped than by an earlier call, on " + names(down) + ".",
                    Goal.UPGRADE);
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

    /** Upgrades a node up to where its new server is verified; its start lifts what keeps its server from being started. */
    ProblemException upgrade(ClusterPlan plan, Node node) {
        lock.require();
        return cluster.carryOut(node, request(plan, node, Pause.BEFORE_FINISH)).problem();
    }

    /**
     * Brings the old release back on nodes whose database fits it again, or still does. None is allowed to start before its
     * files are in place.
     */
    Map<Node, ProblemException> takeBack(ClusterPlan plan, List<Node> nodes) {
        Map<Node, ProblemException> failures =
                new LinkedHashMap<>(failures(nodes, node -> plan.rollback(node, false, Pause.BEFORE_START)));
        failures.putAll(ban(without(nodes, failures), null));
        failures.putAll(failures(without(nodes, failures), node -> plan.rollback(node, false, null)));
        return failures;
    }

    /** Starts servers again that were only stopped, with the release that they have, and gives them their requests again. */
    Map<Node, ProblemException> startAgain(ClusterPlan plan, List<Node> nodes) {
        Map<Node, ProblemException> failures = new LinkedHashMap<>(ban(nodes, null));
        failures.putAll(failures(without(nodes, failures), node -> ClusterPlan.plain(node, Goal.START)));
        failures.putAll(enable(plan, without(nodes, failures)));
        return failures;
    }

    /**
     * Stops servers and keeps them from being started, or no longer.
     *
     * @param why a sentence; null to allow it again
     */
    Map<Node, ProblemException> ban(List<Node> nodes, String why) {
        lock.require();
        return problems(Cluster.atOnce(nodes, node -> problem(() -> node.banStart(why))));
    }

    private static List<Node> without(List<Node> nodes, Map<Node, ProblemException> failures) {
        return nodes.stream().filter(node -> !failures.containsKey(node)).toList();
    }

    private static Map<Node, ProblemException> problems(Map<Node, Optional<ProblemException>> found) {
        Map<Node, ProblemException> problems = new LinkedHashMap<>();
        found.forEach((node, problem) -> problem.ifPresent(each -> problems.put(node, each)));
        return problems;
    }

    private static Optional<ProblemException> problem(Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (ProblemException e) {
            return Optional.of(e);
        }
    }

    /** Takes a node out of the proxies; its journal has that, for whoever comes next. */
    void drain(ClusterPlan plan, Node node) {
        lock.require();
        if (!proxies.drains()) {
            return;
        }
        node.noteDrained(true);
        try {
            proxies.drain(node, plan.proxyState(node));
        } catch (RefusedException e) {
            // it has its requests again
            node.noteDrained(false);
            throw e;
        }
    }

    /** Gives a node its requests again, when its server answers. */
    void enable(ClusterPlan plan, Node node) {
        lock.require();
        proxies.enable(node, plan.proxyState(node));
        noteServed(node);
    }

    /** Gives nodes their requests again, each whether that works for the others or not. */
    Map<Node, ProblemException> enable(ClusterPlan plan, List<Node> nodes) {
        Map<Node, Optional<ProblemException>> done = new LinkedHashMap<>();
        nodes.forEach(node -> done.put(node, problem(() -> enable(plan, node))));
        return problems(done);
    }

    /**
     * Makes sure that all nodes got their requests again.
     *
     * @param failures those that did not
     * @throws StageFailedException naming them
     */
    static void requireEnabled(Map<Node, ProblemException> failures, Goal goal) {
        if (!failures.isEmpty()) {
            throw failed(
                    failures,
                    "The servers of all nodes are as they should be, but the proxies give no requests to "
                            + names(List.copyOf(failures.keySet())) + ".",
                    goal);
        }
    }

    /**
     * After a failure: what answers, was not left unverified, and is not worked on, is in the proxies as it was found.
     * Never throws.
     */
    void putBack(ClusterPlan plan, RuntimeException failure) {
        if (!proxies.drains()) {
            return;
        }
        if (!lock.holds()) {
            reporter().warn("The proxies were left as they are, because another caller may work on the cluster");
            return;
        }
        try {
            putBackEach(plan, failure);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void putBackEach(ClusterPlan plan, RuntimeException failure) {
        for (SeenNode seen : cluster.look()) {
            NodeRun run = seen.openRun();
            boolean unproven = run != null && run.startBegun() && !run.verified();
            if (seen.state() == null
                    || !seen.state().healthy()
                    || unproven
                    || seen.state().worker() != null) {
                continue;
            }
            try {
                enableUnlessAsFound(plan, seen.node());
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
                reporter().warn("[" + seen.name() + "] " + e.getMessage());
            }
        }
    }

    /**
     * What a call ends with that did not come to its end: once nodes have begun, even a refusal leaves the cluster half-way,
     * and says how its nodes are.
     *
     * @param begun tells from the run of a node whether it has begun
     */
    RuntimeException halfWay(ClusterPlan plan, RuntimeException failure, Goal goal, Predicate<NodeRun> begun) {
        if (!(failure instanceof RefusedException refused)) {
            return failure;
        }
        List<SeenNode> now = cluster.look();
        boolean any = now.stream()
                .filter(each -> each.state() != null && each.state().run() != null)
                .map(each -> each.state().run())
                .anyMatch(run -> run.isOfCluster() && run.target().equals(plan.target()) && begun.test(run));
        if (!any) {
            return failure;
        }
        String standing = now.stream()
                .map(each -> each.name() + ": " + ClusterStatus.shortly(each)
                        + (each.state() == null
                                ? ""
                                : "; answers " + each.state().answer()))
                .collect(Collectors.joining("\n"));
        return new StageFailedException(
                refused.getMessage().strip() + "\nThe nodes are half-way:\n" + standing,
                refused.hint().goal() == null
                        ? Hint.run(refused.hint().text() + " Then run the goal again.", goal)
                        : refused.hint(),
                refused);
    }

    /** Gives a node its requests again, unless the proxies have it as it was found. */
    void enableUnlessAsFound(ClusterPlan plan, Node node) {
        if (isAsFound(plan, node)) {
            noteServed(node);
        } else {
            enable(plan, node);
        }
    }

    /** Where that cannot be written down, the next upgrade puts the node back as it was found this time. */
    private void noteServed(Node node) {
        if (proxies.drains()) {
            problem(() -> node.noteDrained(false))
                    .ifPresent(why -> reporter().debug("[" + node.name() + "] " + why.getMessage()));
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

    /** Whether a node answers and gets requests. */
    boolean serves(Node node) {
        return proxies.state(node).map(ProxyState::serving).orElse(true)
                && Cluster.look(node).isHealthy();
    }

    /**
     * Makes sure that a node is only taken out while another one answers and gets requests.
     *
     * @throws StageFailedException when none does
     */
    void requireOthersServe(Node node, Goal goal) {
        boolean served = cluster.nodes().stream().filter(other -> other != node).anyMatch(this::serves);
        if (!served) {
            throw new StageFailedException(
                    "No other node answers and gets requests, so " + node.name() + " was not stopped.",
                    Hint.run("Find out why the others do not serve, then run the goal again.", goal));
        }
    }

    /** What is thrown when nodes have failed. */
    static StageFailedException failed(Map<Node, ProblemException> failures, String standing, Goal goal) {
        String text = inWords(failures);
        ProblemException first = failures.values().iterator().next();
        Hint hint = first.hint();
        return new StageFailedException(
                text + "\n" + standing,
                hint != null && hint.goal() == null
                        ? Hint.run(hint.text() + " Then run the goal again.", goal)
                        : Hint.run("Fix the cause, then run the goal again.", goal),
                first);
    }

    /** What failed on which node, a line each. */
    static String inWords(Map<Node, ProblemException> failures) {
        return failures.entrySet().stream()
                .map(each -> each.getKey().name() + ": "
                        + each.getValue().getMessage().strip())
                .collect(Collectors.joining("\n"));
    }

    static String names(List<Node> nodes) {
        return nodes.stream().map(Node::name).collect(Collectors.joining(", "));
    }
}
