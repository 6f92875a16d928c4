package io.github.mmupgrade.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.stages.Webhook;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The goals of a cluster: what each of them does with all nodes. */
public final class ClusterGoals {

    /** What is asked of every node and shown one after the other. */
    private static final Set<Goal> OF_EACH =
            Set.of(Goal.CHECK_VERSION, Goal.DIFF_CONFIG, Goal.VALIDATE_CONFIG, Goal.LIST_BACKUPS, Goal.VERIFY);

    /** What concerns the shared database and files: once, on the first node. */
    private static final Set<Goal> ONCE =
            Set.of(Goal.BACKUP, Goal.VERIFY_BACKUP, Goal.PRUNE_BACKUPS, Goal.REHEARSE, Goal.REPORT, Goal.ANNOUNCE);

    private final Cluster cluster;
    private final Proxies proxies;
    private final ClusterOptions options;
    private final ClusterReport reporter;
    private final Optional<Webhook> notified;

    /**
     * The goals of a cluster.
     *
     * @param nodes its nodes, in the order of the work, without those that are left out
     * @param commands for what stands in front of them
     * @param hosts the machines that these commands run on
     * @param reporter is told everything, and reports on it; the last event is the refusal or the failure, if there is one
     * @param notified is told how an upgrade or a rollback ended; empty for nobody
     */
    public ClusterGoals(
            List<Node> nodes,
            ProxyCommands commands,
            List<ProxyHost> hosts,
            ClusterOptions options,
            ClusterReport reporter,
            Optional<Webhook> notified) {
        this.cluster = new Cluster(nodes, reporter);
        this.proxies = new Proxies(commands, hosts, options, reporter);
        this.options = options;
        this.reporter = reporter;
        this.notified = notified;
    }

    /**
     * Carries a goal out.
     *
     * @param request the goal, as it was asked for
     * @throws ProblemException when it was refused or has failed
     */
    public void run(Request request) {
        reporter.of(request.goal());
        try {
            carryOut(request);
            tell(request, "is done", "");
        } catch (RefusedException e) {
            reporter.report(new Event.Refused(e.getMessage(), e.hint()));
            throw e;
        } catch (ProblemException e) {
            reporter.report(new Event.Failed(e.getMessage(), e.hint()));
            tell(request, "failed", "\n" + e.getMessage());
            throw e;
        } catch (RuntimeException e) {
            String what = UnexpectedFailure.inWords(e);
            reporter.report(new Event.Failed(
                    "Unexpected: " + what, Hint.run("Please report this. Show the current state.", Goal.STATUS)));
            tell(request, "failed", "\n" + what);
            throw e;
        }
    }

    private void tell(Request request, String how, String more) {
        if (!request.isNotified()) {
            return;
        }
        String text = "**Mattermost cluster " + String.join(", ", cluster.names()) + ": the " + request.goal() + " "
                + how + ".**" + more;
        notified.flatMap(webhook -> webhook.postPatiently(text))
                .ifPresent(why -> reporter.warn("The notification was not posted: " + why + "."));
    }

    private void carryOut(Request request) {
        Goal goal = request.goal();
        if (OF_EACH.contains(goal)) {
            each(cluster.nodes(), goal);
        } else if (ONCE.contains(goal)) {
            each(List.of(cluster.first()), goal);
        } else {
            switch (goal) {
                case STATUS -> new ClusterStatus(cluster.look(), options, proxies).report(reporter);
                case PREFLIGHT -> preflight();
                case UPGRADE -> upgrade(request.options().dryRun());
                case ROLLBACK -> rollback(request);
                case START ->
                    locked(work -> {
                        each(List.of(cluster.first()), goal);
                        each(cluster.nodes().subList(1, cluster.nodes().size()), goal);
                    });
                case STOP -> locked(work -> each(cluster.nodes(), goal));
                default ->
                    throw new RefusedException(
                            goal + " works on one server, not on all nodes of a cluster. Nothing was changed.",
                            Hint.of("Name the one node with mattermost.host in the place of mattermost.nodes."));
            }
        }
    }

    /** Carries the goal that was asked for out on some nodes at once, and shows what they have found. */
    private void each(List<Node> nodes, Goal goal) {
        Map<Node, Cluster.Outcome> outcomes = cluster.carryOut(nodes, Node::request);
        ObjectNode data = Json.MAPPER.createObjectNode();
        ObjectNode byName = data.putObject("nodes");
        List<String> lines = new ArrayList<>();
        outcomes.forEach((node, outcome) -> outcome.result().ifPresent(result -> {
            byName.set(node.name(), result.data());
            lines.add(node.name());
            result.text().forEach(line -> lines.add("  " + line));
        }));
        reporter.report(new Event.Result(goal, data, lines));
        requireAll(outcomes);
    }

    private static void requireAll(Map<Node, Cluster.Outcome> outcomes) {
        List<Map.Entry<Node, Cluster.Outcome>> failed = outcomes.entrySet().stream()
                .filter(each -> each.getValue().problem() != null)
                .toList();
        if (failed.isEmpty()) {
            return;
        }
        String text = failed.stream()
                .map(each -> each.getKey().name() + ": "
                        + each.getValue().problem().getMessage().strip())
                .collect(Collectors.joining("\n"));
        Hint hint = failed.get(0).getValue().problem().hint();
        if (failed.stream().allMatch(each -> each.getValue().problem() instanceof RefusedException)) {
            throw new RefusedException(text, hint);
        }
        throw new StageFailedException(text, hint);
    }

