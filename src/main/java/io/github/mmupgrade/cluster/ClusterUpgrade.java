package io.github.mmupgrade.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.context.ClusterPart.Order;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Upgrades the nodes of a cluster. It keeps no state of its own: each node's journal says what that node did, and whoever
 * calls reads them all and goes on.
 */
final class ClusterUpgrade {

    private final Work work;
    private final ClusterOptions options;

    ClusterUpgrade(Work work, ClusterOptions options) {
        this.work = work;
        this.options = options;
    }

    /** Begins an upgrade, or goes on with the one in progress. */
    Event.Result carryOut() {
        List<SeenNode> seen = startStopped(work.cluster().look());
        ClusterChecks checks = new ClusterChecks(seen, options, work.proxies());
        checks.requireReachable();
        // what has only been prepared may be planned anew
        Optional<NodeRun> open =
                checks.requireOneUpgrade().filter(run -> seen.stream().anyMatch(SeenNode::isStopped));
        if (seen.stream()
                .anyMatch(each -> each.openRun() != null && each.openRun().rollbackBegun())) {
            throw new RefusedException(
                    "A rollback of the cluster is not complete. Nothing was changed.",
                    Hint.run("Complete it first.", Goal.ROLLBACK));
        }
        Map<String, String> found = proxyStates(seen);
        ClusterPlan plan;
        List<SeenNode> pending;
        if (open.isPresent()) {
            requireSameTarget(open.get());
            plan = ClusterPlan.of(open.get(), found).without(options.leaveOut());
            pending = seen.stream()
                    .filter(each -> each.openRun() != null
                            || !open.get().target().equals(each.state().release()))
                    .toList();
            work.reporter().info("Going on with the upgrade to " + plan.target() + ", " + plan.order());
        } else {
            Forecast forecast = forecast(seen);
            if (forecast.pending().isEmpty()) {
                work.reporter().info("All nodes run the release that is wanted");
                return result(null, Map.of());
            }
            ClusterChecks.report(checks.run(), work.reporter());
            banOutdated(seen);
            plan = forecast.plan(work.cluster().names(), options.leaveOut(), found);
            pending = forecast.pending();
            work.reporter().info("Order: " + plan.order() + ". " + plan.reason());
        }
        List<SeenNode> ordered = inOrder(plan, pending);
        try {
            if (plan.order() == Order.TOGETHER) {
                new TogetherUpgrade(work, plan).carryOut(ordered);
            } else {
                new RollingUpgrade(work, plan).carryOut(ordered);
            }
        } catch (RuntimeException e) {
            work.putBack(plan, e);
            throw work.halfWay(plan, e, Goal.UPGRADE, NodeRun::stopBegun);
        }
        return finish(plan, ordered);
    }

    /** A rollback that was cut off before anything was put back has left servers stopped that have the new release. */
    private List<SeenNode> startStopped(List<SeenNode> seen) {
        if (seen.stream()
                .anyMatch(each -> each.state() == null
                        || (each.openRun() != null && each.openRun().rollbackBegun()))) {
            return seen;
        }
        String newest = seen.stream()
                .map(each -> each.state().run())
                .filter(Objects::nonNull)
                .max(Comparator.comparing(NodeRun::id))
                .map(NodeRun::target)
                .orElse("");
        List<SeenNode> stopped = seen.stream()
                .filter(each -> each.state().kept() != null && each.state().run() != null)
                // one that was left out of a later upgrade has an older release than the database
                .filter(each -> each.state().run().isOfCluster()
                        && each.state().run().target().equals(newest)
                        && each.state().run().verified()
                        && each.state().run().state() != Run.State.ROLLED_BACK)
                .toList();
        if (stopped.isEmpty()) {
            return seen;
        }
        boolean halfBack = seen.stream()
                .map(each -> each.state().run())
                .filter(Objects::nonNull)
                .anyMatch(run ->
                        run.isOfCluster() && run.target().equals(newest) && run.state() == Run.State.ROLLED_BACK);
        if (halfBack) {
            throw new RefusedException(
                    "The cluster is half rolled back from " + newest + ": the database is that of the old release, and "
                            + Work.names(Work.where(stopped, each -> true))
                            + " still have the new one. They are stopped. Nothing was changed.",
                    Hint.run("Complete the rollback.", Goal.ROLLBACK));
        }
        Map<Node, ProblemException> failures = work.startAgain(
                ClusterPlan.of(stopped.get(0).state().run(), proxyStates(stopped)), Work.where(stopped, each -> true));
        if (!failures.isEmpty()) {
            throw Work.failed(failures, "It was stopped for a rollback that did not begin.", Goal.UPGRADE);
        }
        return work.cluster().look();
    }

