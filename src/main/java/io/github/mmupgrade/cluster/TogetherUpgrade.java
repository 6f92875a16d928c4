package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.context.ClusterPart.Pause;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stops all nodes: the others first, while the first one serves alone, and gets their new release in place. Then the first
 * is upgraded as a server of its own, with the database; when it runs, the others start. So the site is down for as long
 * as a single server would be.
 */
final class TogetherUpgrade {

    private final Work work;
    private final ClusterPlan plan;

    /** Nodes that run the new release and get no requests, and why. */
    private final Map<Node, ProblemException> unserved = new ConcurrentHashMap<>();

    TogetherUpgrade(Work work, ClusterPlan plan) {
        this.work = work;
        this.plan = plan;
    }

    /**
     * Brings all nodes to where only the end of their runs is missing.
     *
     * @throws StageFailedException when one of them fails; all have the old release again, or the message says how they are
     */
    void carryOut(List<SeenNode> pending) {
        work.prepare(plan, pending);
        // one whose run has ended is not pending any more: the database is migrated
        Optional<SeenNode> first =
                pending.stream().filter(each -> plan.isFirst(each.node())).findFirst();
        List<SeenNode> others =
                pending.stream().filter(each -> !plan.isFirst(each.node())).toList();
        if (first.filter(each -> !each.isVerified()).isPresent()) {
            stopOthers(others, first.get());
            work.reporter().info("Upgrading " + first.get().name() + " and the database; nobody is served meanwhile");
            ProblemException problem = work.upgrade(plan, first.get().node());
            if (problem != null) {
                firstFailed(first.get().node(), others, problem);
            }
        }
        Node leading = Work.first(work.cluster(), plan);
        requireMigrated(leading, others);
        unserved.putAll(work.enable(plan, List.of(leading)));
        startOthers(others, leading);
        Work.requireEnabled(unserved, Goal.UPGRADE);
    }

    /** A release that starts migrates the database itself: without a backup, when the first node did not do it. */
    private void requireMigrated(Node leading, List<SeenNode> others) {
        SeenNode now = Cluster.look(leading);
        boolean migrated = now.isHealthy()
                && Version.tryParse(Objects.toString(now.state().answering(), ""))
                        .filter(release -> release.sameLine(Version.parse(plan.target())))
                        .isPresent();
        if (!migrated && !others.stream().allMatch(SeenNode::isVerified)) {
            throw new StageFailedException(
                    "The others only start when " + leading.name() + " answers with " + plan.target()
                            + ", because it migrates the database. Now "
                            + (now.state() == null
                                    ? "it cannot be asked"
                                    : "its answer is: " + now.state().answer())
                            + ". The others were not started.",
                    Hint.run("Start the server of " + leading.name() + ", then run the goal again.", Goal.UPGRADE));
        }
    }

    private void stopOthers(List<SeenNode> others, SeenNode first) {
        if (!first.isStopped()
                && !work.serves(first.node())
                && nodes(others).stream().anyMatch(work::serves)) {
            throw new RefusedException(
                    first.name()
                            + " does not answer or gets no requests. It would be the only one to serve while the others"
                            + " get the new release, so they were not stopped.",
                    Hint.run(
                            "Start its server and give it requests, or name another node first in mattermost.nodes.",
                            Goal.UPGRADE));
        }
        List<Node> left = new ArrayList<>();
        for (SeenNode other : others) {
            NodeRun run = other.openRun();
            if (run != null && run.installed() && run.stopBegun()) {
                continue;
            }
            left.add(other.node());
            if (!other.isStopped()) {
                work.drain(plan, other.node());
                work.proxies().settle();
            }
        }
        if (!left.isEmpty()) {
            installOn(left, others, first);
        }
    }

    private void installOn(List<Node> left, List<SeenNode> others, SeenNode first) {
        work.reporter()
                .info("Stopping " + Work.names(left) + " and installing the new release there; " + first.name()
                        + (first.isStopped() ? " is stopped already" : " serves alone"));
        Map<Node, ProblemException> failures =
                work.failures(left, node -> work.request(plan, node, Pause.BEFORE_START));
        if (!failures.isEmpty()) {
            String standing = first.isStopped()
                    ? "The server of " + first.name() + " was stopped before, and so were the others."
                    : goBack(nodes(others), first);
            throw Work.failed(failures, standing, Goal.UPGRADE);
        }
    }

