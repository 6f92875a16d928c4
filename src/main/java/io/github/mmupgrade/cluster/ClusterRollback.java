package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.context.ClusterPart.Order;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings the nodes of a cluster back to the release before their last upgrade. */
final class ClusterRollback {

    private final Work work;
    private final ClusterPlan plan;

    /**
     * The way back.
     *
     * @param plan that of the upgrade
     */
    ClusterRollback(Work work, ClusterPlan plan) {
        this.work = work;
        this.plan = plan;
    }

    /** Whether a node still has what the upgrade has done. */
    static boolean isToDo(SeenNode seen, String target) {
        NodeRun run = seen.state() == null ? null : seen.state().run();
        return run != null
                && run.isOfCluster()
                && run.state() != Run.State.ROLLED_BACK
                && run.target().equals(target)
                && (run.stopBegun() || run.rollbackBegun());
    }

    /**
     * Rolls nodes back.
     *
     * @param only the name of the only node; null for all
     */
    void carryOut(List<SeenNode> seen, String only, boolean discardNewData) {
        if (only != null && plan.order() == Order.TOGETHER) {
            throw new RefusedException(
                    only
                            + " cannot go back alone: the database has been migrated, and the old release must not run on it."
                            + " Nothing was changed.",
                    Hint.run("Roll back the whole cluster.", Goal.ROLLBACK));
        }
        // what an earlier call brought back without coming to this
        seen.stream()
                .filter(each -> isOfPlan(each) && each.state().run().state() == Run.State.ROLLED_BACK)
                .filter(SeenNode::isHealthy)
                .forEach(each -> work.enableUnlessAsFound(plan, each.node()));
        if (plan.order() == Order.TOGETHER) {
            together(seen, discardNewData);
        } else {
            rolling(seen, only);
        }
        endPrepared(only);
    }

    /** Nodes that the upgrade has not stopped, but perhaps taken out of the proxies. */
    private void endPrepared(String only) {
        List<SeenNode> left = work.cluster().look().stream()
                .filter(this::isOfPlan)
                .filter(each -> only == null || only.equals(each.name()))
                .toList();
        Map<Node, ProblemException> failures = work.failures(
                Work.where(left, each -> each.openRun() != null && !isToDo(each, plan.target())),
                node -> plan.rollback(node, false, null));
        if (!failures.isEmpty()) {
            throw Work.failed(failures, "The nodes that had been stopped are rolled back.", Goal.ROLLBACK);
        }
        Work.where(left, each -> each.isHealthy() && each.state().worker() == null)
                .forEach(node -> work.enableUnlessAsFound(plan, node));
    }

    /** One after the other, the last one first, while the rest serves; the database stays as it is. */
    private void rolling(List<SeenNode> seen, String only) {
        List<SeenNode> back = new ArrayList<>(seen);
        Collections.reverse(back);
        // one that serves nobody comes before any other is taken out
        back.sort(Comparator.comparing(SeenNode::isHealthy));
        for (SeenNode each : back) {
            if (!isToDo(each, plan.target()) || (only != null && !only.equals(each.name()))) {
                continue;
            }
            Node node = each.node();
            if (each.isHealthy()) {
                work.requireOthersServe(node, Goal.ROLLBACK);
                work.drain(plan, node);
            }
            node.banStart(null);
            Map<Node, ProblemException> failures = work.failures(List.of(node), its -> plan.rollback(its, false, null));
            if (!failures.isEmpty()) {
                throw Work.failed(failures, "The others go on as they are.", Goal.ROLLBACK);
            }
            work.enable(plan, node);
            work.proxies().settle();
        }
    }