    /** One upgrade is brought to its end before another begins. */
    private void requireSameTarget(NodeRun open) {
        String wanted = work.cluster().first().request().options().target().version();
        boolean same = wanted == null
                || wanted.equals(open.target())
                || open.target().startsWith(wanted + ".")
                || !Character.isDigit(wanted.charAt(0));
        if (!same) {
            throw new RefusedException(
                    "The upgrade to " + open.target() + " is in progress and has stopped servers; " + wanted
                            + " is another one. Nothing was changed.",
                    Hint.run("Bring that one to its end, without a target, or roll back.", Goal.ROLLBACK));
        }
    }

    /** What would be done, a line each. */
    List<String> plan() {
        List<SeenNode> seen = work.cluster().look();
        ClusterChecks checks = new ClusterChecks(seen, options, work.proxies());
        checks.requireReachable();
        Optional<NodeRun> open = checks.requireOneUpgrade();
        if (open.isPresent()) {
            return List.of("go on with the upgrade to " + open.get().target() + ", "
                    + open.get().order());
        }
        Forecast forecast = forecast(seen);
        if (forecast.pending().isEmpty()) {
            return List.of("do nothing: all nodes run the release that is wanted");
        }
        ClusterChecks.report(checks.run(), work.reporter());
        ClusterPlan plan = forecast.plan(work.cluster().names(), options.leaveOut(), Map.of());
        String names = String.join(
                ", ", forecast.pending().stream().map(SeenNode::name).toList());
        return List.of(
                "upgrade " + names + " in the order " + plan.order() + ". " + plan.reason(),
                plan.order() == Order.ROLLING
                        ? "save the database on " + work.cluster().first().name()
                                + " while the servers run; then, node by node: drain, stop, install, start, verify, enable"
                        : "stop all but " + work.cluster().first().name() + " and install the release there; then stop "
                                + work.cluster().first().name()
                                + ", save the database, install, start and verify it; then start the others");
    }

    /**
     * What would be upgraded.
     *
     * @param pending the nodes that have not the release that is wanted
     * @param outdated those of them whose release is older than the database, because they were left out
     * @param choice the order
     * @param target the release
     */
    record Forecast(List<SeenNode> pending, List<SeenNode> outdated, OrderChoice choice, String target) {
        ClusterPlan plan(List<String> nodes, List<String> leftOut, Map<String, String> proxyStates) {
            // the first is one that has the database: not a node that is only caught up
            List<String> behind = (pending.size() == nodes.size() ? outdated : pending)
                    .stream().map(SeenNode::name).toList();
            List<String> ordered = new ArrayList<>(nodes);
            ordered.sort(Comparator.comparing(behind::contains));
            return new ClusterPlan(choice.order(), choice.reason(), ordered, leftOut, target, proxyStates);
        }
    }

    /** Asks each node where it would go. */
    Forecast forecast(List<SeenNode> seen) {
        List<SeenNode> pending = new ArrayList<>();
        Version oldest = null;
        List<Version> hops = List.of();
        String target = null;
        Map<Node, Cluster.Outcome> asked = work.cluster().ask(node -> ClusterPlan.plain(node, Goal.CHECK_VERSION));
        List<SeenNode> outdated = seen.stream()
                .filter(each -> new LeftOut(seen).why(each).isPresent())
                .toList();
        for (SeenNode each : seen) {
            if (outdated.contains(each)) {
                // its release is older than the database, which its own planning would refuse
                pending.add(each);
                continue;
            }
            Cluster.Outcome outcome = asked.get(each.node());
            if (outcome.problem() != null) {
                throw new RefusedException(
                        each.name() + ": " + outcome.problem().getMessage(),
                        outcome.problem().hint());
            }
            JsonNode data = outcome.result().orElseThrow().data();
            target = data.path("targetVersion").asText();
            if (data.path("upgradeNeeded").asBoolean()) {
                pending.add(each);
                Version installed = Version.parse(data.path("installedVersion").asText());
                if (oldest == null || installed.below(oldest)) {
                    oldest = installed;
                    hops = hops(data, Version.parse(target));
                }
            }
        }
        if (pending.isEmpty()) {
            return new Forecast(pending, outdated, null, target);
        }
        OrderChoice choice = oldest == null
                ? new OrderChoice(
                        Order.TOGETHER,
                        "The other nodes run " + target + " already, with the database; these were left out of it.")
                : OrderChoice.of(options, oldest, hops);
        return new Forecast(pending, outdated, choice, target);
    }