    private void preflight() {
        List<SeenNode> seen = cluster.look();
        ClusterChecks checks = new ClusterChecks(seen, options, proxies);
        checks.requireReachable();
        checks.requireOneUpgrade();
        List<CheckResult> all = checks.run();
        Work work = new Work(cluster, proxies, null);
        ClusterUpgrade.Forecast forecast = new ClusterUpgrade(work, options).forecast(seen);
        if (forecast.choice() != null) {
            all = new ArrayList<>(all);
            all.add(CheckResult.ok(
                    "order",
                    forecast.choice().order() + ". " + forecast.choice().reason()));
        }
        List<CheckResult> found = all;
        found.forEach(reporter::report);
        ClusterPlan plan =
                forecast.choice() == null ? null : forecast.plan(cluster.names(), options.leaveOut(), Map.of());
        Map<Node, Cluster.Outcome> outcomes =
                cluster.carryOut(cluster.nodes(), node -> plan == null ? node.request() : plan.checked(node));
        ObjectNode data = Json.MAPPER.createObjectNode();
        boolean ready = found.stream().noneMatch(each -> each.outcome() == CheckResult.Outcome.REFUSED)
                && outcomes.values().stream().allMatch(each -> each.problem() == null);
        data.put("ready", ready).set("checks", Json.MAPPER.valueToTree(found));
        if (plan != null) {
            data.put("order", plan.order().toString()).put("reason", plan.reason());
        }
        ObjectNode nodes = data.putObject("nodes");
        outcomes.forEach(
                (node, outcome) -> outcome.result().ifPresent(result -> nodes.set(node.name(), result.data())));
        reporter.report(new Event.Result(Goal.PREFLIGHT, data, List.of()));
        List<CheckResult> refused = found.stream()
                .filter(each -> each.outcome() == CheckResult.Outcome.REFUSED)
                .toList();
        if (!refused.isEmpty()) {
            throw new RefusedException(
                    refused.stream().map(CheckResult::text).collect(Collectors.joining("\n"))
                            + "\nNothing was changed.",
                    refused.get(0).hint());
        }
        requireAll(outcomes);
    }

    private void upgrade(boolean dry) {
        if (dry) {
            new ClusterUpgrade(new Work(cluster, proxies, null), options)
                    .plan()
                    .forEach(line -> reporter.info("would " + line));
            reporter.info("Dry run: nothing was changed.");
            return;
        }
        locked(work -> reporter.report(new ClusterUpgrade(work, options).carryOut()));
    }

    private void rollback(Request request) {
        if (request.options().dryRun()) {
            each(cluster.nodes(), Goal.ROLLBACK);
            return;
        }
        if (request.arguments() instanceof GoalArguments.Rollback how && how.to() != null) {
            throw new RefusedException(
                    "mattermost.rollback.to names a run of one server, and this is a cluster. Nothing was changed.",
                    Hint.run("Roll the last upgrade of the cluster back without it.", Goal.ROLLBACK));
        }
        boolean discard = request.arguments() instanceof GoalArguments.Rollback how && how.discardNewData();
        locked(work -> {
            List<SeenNode> seen = cluster.look();
            new ClusterChecks(seen, options, proxies).requireReachable();
            NodeRun last = seen.stream()
                    .filter(each -> options.only() == null || each.name().equals(options.only()))
                    .map(each -> each.state().run())
                    .filter(run -> run != null && run.isOfCluster())
                    .max(Comparator.comparing(NodeRun::id))
                    .map(run -> together(seen, run))
                    .orElseThrow(() -> new RefusedException(
                            "No upgrade of this cluster is known. Nothing was changed.",
                            Hint.of("To roll a single node back, name it with mattermost.host.")));
            ClusterPlan plan = ClusterPlan.of(last, found(seen));
            try {
                new ClusterRollback(work, plan).carryOut(seen, options.only(), discard);
            } catch (RuntimeException e) {
                work.putBack(plan, e);
                throw work.halfWay(plan, e, Goal.ROLLBACK, NodeRun::rollbackBegun);
            }
            ObjectNode data = Json.MAPPER.createObjectNode().put("installedVersion", last.from());
            reporter.report(new Event.Result(
                    Goal.ROLLBACK,
                    data,
                    List.of((options.only() == null ? "The cluster" : options.only()) + " is rolled back: Mattermost "
                            + last.from() + " is installed.")));
        });
    }

    /** A node that was caught up later has a run of its own kind; how the database was migrated is what counts. */
    private static NodeRun together(List<SeenNode> seen, NodeRun last) {
        return seen.stream()
                .filter(each -> ClusterRollback.isToDo(each, last.target()))
                .map(each -> each.state().run())
                .filter(run -> run.order() == ClusterPart.Order.TOGETHER)
                .findFirst()
                .orElse(last);
    }

    private static Map<String, String> found(List<SeenNode> seen) {
        return seen.stream()
                .filter(each -> each.state().run() != null)
                .collect(Collectors.toMap(
                        SeenNode::name, each -> each.state().run().proxyState()));
    }

    /** What is done while nobody else may change the cluster. */
    private interface Locked {
        void with(Work work);
    }

    private void locked(Locked work) {
        try (HeldLock lock = HeldLock.take(cluster.first(), this::progress, reporter)) {
            work.with(new Work(cluster, proxies, lock));
        }
    }

    private String progress() {
        return cluster.look().stream()
                .map(each -> each.name() + ": " + ClusterStatus.shortly(each))
                .collect(Collectors.joining("; "));
    }

    /** How nodes follow one another, as a parameter has it: {@code auto} is left to the rules. */
    public static ClusterPart.Order order(String text) {
        return text.equals("auto") ? null : ClusterPart.Order.valueOf(text.toUpperCase(Locale.ROOT));
    }
}
