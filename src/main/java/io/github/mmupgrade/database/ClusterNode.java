package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DatabaseNames;
import java.time.Instant;

/**
 * A node of a Mattermost cluster, as it announced itself in {@code ClusterDiscovery}.
 *
 * @param cluster the cluster's name
 * @param hostname the node's host
 * @param lastPing when it was last seen
 */
public record ClusterNode(String cluster, String hostname, Instant lastPing) {

    /** One line for a message. */
    @Override
    public String toString() {
        return DatabaseNames.printable(hostname + " (cluster " + cluster + ", last seen " + lastPing + ")");
    }
}
