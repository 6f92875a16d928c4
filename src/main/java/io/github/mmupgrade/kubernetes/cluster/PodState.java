package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A pod at one moment.
 *
 * @param name its name
 * @param owner the object that made it, such as a ReplicaSet; empty for none
 * @param image the image of its Mattermost container
 * @param phase {@code Pending}, {@code Running}, {@code Succeeded} or {@code Failed}
 * @param ready whether it is ready
 * @param deleting whether it is being deleted
 * @param waiting the reason for which one of its containers waits, such as {@code ImagePullBackOff}; empty for none
 * @param message what is said of that, or of why it has no node; may be empty
 * @param initializing the init container that runs; empty for none
 * @param mainDone whether its Mattermost container has ended with 0 while the pod goes on
 * @param restarts how often its containers were started again
 * @param containers all its containers, the init containers first
 * @param environment the variables of its Mattermost container: the value, or where it comes from
 */
public record PodState(
        String name,
        String owner,
        String image,
        String phase,
        boolean ready,
        boolean deleting,
        String waiting,
        String message,
        String initializing,
        boolean mainDone,
        int restarts,
        List<String> containers,
        Map<String, Variable> environment) {

    private static final String MAIN = "mattermost";
    private static final String CONTAINER = "the name of a container";

    static PodState of(Pod pod) {
        ObjectMeta metadata = Answer.required(pod.getMetadata(), "the metadata of a pod");
        PodSpec spec = Answer.required(pod.getSpec(), "the specification of a pod");
        List<Container> containers = Answer.entries(spec.getContainers());
        Container main = main(containers);
        PodStatus status = Objects.requireNonNullElseGet(pod.getStatus(), PodStatus::new);
        List<ContainerStatus> all = new ArrayList<>(Answer.entries(status.getInitContainerStatuses()));
        String initializing = all.stream()
                .filter(each -> each.getState() != null && each.getState().getRunning() != null)
                .map(each -> Answer.text(each.getName()))
                .findFirst()
                .orElse("");
        all.addAll(Answer.entries(status.getContainerStatuses()));
        Optional<ContainerStatus> waiting = all.stream()
                .filter(each -> each.getState() != null && each.getState().getWaiting() != null)
                .filter(each ->
                        !"PodInitializing".equals(each.getState().getWaiting().getReason())
                                && !"ContainerCreating"
                                        .equals(each.getState().getWaiting().getReason()))
                .findFirst();
        boolean mainDone = all.stream()
                .filter(each -> Objects.equals(main.getName(), each.getName()) && each.getState() != null)
                .anyMatch(each -> each.getState().getTerminated() != null
                        && Integer.valueOf(0)
                                .equals(each.getState().getTerminated().getExitCode()));
        List<String> names = new ArrayList<>();
        Answer.entries(spec.getInitContainers())
                .forEach(container -> names.add(Answer.name(container.getName(), CONTAINER)));
        containers.forEach(container -> names.add(Answer.name(container.getName(), CONTAINER)));
        Map<String, Variable> environment = new LinkedHashMap<>();
        for (EnvVar variable : Answer.entries(main.getEnv())) {
            environment.put(Answer.text(variable.getName()), variable(variable));
        }
        return new PodState(
                Answer.name(metadata.getName(), "the name of a pod"),
                Answer.entries(metadata.getOwnerReferences()).stream()
                        .map(owner -> Answer.text(owner.getName()))
                        .findFirst()
                        .orElse(""),
                Answer.text(main.getImage()),
                Objects.requireNonNullElse(status.getPhase(), "Pending"),
                isTrue(status, "Ready"),
                metadata.getDeletionTimestamp() != null,
                waiting.map(each -> each.getState().getWaiting().getReason()).orElse(""),
                waiting.map(each -> each.getState().getWaiting().getMessage()).orElseGet(() -> withoutNode(status)),
                initializing,
                mainDone && "Running".equals(status.getPhase()),
                all.stream()
                        .mapToInt(each -> Objects.requireNonNullElse(each.getRestartCount(), 0))
                        .sum(),
                List.copyOf(names),
                environment);
    }

    /** The container of Mattermost among those of a pod, or the first. */
    static Container main(List<Container> containers) {
        return containers.stream()
                .filter(container -> MAIN.equals(container.getName()))
                .findFirst()
                .orElseGet(() ->
                        Answer.required(containers.isEmpty() ? null : containers.get(0), "the container of a pod"));
    }

    /**
     * The image that pods get of a template.
     *
     * @param owner what has it, such as {@code a job}
     */
    static String image(PodTemplateSpec template, String owner) {
        PodSpec spec = template == null ? null : template.getSpec();
        return Answer.text(main(Answer.entries(
                        Answer.required(spec, "the template of " + owner).getContainers()))
                .getImage());
    }

    private static boolean isTrue(PodStatus status, String condition) {
        return Answer.entries(status.getConditions()).stream()
                .anyMatch(each -> condition.equals(each.getType()) && "True".equals(each.getStatus()));
    }

    private static String withoutNode(PodStatus status) {
        return Answer.entries(status.getConditions()).stream()
                .filter(each -> "PodScheduled".equals(each.getType()) && "False".equals(each.getStatus()))
                .map(each -> each.getMessage() == null ? Answer.text(each.getReason()) : each.getMessage())
                .findFirst()
                .orElse("");
    }

    private static Variable variable(EnvVar variable) {
        if (variable.getValueFrom() == null) {
            return Variable.value(Objects.requireNonNullElse(variable.getValue(), ""));
        }
        if (variable.getValueFrom().getSecretKeyRef() != null) {
            return reference(
                    "secret",
                    variable.getValueFrom().getSecretKeyRef().getName(),
                    variable.getValueFrom().getSecretKeyRef().getKey());
        }
        if (variable.getValueFrom().getConfigMapKeyRef() != null) {
            return reference(
                    "configMap",
                    variable.getValueFrom().getConfigMapKeyRef().getName(),
                    variable.getValueFrom().getConfigMapKeyRef().getKey());
        }
        return new Variable("(from the pod)", true);
    }

    /** Whether its Mattermost container works: a pod of the job migrates then. */
    public boolean works() {
        return phase.equals("Running") && waiting.isEmpty() && !mainDone;
    }

    /** The value of a variable that a resource has, or where it comes from. */
    static Variable variable(Map<?, ?> fields) {
        if (!(fields.get("valueFrom") instanceof Map<?, ?> from)) {
            return Variable.value(
                    fields.get("value") == null ? "" : fields.get("value").toString());
        }
        if (from.get("secretKeyRef") instanceof Map<?, ?> secret) {
            return reference("secret", secret.get("name"), secret.get("key"));
        }
        if (from.get("configMapKeyRef") instanceof Map<?, ?> map) {
            return reference("configMap", map.get("name"), map.get("key"));
        }
        return new Variable("(from the pod)", true);
    }

    private static Variable reference(String kind, Object name, Object key) {
        return new Variable("(" + kind + " " + name + ", key " + key + ")", true);
    }
}
