package io.github.mmupgrade.preflight;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.Database;
import java.time.Duration;
import java.util.List;

/** The other nodes of a cluster that use a database. */
public final class OtherNodes {

    /** A node of a cluster says every minute that it is there; twice that is not lately. */
    private static final Duration LATELY = Duration.ofMinutes(2);

    private OtherNodes() {}

    /** Those that were seen lately. */
    public static List<ClusterNode> of(GoalContext context, Database database) {
        return lively(context, database).stream()
                .filter(node -> !node.hostname().equals(context.host().name()))
                .toList();
    }

    /** All that were seen lately, this one included. */
    public static List<ClusterNode> lively(GoalContext context, Database database) {
        return database.clusterNodes(context.clock().instant().minus(LATELY));
    }
}
