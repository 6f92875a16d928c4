package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;

/**
 * What a resource shall become.
 *
 * @param image the image without a tag
 * @param version the tag
 */
record RolloutTarget(String image, String version) {

    /** What a resource is now. */
    static RolloutTarget of(MattermostResource resource) {
        return new RolloutTarget(resource.image(), resource.version());
    }

    /** The image of its pods. */
    String podImage() {
        return MattermostResource.podImage(image, version);
    }

    /** Whether the resource asks for it. */
    boolean isWantedBy(MattermostResource resource) {
        return resource.podImage().equals(podImage());
    }

    /**
     * Whether the operator and the pods agree that it is done. The status alone is copied from what was asked for, and may
     * be that of an older generation.
     */
    boolean isReached(Snapshot seen) {
        MattermostResource resource = seen.resource();
        return isWantedBy(resource)
                && resource.isStable()
                && seen.deployments().stream().allMatch(each -> each.image().equals(podImage()))
                && seen.rollsOut(podImage())
                && (resource.pods() == 0
                        ? seen.pods().isEmpty()
                        : (resource.replicas() == 0 || resource.statusVersion().equals(version))
                                && seen.podsOf(podImage()).size() >= resource.pods()
                                && seen.pods().stream()
                                        .filter(pod -> !pod.deleting())
                                        .allMatch(pod -> pod.image().equals(podImage()) && pod.ready()));
    }

    @Override
    public String toString() {
        return podImage();
    }
}
