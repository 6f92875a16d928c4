package io.github.mmupgrade.cluster.node;

import java.util.List;

/**
 * The database that a node uses.
 *
 * @param place where it is, without a secret
 * @param identity the same text on every node that uses the same database
 * @param schema the version of its schema; empty when it has none
 * @param lively the hostnames of the servers that said lately, in {@code ClusterDiscovery}, that they are there
 */
public record NodeDatabase(String place, String identity, String schema, List<String> lively) {
    /** Copies the list. */
    public NodeDatabase {
        lively = List.copyOf(lively);
    }
}