    private static List<Version> hops(JsonNode data, Version target) {
        List<Version> hops = new ArrayList<>();
        data.path("path").forEach(hop -> hops.add(Version.parse(hop.path("to").asText())));
        return hops.isEmpty() ? List.of(target) : hops;
    }

    /** The state of the proxies as it was found: that of now, unless a run is in progress or has not put it back. */
    private Map<String, String> proxyStates(List<SeenNode> seen) {
        Map<String, String> found = new LinkedHashMap<>();
        for (SeenNode each : seen) {
            NodeRun run = each.state().run();
            found.put(
                    each.name(),
                    run != null && run.isOfCluster() && (run.isOpen() || run.drained())
                            ? run.proxyState()
                            : work.proxies()
                                    .state(each.node())
                                    .map(ProxyState::text)
                                    .orElse(""));
        }
        return found;
    }

    /** A node that was left out of an earlier upgrade must not come up with its old release meanwhile. */
    private void banOutdated(List<SeenNode> seen) {
        for (SeenNode each : seen) {
            new LeftOut(seen)
                    .why(each)
                    .filter(why -> each.state().kept() == null)
                    .ifPresent(why -> {
                        each.node().banStart(why);
                        work.reporter().warn("[" + each.name() + "] " + why);
                    });
        }
    }

    private static List<SeenNode> inOrder(ClusterPlan plan, List<SeenNode> seen) {
        List<SeenNode> ordered = new ArrayList<>(seen);
        ordered.sort((one, other) -> Integer.compare(position(plan, one), position(plan, other)));
        return ordered;
    }

    private static int position(ClusterPlan plan, SeenNode seen) {
        int found = plan.nodes().indexOf(seen.name());
        return found < 0 ? Integer.MAX_VALUE : found;
    }

    /** All run and are verified: what is left takes nobody's time. */
    private Event.Result finish(ClusterPlan plan, List<SeenNode> upgraded) {
        List<Node> nodes = Work.where(upgraded, each -> true);
        Map<String, Event.Result> results = new LinkedHashMap<>();
        Map<Node, ProblemException> failures = work.failures(nodes, node -> work.request(plan, node, null), results);
        if (!failures.isEmpty()) {
            throw Work.failed(
                    failures, "All nodes run the new release. What is left of the upgrade was not done.", Goal.UPGRADE);
        }
        return result(plan, results);
    }

    private static Event.Result result(ClusterPlan plan, Map<String, Event.Result> results) {
        ObjectNode data = Json.MAPPER.createObjectNode();
        List<String> lines = new ArrayList<>();
        if (plan != null) {
            data.put("order", plan.order().toString())
                    .put("reason", plan.reason())
                    .put("targetVersion", plan.target());
            plan.leftOut().forEach(data.withArray("/leftOut")::add);
            lines.add("The upgrade of the cluster to " + plan.target() + " is done");
        }
        ObjectNode nodes = data.putObject("nodes");
        results.forEach((name, result) -> {
            nodes.set(name, result.data());
            lines.add("");
            lines.add(name);
            lines.addAll(result.text());
        });
        if (plan != null && !plan.leftOut().isEmpty()) {
            lines.add("");
            lines.add("Left out: " + String.join(", ", plan.leftOut())
                    + ". Do not start their old release. Upgrade them when they are back, by the same command.");
        }
        return new Event.Result(Goal.UPGRADE, data, lines);
    }
}
