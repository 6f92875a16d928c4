package io.github.mmupgrade.kubernetes;

import java.time.Duration;

/**
 * How often the cluster is asked, and how long something bad may last until it counts.
 *
 * @param poll between two looks
 * @param image a container that waits for its image or its configuration
 * @param pending a pod without a node, without its volumes, or in an init container
 * @param error an error in the status of the resource, which may be an old one
 * @param sidecar a pod of the job whose server has ended well while another container goes on
 * @param unreachable an API server that does not answer
 * @param proof a pod that cannot be asked, or says another release
 */
record WatchTimes(
        Duration poll,
        Duration image,
        Duration pending,
        Duration error,
        Duration sidecar,
        Duration unreachable,
        Duration proof) {

    /** For real clusters. */
    static final WatchTimes USUAL = new WatchTimes(
            Duration.ofSeconds(2),
            Duration.ofSeconds(90),
            Duration.ofMinutes(5),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(2));
}
