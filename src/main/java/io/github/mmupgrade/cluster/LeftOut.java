package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
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
        if (node.state() == null || node.state().healthy()) {
            return Optional.empty();
        }
        return seen.stream()
                .filter(each -> each.state() != null && each.state().run() != null)
                .map(each -> each.state().run())
                .filter(NodeRun::isOfCluster)
                .filter(run -> run.verified() && run.leftOut().contains(node.name()))
                .filter(run -> !run.target().equals(node.state().release()))
                .findFirst()
                .map(run -> "This node was left out of the upgrade to " + run.target() + " and still has "
                        + node.state().release() + ". Its server must not start before it is upgraded.");
    }
}
