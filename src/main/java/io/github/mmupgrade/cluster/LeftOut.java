package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Version;
import java.util.List;
import java.util.Optional;

/** Which nodes were left out of the last upgrade, and have an older release than the database. */
final class LeftOut {

    private final List<SeenNode> seen;

    LeftOut(List<SeenNode> seen) {
        this.seen = seen;
    }

    /** Why the server of a node must not be started, as a sentence; empty when it may be. */
    Optional<String> why(SeenNode node) {
        if (node.state() == null || node.openRun() != null) {
            return Optional.empty();
        }
        return seen.stream()
                .filter(each -> each.state() != null && each.state().run() != null)
                .map(each -> each.state().run())
                .filter(run -> run.isOfCluster() && run.verified() && run.state() != Run.State.ROLLED_BACK)
                .filter(run -> run.leftOut().contains(node.name())
                        || (run.order() == ClusterPart.Order.TOGETHER
                                && run.nodes().contains(node.name())))
                .filter(run -> isOlder(node.state(), run.target()))
                .findFirst()
                .map(run -> "This node was left out of the upgrade to " + run.target() + " and still has "
                        + (node.state().release() == null
                                ? "its old release"
                                : node.state().release())
                        + ". Its server must not start before it is upgraded.");
    }

    /** A stopped server may not say its release: then it is as old as its last run leaves it. */
    private static boolean isOlder(NodeState node, String target) {
        if (node.release() == null) {
            NodeRun own = node.run();
            return own == null
                    || own.state() == Run.State.ROLLED_BACK
                    || !own.target().equals(target);
        }
        return Version.tryParse(node.release())
                .filter(found -> found.below(Version.parse(target)))
                .isPresent();
    }
}
