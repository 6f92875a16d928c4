package io.github.mmupgrade.context;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What one node does when a whole cluster is upgraded or rolled back.
 *
 * @param node its name
 * @param nodes the names of all nodes that take part, in the order of the work
 * @param order how they follow one another
 * @param first whether it is the first of them: its new server migrates the database
 * @param leftOut the names of nodes that were left out
 * @param proxyState how the proxy had this node before anything was done, as its command said; empty when not known
 * @param pause where the node waits for the others; null to go on to the end
 */
public record ClusterPart(
        String node,
        List<String> nodes,
        Order order,
        boolean first,
        List<String> leftOut,
        String proxyState,
        Pause pause) {

    /** Copies the lists. */
    public ClusterPart {
        Objects.requireNonNull(node);
        Objects.requireNonNull(order);
        nodes = List.copyOf(nodes);
        leftOut = List.copyOf(leftOut);
    }

    /** How the nodes follow one another. */
    public enum Order {
        /** One after the other, while the rest serves. */
        ROLLING,
        /** All are stopped, the first one migrates, then the rest starts. */
        TOGETHER;

        /** The name in lower case, as the parameter is written. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where a node waits for the others. */
    public enum Pause {
        /** Everything is prepared, and the server runs. */
        BEFORE_STOP,
        /** The release that was wanted is in place, and the server is stopped. */
        BEFORE_START,
        /** The release that was wanted runs and is verified. */
        BEFORE_FINISH
    }

    /** The same with another pause; null for none. */
    public ClusterPart until(Pause other) {
        return new ClusterPart(node, nodes, order, first, leftOut, proxyState, other);
    }

    /** Whether other nodes write to the database while this one is stopped. */
    public boolean othersWrite() {
        return order == Order.ROLLING;
    }

    /** Whether this node's server must not run before another one has migrated the database. */
    public boolean waitsForFirst() {
        return order == Order.TOGETHER && !first;
    }

    /** Whether this node's stop has to wait until every other node has stopped. */
    public boolean waitsForStops() {
        return order == Order.TOGETHER && first;
    }
}
