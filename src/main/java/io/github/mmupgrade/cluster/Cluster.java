package io.github.mmupgrade.cluster;

import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The nodes of a cluster, in the order of the work. Asks them, and has goals carried out on several at a time. */
final class Cluster {

    private final List<Node> nodes;
    private final ClusterReport reporter;

    Cluster(List<Node> nodes, ClusterReport reporter) {
        this.nodes = List.copyOf(nodes);
        this.reporter = reporter;
    }

    List<Node> nodes() {
        return nodes;
    }

    Node first() {
        return nodes.get(0);
    }

    Reporter reporter() {
        return reporter;
    }

    List<String> names() {
        return nodes.stream().map(Node::name).toList();
    }

    /** Asks all nodes at once; in their order. */
    List<SeenNode> look() {
        String question = UUID.randomUUID().toString();
        return new ArrayList<>(atOnce(nodes, node -> look(node, question)).values());
    }

    /** Asks one node. */
    static SeenNode look(Node node) {
        return look(node, UUID.randomUUID().toString());
    }

    private static SeenNode look(Node node, String question) {
        long asked = System.currentTimeMillis();
        try {
            var state = node.inspect(question);
            long half = (System.currentTimeMillis() - asked) / 2;
            return new SeenNode(node, state, state.clock() - (asked + half), half, null);
        } catch (ProblemException e) {
            return new SeenNode(node, null, 0, 0, e);
        }
    }

    /**
     * How a goal ended on a node.
     *
     * @param result what it has found or done; empty when it has none
     * @param problem why it was refused or has failed; null when it did what it is for
     */
    record Outcome(Optional<Event.Result> result, ProblemException problem) {}

    /**
     * Carries a goal out on some nodes at once.
     *
     * @param goal the goal for a node
     * @return how it ended on each of them, in their order
     */
    Map<Node, Outcome> carryOut(List<Node> on, Function<Node, Request> goal) {
        return atOnce(on, node -> carryOut(node, goal.apply(node)));
    }

    /** Carries a goal out on one node. */
    Outcome carryOut(Node node, Request goal) {
        return carryOut(node, goal, Event.Level.DEBUG);
    }

    /** Has a question answered by some nodes at once, which tell only what wants attention. */
    Map<Node, Outcome> ask(Function<Node, Request> goal) {
        return atOnce(nodes, node -> carryOut(node, goal.apply(node), Event.Level.WARNING));
    }

    private Outcome carryOut(Node node, Request goal, Event.Level least) {
        NodeReporter its = new NodeReporter(node.name(), reporter, least);
        try {
            node.carryOut(goal, its);
            return new Outcome(its.result(), null);
        } catch (ProblemException e) {
            return new Outcome(its.result(), e);
        }
    }

    /** Does something with some nodes at once; the first unexpected failure is thrown when all have ended. */
    static <T> Map<Node, T> atOnce(List<Node> nodes, Function<Node, T> work) {
        Map<Node, Future<T>> begun = new LinkedHashMap<>();
        Map<Node, T> done = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, nodes.size()), Cluster::daemon);
        try {
            nodes.forEach(node -> begun.put(node, threads.submit(() -> work.apply(node))));
            RuntimeException unexpected = null;
            for (Map.Entry<Node, Future<T>> each : begun.entrySet()) {
                try {
                    done.put(each.getKey(), each.getValue().get());
                } catch (ExecutionException e) {
                    unexpected = e.getCause() instanceof RuntimeException failure
                            ? failure
                            : new IllegalStateException(e.getCause());
                }
            }
            if (unexpected != null) {
                throw unexpected;
            }
            return done;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StageFailedException(
                    "The work on the cluster was interrupted. What was begun on its nodes goes on.",
                    Hint.of("Run the goal again."),
                    e);
        } finally {
            threads.shutdown();
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "node");
        thread.setDaemon(true);
        return thread;
    }
}
