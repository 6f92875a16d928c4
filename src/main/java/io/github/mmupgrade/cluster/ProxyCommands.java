package io.github.mmupgrade.cluster;

import java.time.Duration;

/**
 * The administrator's commands for what stands in front of the nodes, each for a shell; null for none.
 *
 * @param state says how it has a node
 * @param drain gives a node no new requests
 * @param cut ends what a drained node still has
 * @param enable gives a node requests again
 * @param limit how long each may take
 */
public record ProxyCommands(String state, String drain, String cut, String enable, Duration limit) {

    /** Nothing stands in front of the nodes, or nobody tells it anything. */
    public static final ProxyCommands NONE = new ProxyCommands(null, null, null, null, Duration.ZERO);

    /** Whether a node can be drained. */
    public boolean drains() {
        return drain != null;
    }
}
