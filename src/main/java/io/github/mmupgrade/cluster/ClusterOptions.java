package io.github.mmupgrade.cluster;

import io.github.mmupgrade.context.ClusterPart;
import java.time.Duration;
import java.util.List;

/**
 * How a cluster is upgraded.
 *
 * @param order how the nodes follow one another; null to choose it
 * @param schemaCompatible whether the former release works with the schema of the one that is wanted, as its notes say
 * @param leaveOut the names of nodes that are left out because they cannot be reached
 * @param only the name of the one node that is rolled back; null for all
 * @param mayDiffer the dotted names of further settings that may differ from node to node
 * @param drainTimeout for how long requests may go on after a node is drained
 * @param settle how long clients get to come back before the next node is drained
 */
public record ClusterOptions(
        ClusterPart.Order order,
        boolean schemaCompatible,
        List<String> leaveOut,
        String only,
        List<String> mayDiffer,
        Duration drainTimeout,
        Duration settle) {

    /** Copies the lists. */
    public ClusterOptions {
        leaveOut = List.copyOf(leaveOut);
        mayDiffer = List.copyOf(mayDiffer);
    }
}
