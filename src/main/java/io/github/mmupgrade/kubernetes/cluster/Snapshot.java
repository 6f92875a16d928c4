package io.github.mmupgrade.kubernetes.cluster;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is looked at, at one moment: the resource alone does not tell.
 *
 * @param resource the resource
 * @param job the operator's job that migrates the schema; empty when there is none
 * @param jobPods the pods of that job
 * @param deployments the resource's Deployment, and that of its job server if it has one; empty before the first
 * @param pods the pods of these Deployments
 * @param jobServer those of them that only run background jobs: they listen nowhere, and nothing asks whether they live
 * @param warnings by the name of an object: what was said of it last in a warning
 */
public record Snapshot(
        MattermostResource resource,
        Optional<JobState> job,
        List<PodState> jobPods,
        List<DeploymentState> deployments,
        List<PodState> pods,
        List<PodState> jobServer,
        Map<String, String> warnings) {

    /** Copies the collections. */
    public Snapshot {
        jobPods = List.copyOf(jobPods);
        deployments = List.copyOf(deployments);
        pods = List.copyOf(pods);
        jobServer = List.copyOf(jobServer);
        warnings = Map.copyOf(warnings);
    }

    /** Whether the Deployments, at least the resource's own, have an image: its pods are or become such. */
    public boolean rollsOut(String image) {
        return !deployments.isEmpty() && deployments.get(0).image().equals(image);
    }

    /** The pods of an image that are not on their way out. */
    public List<PodState> podsOf(String image) {
        return pods.stream()
                .filter(pod -> pod.image().equals(image) && !pod.deleting())
                .toList();
    }

    /** Whether a migration runs at this moment: to end it would leave half of it. */
    public boolean migrates() {
        return jobPods.stream().anyMatch(PodState::works);
    }

    /** What is said of a pod: by its container, or by an event. */
    public String said(PodState pod) {
        return pod.message().isEmpty() ? warnings.getOrDefault(pod.name(), "") : pod.message();
    }
}
