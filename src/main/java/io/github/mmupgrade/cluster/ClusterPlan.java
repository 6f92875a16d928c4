package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.ClusterPart.Order;
import io.github.mmupgrade.context.ClusterPart.Pause;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an upgrade of a cluster does. Every node's journal has it from the beginning, so that whoever comes next goes on.
 *
 * @param order how the nodes follow one another
 * @param reason why, as a sentence
 * @param nodes the names of the nodes that take part, in the order of the work
 * @param leftOut the names of those that were left out
 * @param target the release that is wanted; null for what each request says
 * @param proxyStates how the proxies had each node before anything was done, by its name
 */
record ClusterPlan(
        Order order,
        String reason,
        List<String> nodes,
        List<String> leftOut,
        String target,
        Map<String, String> proxyStates) {

    ClusterPlan {
        nodes = List.copyOf(nodes);
        leftOut = List.copyOf(leftOut);
        proxyStates = Map.copyOf(proxyStates);
    }

    /** The plan of a run that a node has in progress, with what is known of the proxies. */
    static ClusterPlan of(NodeRun run, Map<String, String> proxyStates) {
        return new ClusterPlan(
                run.order(),
                "The upgrade to " + run.target() + " that is in progress has this order.",
                run.nodes(),
                run.leftOut(),
                run.target(),
                proxyStates);
    }

    /** The same with further nodes left out. */
    ClusterPlan without(List<String> more) {
        List<String> all = new ArrayList<>(leftOut);
        more.stream().filter(name -> !all.contains(name)).forEach(all::add);
        return new ClusterPlan(order, reason, nodes, all, target, proxyStates);
    }

    /** Whether a node is the first: its new server migrates the database. */
    boolean isFirst(Node node) {
        return node.name().equals(nodes.get(0));
    }

    /** How the proxies had a node; empty when that is not known. */
    String proxyState(Node node) {
        return proxyStates.getOrDefault(node.name(), "");
    }

    /**
     * The upgrade of a node.
     *
     * @param until where it waits for the others; null for nowhere
     */
    Request upgrade(Node node, Pause until) {
        UpgradeOptions options = node.request().options();
        boolean saves = order == Order.TOGETHER && isFirst(node);
        // one that must not run before the first has migrated must not come back by itself either
        OnFailure failure = order == Order.TOGETHER && !isFirst(node) ? OnFailure.STOP : options.onFailure();
        UpgradeOptions its = options.asNode(
                saves ? options.backup() : options.backup().ofNodeAlone(),
                saves ? options.announcement() : UpgradeOptions.Announcement.NONE,
                failure,
                part(node, until));
        boolean named = options.target().version() != null || options.target().archive() != null;
        return new Request(Goal.UPGRADE, named || target == null ? its : its.to(target), new GoalArguments.None());
    }

    /** The upgrade of a node that has just been prepared for it: it goes on with that, and plans nothing again. */
    Request prepared(Node node, Pause until) {
        Request named = upgrade(node, until);
        return new Request(Goal.UPGRADE, named.options().asPlanned(), named.arguments());
    }

    /** The checks of a node before its upgrade. */
    Request checked(Node node) {
        return new Request(Goal.PREFLIGHT, upgrade(node, null).options(), new GoalArguments.None());
    }

    /**
     * The rollback of a node.
     *
     * @param discardNewData whether to go back although users have written since
     * @param until where it waits for the others; null for nowhere
     */
    Request rollback(Node node, boolean discardNewData, Pause until) {
        UpgradeOptions options = node.request().options();
        return new Request(
                Goal.ROLLBACK,
                options.asNode(
                        options.backup(), UpgradeOptions.Announcement.NONE, options.onFailure(), part(node, until)),
                new GoalArguments.Rollback(null, discardNewData));
    }

    private ClusterPart part(Node node, Pause until) {
        return new ClusterPart(node.name(), nodes, order, isFirst(node), leftOut, proxyState(node), until);
    }

    /** A backup that stops no server, whatever a backup on its own would do. */
    static Request backupWhileRunning(Node node) {
        UpgradeOptions options = node.request().options();
        return new Request(
                Goal.BACKUP,
                options.at(
                        options.installDirectory(),
                        options.places(),
                        options.service(),
                        options.backup().ofRunningServer()),
                new GoalArguments.None());
    }

    /** A goal of a node that is not part of an upgrade of the cluster. */
    static Request plain(Node node, Goal goal) {
        return new Request(goal, node.request().options(), new GoalArguments.None());
    }
}
