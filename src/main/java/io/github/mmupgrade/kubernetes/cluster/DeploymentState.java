package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.Map;
import java.util.Objects;

/**
 * A Deployment at one moment.
 *
 * @param name its name
 * @param image the image of its Mattermost container
 * @param replicas how many pods are wanted
 * @param strategy {@code RollingUpdate} or {@code Recreate}
 * @param stuck what Kubernetes says when new pods have not come up in time; empty while it waits
 * @param selector the labels of its pods
 */
public record DeploymentState(
        String name, String image, int replicas, String strategy, String stuck, Map<String, String> selector) {

    static DeploymentState of(Deployment deployment) {
        ObjectMeta metadata = Answer.required(deployment.getMetadata(), "the metadata of a Deployment");
        DeploymentSpec spec = Answer.required(deployment.getSpec(), "the specification of a Deployment");
        DeploymentStatus status = Objects.requireNonNullElseGet(deployment.getStatus(), DeploymentStatus::new);
        // a condition of an older specification says nothing of the new pods
        boolean current = status.getObservedGeneration() == null
                || status.getObservedGeneration().equals(metadata.getGeneration());
        return new DeploymentState(
                Answer.text(metadata.getName()),
                PodState.image(spec.getTemplate(), "a Deployment"),
                Objects.requireNonNullElse(spec.getReplicas(), 1),
                spec.getStrategy() == null || spec.getStrategy().getType() == null
                        ? "RollingUpdate"
                        : spec.getStrategy().getType(),
                Answer.entries(status.getConditions()).stream()
                        .filter(each -> current
                                && "Progressing".equals(each.getType())
                                && "ProgressDeadlineExceeded".equals(each.getReason()))
                        .map(each -> Objects.requireNonNullElse(each.getMessage(), "ProgressDeadlineExceeded"))
                        .findFirst()
                        .orElse(""),
                Answer.fields(Answer.required(spec.getSelector(), "the selector of a Deployment")
                        .getMatchLabels()));
    }
}