    /**
     * The others are stopped, the first goes back with the database, then the others get their old release. As long as the
     * first has not begun, it may refuse, and the others start again as they are.
     */
    void together(List<SeenNode> seen, boolean discardNewData) {
        List<SeenNode> toDo =
                seen.stream().filter(each -> isToDo(each, plan.target())).toList();
        List<Node> others = Work.where(toDo, each -> !plan.isFirst(each.node()));
        List<Node> first = Work.where(toDo, each -> plan.isFirst(each.node()));
        requireAll(seen);
        requireNothingLost(seen, discardNewData);
        others.forEach(other -> work.drain(plan, other));
        if (!first.isEmpty()) {
            withDatabase(first.get(0), toDo, others, discardNewData);
        }
        Map<Node, ProblemException> unserved = new LinkedHashMap<>(work.enable(plan, first));
        Map<Node, ProblemException> failures = work.takeBack(plan, others);
        if (!failures.isEmpty()) {
            throw Work.failed(failures, "The rollback of the cluster is not complete.", Goal.ROLLBACK);
        }
        unserved.putAll(work.enable(plan, others));
        // one that was left out has the release that runs again
        seen.stream()
                .filter(each -> each.state() != null && each.state().kept() != null)
                .forEach(each -> each.node().banStart(null));
        Work.requireEnabled(unserved, Goal.ROLLBACK);
    }

    private void withDatabase(Node first, List<SeenNode> toDo, List<Node> others, boolean discardNewData) {
        Map<Node, ProblemException> failures = work.ban(
                others,
                "It waits until " + first.name() + " has put the database back. Complete the rollback of the cluster.");
        if (failures.isEmpty()) {
            failures = work.failures(List.of(first), node -> plan.rollback(node, discardNewData, null));
        }
        if (failures.isEmpty()) {
            return;
        }
        SeenNode now = Cluster.look(first);
        if (now.state() == null
                || now.state().worker() != null
                || now.state().run() == null
                || now.state().run().rollbackBegun()) {
            throw Work.failed(failures, "The others are stopped until " + first.name() + " is back.", Goal.ROLLBACK);
        }
        List<Node> ran = Work.where(
                toDo, each -> others.contains(each.node()) && each.state().running());
        Map<Node, ProblemException> down = work.startAgain(plan, ran);
        ProblemException why = failures.values().iterator().next();
        throw new StageFailedException(
                Work.inWords(failures)
                        + "\nNothing was rolled back. "
                        + (down.isEmpty()
                                ? "The others run as before."
                                : "The others were stopped and have not all come back:\n" + Work.inWords(down)),
                why.hint(),
                why);
    }

    /** Without the first node, or with one that nobody can ask, an old release would meet the new schema. */
    private void requireAll(List<SeenNode> seen) {
        for (String name : plan.nodes()) {
            SeenNode node = seen.stream()
                    .filter(each -> each.name().equals(name) && each.state() != null)
                    .findFirst()
                    .orElse(null);
            boolean leftOut = plan.leftOut().contains(name);
            if (node == null && !leftOut) {
                throw new RefusedException(
                        "All nodes go back together, and " + name + " cannot be asked. Nothing was changed.",
                        Hint.of("Bring the machine back, and name all nodes with mattermost.nodes: "
                                + String.join(",", plan.nodes()) + "."));
            }
            if (name.equals(plan.nodes().get(0)) && !isOfPlan(node)) {
                throw new RefusedException(
                        name + " has migrated the database, and its last run is not that upgrade any more. Nothing was"
                                + " changed.",
                        Hint.run(
                                "Show the current state. Each can be rolled back by itself only before that.",
                                Goal.STATUS));
            }
        }
    }

    /** Whether the last run of a node is that of the plan, in whatever state. */
    private boolean isOfPlan(SeenNode node) {
        NodeRun run = node == null || node.state() == null ? null : node.state().run();
        return run != null && run.isOfCluster() && run.target().equals(plan.target());
    }

    private void requireNothingLost(List<SeenNode> seen, boolean discardNewData) {
        for (SeenNode each : seen) {
            if (!isToDo(each, plan.target())) {
                continue;
            }
            NodeRun run = each.state().run();
            if (run.noWayBack() != null) {
                throw new RefusedException(
                        each.name() + ": " + run.noWayBack(), Hint.run("Show the current state.", Goal.STATUS));
            }
            if (plan.isFirst(each.node()) && !discardNewData && run.againstRollback() != null) {
                throw new RefusedException(
                        each.name() + ": " + run.againstRollback(),
                        Hint.run(
                                "Fix the new servers, or go back without what was written since.",
                                Goal.ROLLBACK,
                                "mattermost.rollback.discardNewData=true"));
            }
        }
    }
}
