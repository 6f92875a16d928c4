package io.github.mmupgrade.cluster.node;

import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far a node has come, from its journal.
 *
 * @param id the run
 * @param kind what it is, as a noun
 * @param state whether it is open, finished or rolled back
 * @param from the release before
 * @param target the release that is wanted
 * @param order how the nodes of its cluster follow one another; null for a run of this node alone
 * @param nodes the names of the cluster's nodes, in the order of the work; empty for a run of this node alone
 * @param leftOut the names of the nodes that were left out
 * @param proxyState how the proxy had the node before anything was done; empty when not known
 * @param drained whether the proxies give the node no requests because of the run, as far as is known
 * @param stopBegun whether the server was told to stop
 * @param installed whether the release that is wanted is in place with its configuration
 * @param startBegun whether a newer release was told to start
 * @param verified whether the release that is wanted runs and is verified
 * @param rollbackBegun whether it is being rolled back
 * @param againstRollback why it cannot be rolled back without losing something; null when it can
 * @param noWayBack why it cannot be rolled back at all; null when it can
 */
public record NodeRun(
        String id,
        String kind,
        Run.State state,
        String from,
        String target,
        ClusterPart.Order order,
        List<String> nodes,
        List<String> leftOut,
        String proxyState,
        boolean drained,
        boolean stopBegun,
        boolean installed,
        boolean startBegun,
        boolean verified,
        boolean rollbackBegun,
        String againstRollback,
        String noWayBack) {

    /** Copies the lists. */
    public NodeRun {
        nodes = List.copyOf(nodes);
        leftOut = List.copyOf(leftOut);
    }

    static NodeRun of(Run run, String againstRollback, String noWayBack) {
        int last = run.hops();
        return new NodeRun(
                run.id(),
                run.kind(),
                run.state(),
                run.fact(0, JournalKeys.FROM).orElse("?"),
                run.fact(0, JournalKeys.TARGET).orElse("?"),
                run.fact(0, JournalKeys.NODE_ORDER)
                        .map(ClusterPart.Order::valueOf)
                        .orElse(null),
                list(run, JournalKeys.NODES),
                list(run, JournalKeys.LEFT_OUT),
                run.fact(0, JournalKeys.PROXY_STATE).orElse(""),
                run.fact(0, JournalKeys.DRAINED).map(Boolean::parseBoolean).orElse(false),
                run.isBegun(1, StageName.STOP),
                run.isDone(last, run.configurationStage()),
                IntStream.rangeClosed(1, last).anyMatch(hop -> run.isBegun(hop, StageName.START)),
                run.isVerified(),
                run.isBegun(0, StageName.ROLLBACK),
                againstRollback,
                noWayBack);
    }

    private static List<String> list(Run run, String name) {
        return run.fact(0, name)
                .filter(text -> !text.isEmpty())
                .map(text -> Arrays.asList(text.split(",")))
                .orElse(List.of());
    }

    /** Whether it is in progress. */
    public boolean isOpen() {
        return state == Run.State.OPEN;
    }

    /** Whether it belongs to an upgrade of the whole cluster. */
    public boolean isOfCluster() {
        return order != null;
    }
}
