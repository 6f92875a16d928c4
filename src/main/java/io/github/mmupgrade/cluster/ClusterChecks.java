package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is checked of a cluster as a whole before anything is changed. */
final class ClusterChecks {

    private final List<SeenNode> seen;
    private final ClusterOptions options;
    private final Proxies proxies;

    ClusterChecks(List<SeenNode> seen, ClusterOptions options, Proxies proxies) {
        this.seen = seen;
        this.options = options;
        this.proxies = proxies;
    }

    /**
     * Makes sure that every node could be asked.
     *
     * @throws RefusedException naming those that could not
     */
    void requireReachable() {
        List<SeenNode> silent =
                seen.stream().filter(each -> each.state() == null).toList();
        if (silent.isEmpty()) {
            return;
        }
        String names = silent.stream().map(SeenNode::name).collect(Collectors.joining(","));
        throw new RefusedException(
                silent.stream()
                                .map(each -> each.name() + ": "
                                        + each.problem().getMessage().strip())
                                .collect(Collectors.joining("\n"))
                        + "\nNothing was changed.",
                Hint.of("Bring the machine back. To upgrade without it, stop its server, and set"
                        + " mattermost.cluster.leaveOut=" + names + "."));
    }

    /**
     * Makes sure that nothing is in progress on a node but what belongs to an upgrade of this cluster.
     *
     * @return the run in progress; empty for none
     */
    Optional<NodeRun> requireOneUpgrade() {
        for (SeenNode each : seen) {
            NodeRun open = each.state().openRun();
            if (open != null && !open.isOfCluster()) {
                throw new RefusedException(
                        "On " + each.name() + " the " + open.kind() + " " + open.id()
                                + " is in progress, of that node alone. Nothing was changed.",
                        Hint.of("Finish it there or roll it back, with mattermost.host=" + each.name()
                                + " in the place of mattermost.nodes."));
            }
        }
        List<NodeRun> open = seen.stream()
                .map(SeenNode::openRun)
                // what has only been prepared is planned anew
                .filter(run -> run != null && (run.stopBegun() || run.rollbackBegun()))
                .toList();
        Set<String> targets = open.stream().map(NodeRun::target).collect(Collectors.toCollection(LinkedHashSet::new));
        if (targets.size() > 1) {
            throw new RefusedException(
                    "Upgrades to different releases are in progress: " + String.join(", ", targets)
                            + ". Nothing was changed.",
                    Hint.run("Roll the nodes back, then upgrade them.", Goal.ROLLBACK));
        }
        open.stream().findFirst().ifPresent(run -> {
            List<String> missing = run.nodes().stream()
                    .filter(name -> seen.stream().noneMatch(each -> each.name().equals(name)))
                    .filter(name -> !options.leaveOut().contains(name)
                            || name.equals(run.nodes().get(0)))
                    .toList();
            if (!missing.isEmpty()) {
                throw new RefusedException(
                        "The upgrade to " + run.target() + " that is in progress has the nodes "
                                + String.join(", ", run.nodes()) + ", and " + String.join(", ", missing)
                                + " is not among those that were named. Nothing was changed.",
                        Hint.of(
                                "Name all of them with mattermost.nodes. One that cannot be reached, and is not the first, may be left"
                                        + " out with mattermost.cluster.leaveOut."));
            }
        });
        return open.stream().findFirst();
    }

    /** The checks of all nodes, and of what stands in front of them. */
    List<CheckResult> run() {
        List<CheckResult> checks = new ArrayList<>(new Agreement(seen, options.mayDiffer()).checks());
        checks.add(proxy());
        return checks;
    }

    private CheckResult proxy() {
        if (!proxies.drains()) {
            return CheckResult.warning(
                    "proxy",
                    "no mattermost.cluster.drainCommand: requests that a node still has fail when it is stopped");
        }
        List<String> out = new ArrayList<>();
        try {
            for (SeenNode each : seen) {
                if (proxies.state(each.node()).filter(state -> !state.serving()).isPresent()) {
                    out.add(each.name());
                }
            }
        } catch (RefusedException e) {
            return CheckResult.refused("proxy", e.getMessage(), e.hint());
        }
        return out.isEmpty()
                ? CheckResult.ok("proxy", "drains each node before its stop")
                : CheckResult.warning(
                        "proxy",
                        String.join(", ", out) + (out.size() == 1 ? " is" : " are")
                                + " out of the proxy now and will stay out after the upgrade");
    }

    /** Reports checks; refuses when one of them says so. */
    static void report(List<CheckResult> checks, Reporter reporter) {
        Preflight.report(reporter, checks);
    }
}
