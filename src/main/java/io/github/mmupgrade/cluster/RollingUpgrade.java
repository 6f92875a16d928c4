package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.StageFailedException;
import java.util.List;
import java.util.Map;

/** Upgrades one node after the other, while the rest serves. */
final class RollingUpgrade {

    private final Work work;
    private final ClusterPlan plan;

    RollingUpgrade(Work work, ClusterPlan plan) {
        this.work = work;
        this.plan = plan;
    }

    /**
     * Brings all nodes to where only the end of their runs is missing.
     *
     * @throws StageFailedException when one of them fails; it has its old release again then, if it may
     */
    void carryOut(List<SeenNode> pending) {
        // one whose upgrade was cut off serves nobody: it comes before any other is taken out
        pending.stream().filter(SeenNode::isVerified).forEach(each -> work.enable(plan, each.node()));
        Work.where(pending, each -> each.isStopped() && !each.isVerified()).forEach(this::upgrade);
        List<SeenNode> running =
                pending.stream().filter(each -> !each.isStopped()).toList();
        work.prepare(plan, running);
        List<Node> untouched = Work.where(running, each -> true);
        if (untouched.size() == work.cluster().nodes().size()) {
            backup();
        }
        for (Node node : untouched) {
            work.requireOthersServe(node, Goal.UPGRADE);
            work.drain(plan, node);
            upgrade(node);
            work.proxies().settle();
        }
    }

    /** The database once, and the files, while the servers run: going back does not need them, losing a disk does. */
    private void backup() {
        Node first = work.cluster().first();
        work.reporter().info("Saving the database and the files on " + first.name() + " while the servers run");
        Map<Node, ProblemException> failures = work.failures(List.of(first), ClusterPlan::backupWhileRunning);
        if (!failures.isEmpty()) {
            throw Work.failed(failures, "No server was stopped.", Goal.UPGRADE);
        }
    }

    private void upgrade(Node node) {
        work.reporter().info("Upgrading " + node.name() + "; the others serve");
        ProblemException problem = work.upgrade(plan, node);
        if (problem == null) {
            work.enable(plan, node);
            return;
        }
        SeenNode now = Cluster.look(node);
        NodeRun run = now.openRun();
        boolean unproven = run != null && run.startBegun() && !run.verified();
        // the caller puts it back into the proxies
        boolean serves = now.isHealthy() && !unproven;
        throw Work.failed(
                Map.of(node, problem),
                (serves
                                ? node.name() + " runs " + now.state().answering() + " and has its requests again."
                                : node.name() + " serves nobody, and the proxies give it no requests.")
                        + " The others go on as they are.",
                Goal.UPGRADE);
    }
}
