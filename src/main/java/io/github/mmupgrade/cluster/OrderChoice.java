package io.github.mmupgrade.cluster;

import io.github.mmupgrade.context.ClusterPart.Order;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;

/**
 * How the nodes follow one another, and why. The rules are the vendor's: servers of one minor release may run side by side,
 * and those of two that follow each other when the notes say so; anything else stops all of them.
 *
 * @param order the order
 * @param reason why, as a sentence
 */
record OrderChoice(Order order, String reason) {

    /** From this release on nodes find and talk to one another in another way. */
    private static final Version NEW_GOSSIP = new Version(5, 36, 0);

    /**
     * Chooses.
     *
     * @param installed what is installed
     * @param hops the releases to install, in their order
     * @throws RefusedException when the order that is wanted breaks the rules
     */
    static OrderChoice of(ClusterOptions options, Version installed, List<Version> hops) {
        OrderChoice possible = possible(options, installed, hops);
        if (options.order() == null || options.order() == possible.order()) {
            return possible;
        }
        if (options.order() == Order.TOGETHER) {
            return new OrderChoice(Order.TOGETHER, "mattermost.cluster.order=together.");
        }
        throw new RefusedException(
                "The nodes cannot be upgraded one after the other (mattermost.cluster.order=rolling). "
                        + possible.reason() + " Nothing was changed.",
                Hint.of(
                        "Leave mattermost.cluster.order out. If the release notes say that the former release works with"
                                + " the new schema, set mattermost.cluster.schemaCompatible=true."));
    }

    private static OrderChoice possible(ClusterOptions options, Version installed, List<Version> hops) {
        Version target = hops.get(hops.size() - 1);
        String both = installed + " and " + target;
        if (hops.size() > 1) {
            return new OrderChoice(
                    Order.TOGETHER,
                    "The path has " + hops.size() + " releases, and the database follows each of them.");
        }
        if (installed.sameLine(target)) {
            return new OrderChoice(Order.ROLLING, both + " differ in their patch alone, so they may run side by side.");
        }
        if (installed.below(NEW_GOSSIP) && !target.below(NEW_GOSSIP)) {
            return new OrderChoice(
                    Order.TOGETHER,
                    "Servers before " + NEW_GOSSIP.major() + "." + NEW_GOSSIP.minor()
                            + " talk to the other nodes in a way that later ones do not know, so all have to stop.");
        }
        boolean neighbours = installed.major() == target.major() && target.minor() == installed.minor() + 1;
        if (!neighbours) {
            return new OrderChoice(
                    Order.TOGETHER,
                    both + " are more than one minor release apart, so they must not run side by side.");
        }
        return options.schemaCompatible()
                ? new OrderChoice(
                        Order.ROLLING,
                        both + " are one minor release apart, and you say that the former works with the new schema"
                                + " (mattermost.cluster.schemaCompatible).")
                : new OrderChoice(
                        Order.TOGETHER,
                        both + " are one minor release apart, and nobody has said that the former works with the new"
                                + " schema (mattermost.cluster.schemaCompatible).");
    }
}