    private static List<Node> nodes(List<SeenNode> seen) {
        return seen.stream().map(SeenNode::node).toList();
    }

    /** The first has failed: where it has its old release and database, whether it runs or not, the others follow it. */
    private void firstFailed(Node first, List<SeenNode> others, ProblemException problem) {
        SeenNode now = Cluster.look(first);
        NodeRun run = now.state() == null ? null : now.state().run();
        boolean old = now.state() != null
                && now.state().worker() == null
                && (run == null || run.state() == Run.State.ROLLED_BACK || !(run.stopBegun() || run.rollbackBegun()));
        String standing = old
                ? goBack(nodes(others), now)
                : "The others are stopped, with the new release in place, until " + first.name() + " is well.";
        throw Work.failed(Map.of(first, problem), standing, Goal.UPGRADE);
    }

    /** Brings the old release back on nodes whose database was not changed; says how they are. */
    private String goBack(List<Node> nodes, SeenNode first) {
        List<SeenNode> now = nodes.stream().map(Cluster::look).toList();
        List<Node> stopped = Work.where(now, SeenNode::isStopped);
        Map<Node, ProblemException> failures = new LinkedHashMap<>(work.takeBack(plan, stopped));
        now.stream().filter(each -> each.state() == null).forEach(each -> failures.put(each.node(), each.problem()));
        List<Node> back =
                nodes.stream().filter(node -> !failures.containsKey(node)).toList();
        if (failures.isEmpty()) {
            return first.isHealthy()
                    ? "All nodes run the old release again."
                    : "All nodes have the old release again. The server of " + first.name() + " does not serve: "
                            + first.state().answer() + ".";
        }
        return "The old release is back on the first node" + (back.isEmpty() ? "" : " and on " + Work.names(back))
                + ", but not on " + Work.names(new ArrayList<>(failures.keySet())) + ": "
                + failures.values().iterator().next().getMessage();
    }

    private void startOthers(List<SeenNode> others, Node first) {
        List<Node> left = Work.where(others, each -> !each.isVerified());
        unserved.putAll(work.enable(plan, Work.where(others, SeenNode::isVerified)));
        if (left.isEmpty()) {
            return;
        }
        work.reporter().info("Starting the new release on " + Work.names(left));
        Map<Node, ProblemException> failures = new LinkedHashMap<>();
        Cluster.atOnce(left, node -> new Cluster.Outcome(Optional.empty(), startOther(node)))
                .forEach((node, outcome) -> {
                    if (outcome.problem() != null) {
                        failures.put(node, outcome.problem());
                    }
                });
        if (!failures.isEmpty()) {
            throw Work.failed(failures, afterFailure(failures, first), Goal.UPGRADE);
        }
    }

    private ProblemException startOther(Node node) {
        try {
            SeenNode now = Cluster.look(node);
            if (!now.isStopped() && now.isHealthy()) {
                work.drain(plan, node);
            }
            ProblemException problem = work.upgrade(plan, node);
            if (problem == null) {
                unserved.putAll(work.enable(plan, List.of(node)));
            }
            return problem;
        } catch (ProblemException e) {
            return e;
        }
    }

    /** All go back together, unless users would lose what they have written to the first one since. */
    private String afterFailure(Map<Node, ProblemException> failures, Node first) {
        List<Node> failed = new ArrayList<>(failures.keySet());
        String stay = Work.names(failed) + (failed.size() == 1 ? " is" : " are")
                + " stopped and out of the proxies. The others serve the new release.";
        SeenNode now = Cluster.look(first);
        if (first.request().options().onFailure() != OnFailure.ROLLBACK || now.openRun() == null) {
            // one whose run has ended has served for a while
            return stay;
        }
        if (now.openRun().againstRollback() != null) {
            return stay + " They do not go back: " + now.openRun().againstRollback();
        }
        try {
            new ClusterRollback(work, plan).together(work.cluster().look(), false);
            return "All nodes run the old release again.";
        } catch (ProblemException e) {
            return "Going back failed, too: " + e.getMessage();
        }
    }
}
