package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeRun;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.report.ProblemException;

/**
 * A node as it was when it was looked at.
 *
 * @param node the node
 * @param state what it said; null when it could not be asked
 * @param clockOffset how many milliseconds its clock is ahead of this machine's, give or take {@code uncertainty}
 * @param uncertainty half of how many milliseconds the question took
 * @param problem why it could not be asked; null when it could
 */
public record SeenNode(Node node, NodeState state, long clockOffset, long uncertainty, ProblemException problem) {

    /** Its name. */
    public String name() {
        return node.name();
    }

    /** Its run in progress, when that is an upgrade of the whole cluster; else null. */
    public NodeRun openRun() {
        NodeRun run = state == null ? null : state.openRun();
        return run == null || !run.isOfCluster() ? null : run;
    }

    /** Whether its server answers as one that is ready. */
    public boolean isHealthy() {
        return state != null && state.healthy();
    }

    /** Whether the release that is wanted runs on it and is verified, and only the end of its run is missing. */
    public boolean isVerified() {
        return openRun() != null && openRun().verified() && !openRun().rollbackBegun();
    }

    /** Whether its run has told the server to stop. */
    public boolean isStopped() {
        return openRun() != null && openRun().stopBegun();
    }
}
