package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import java.util.Optional;

/** A node of a cluster, wherever it is. Each method may be called by another thread than the others. */
public interface Node extends AutoCloseable {

    /** Its name, as {@code mattermost.nodes} has it without user and port. */
    String name();

    /** How the proxies know it, {@code host:port}. */
    String address();

    /** The goal that was asked for, with what is different on this node. */
    Request request();

    /**
     * What it says of itself.
     *
     * @param question something random, the same for all nodes that are compared
     * @throws ProblemException when it cannot be reached, or there is no installation
     */
    NodeState inspect(String question);

    /**
     * Takes the lock of the cluster, or keeps it. It ends with {@link #close}, or a minute after it was kept last.
     *
     * @return who else has it, in words; empty when it is ours
     * @throws ProblemException when it cannot be taken or kept now; it may still be ours
     */
    Optional<String> lock();

    /**
     * Keeps its server from being started, or no longer.
     *
     * @param why a sentence; null to allow it again
     */
    void banStart(String why);

    /**
     * Has it write down, in its last run of a cluster, whether the proxies give it no requests because of that run.
     *
     * @param drained false when they do again
     */
    void noteDrained(boolean drained);

    /**
     * Carries a goal out on it.
     *
     * @throws ProblemException when it was refused or has failed
     */
    void carryOut(Request goal, Reporter reporter);

    @Override
    void close();
}
