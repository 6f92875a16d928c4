package io.github.mmupgrade.kubernetes.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One installation in a cluster, by its API server. Every method asks anew: nothing is watched, so that nothing is missed
 * when a watch breaks. Each throws {@link ClusterException} when the API server refuses or does not answer.
 */
public final class Cluster implements AutoCloseable {

    /** The job in which the operator tries a new image and migrates the schema; there is one in a namespace. */
    public static final String UPDATE_JOB = "mattermost-update-check";

    /** The group and the plural of the resource. */
    public static final String GROUP = "installation.mattermost.com";

    public static final String PLURAL = "mattermosts";

    /** The group and the plural of the operator's former resource. */
    public static final String FORMER_GROUP = "mattermost.com";

    public static final String FORMER_PLURAL = "clusterinstallations";

    private static final int MOST_OF_A_LOG = 8 << 20;
    private static final String OPERATOR = "mattermost-operator";

    private static final ResourceDefinitionContext KIND = definition(GROUP, "v1beta1", "Mattermost", PLURAL);
    private static final ResourceDefinitionContext FORMER_KIND =
            definition(FORMER_GROUP, "v1alpha1", "ClusterInstallation", FORMER_PLURAL);

    private final KubernetesClient client;
    private final ResourceName name;

    /**
     * The installation of a resource.
     *
     * @param client is closed with this
     */
    public Cluster(KubernetesClient client, ResourceName name) {
        this.client = client;
        this.name = name;
    }

    private static ResourceDefinitionContext definition(String group, String version, String kind, String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    /** Which resource it is. */
    public ResourceName name() {
        return name;
    }

    /** The address of the API server. */
    public String address() {
        return client.getConfiguration().getMasterUrl();
    }

    /** Asks the server in a pod. */
    public PodProbe probe() {
        return new ForwardedProbe(client, name.namespace());
    }

    /** The resource; empty when there is none, or the kind is not known. */
    public Optional<MattermostResource> find() {
        return found("read the resource " + name, () -> client.genericKubernetesResources(KIND)
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .get())
                .map(MattermostResource::new);
    }

    /** The names of all resources in its namespace. */
    public List<String> neighbours() {
        return names(KIND);
    }

    /** The names of all resources of the former kind in its namespace. */
    public List<String> formerResources() {
        return names(FORMER_KIND);
    }

    private List<String> names(ResourceDefinitionContext kind) {
        return found("list the resources " + name.namespace(), () -> client.genericKubernetesResources(kind)
                        .inNamespace(name.namespace())
                        .list())
                .map(list -> Answer.entries(list.getItems()))
                .orElse(List.of())
                .stream()
                .map(MattermostResource::new)
                .map(MattermostResource::name)
                .sorted()
                .toList();
    }

    /**
     * Changes the resource by a JSON merge patch (RFC 7396).
     *
     * @param fields what is changed; a null takes a field away
     * @param seen the resource as it was read: another resource version is a conflict
     */
    public MattermostResource patch(ObjectNode fields, MattermostResource seen) {
        ObjectNode body = fields.deepCopy();
        body.withObject("/metadata").put("resourceVersion", seen.resourceVersion());
        return new MattermostResource(call("change the resource " + name, () -> client.genericKubernetesResources(KIND)
                .inNamespace(name.namespace())
                .withName(name.name())
                .patch(PatchContext.of(PatchType.JSON_MERGE), body.toString())));
    }

    /**
     * Everything that tells how an upgrade goes.
     *
     * @return empty when the resource is gone
     */
    public Optional<Snapshot> snapshot() {
        Optional<MattermostResource> resource = find();
        if (resource.isEmpty()) {
            return Optional.empty();
        }
        String namespace = name.namespace();
        Optional<JobState> job = job(UPDATE_JOB);
        List<PodState> jobPods = job.isEmpty() ? List.of() : podsOfJob(UPDATE_JOB);
        List<DeploymentState> deployments = new ArrayList<>();
        List<PodState> pods = new ArrayList<>();
        List<PodState> jobServer = new ArrayList<>();
        for (String each : resource.get().hasJobServer()
                ? List.of(name.name(), name.name() + "-jobserver")
                : List.of(name.name())) {
            found("read the Deployment " + each, () -> client.apps()
                            .deployments()
                            .inNamespace(namespace)
                            .withName(each)
                            .get())
                    .ifPresent(deployment -> {
                        DeploymentState state = DeploymentState.of(deployment);
                        deployments.add(state);
                        List<PodState> its = podsOf(state);
                        pods.addAll(its);
                        if (!each.equals(name.name())) {
                            jobServer.addAll(its);
                        }
                    });
        }
        return Optional.of(new Snapshot(resource.get(), job, jobPods, deployments, pods, jobServer, warnings()));
    }

    /** A job of this name; empty when there is none. */
    Optional<JobState> job(String job) {
        return found("read the job " + job, () -> client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(name.namespace())
                        .withName(job)
                        .get())
                .map(JobState::of);
    }

    /** The pods of a Deployment by their owners: labels alone would take others in. */
    private List<PodState> podsOf(DeploymentState deployment) {
        Set<String> sets = new HashSet<>();
        listed("list ReplicaSets", () -> client.apps()
                        .replicaSets()
                        .inNamespace(name.namespace())
                        .withLabels(deployment.selector())
                        .list())
                .filter(set -> set.getMetadata() != null && isOwnedBy(set, deployment.name()))
                .forEach(set -> sets.add(set.getMetadata().getName()));
        return listed("list pods", () -> client.pods()
                        .inNamespace(name.namespace())
                        .withLabels(deployment.selector())
                        .list())
                .map(PodState::of)
                .filter(pod -> sets.contains(pod.owner()))
                .toList();
    }

    private static boolean isOwnedBy(ReplicaSet set, String deployment) {
        return Answer.entries(set.getMetadata().getOwnerReferences()).stream()
                .anyMatch(owner -> "Deployment".equals(owner.getKind()) && deployment.equals(owner.getName()));
    }

    private Map<String, String> warnings() {
        Map<String, String> last = new HashMap<>();
        listed(
                        "list events",
                        () -> client.v1().events().inNamespace(name.namespace()).list())
                .filter(event -> "Warning".equals(event.getType()) && event.getInvolvedObject() != null)
                .sorted(Comparator.comparing((Event event) -> Objects.requireNonNullElse(event.getLastTimestamp(), "")))
                .forEach(event -> last.put(
                        Objects.requireNonNullElse(event.getInvolvedObject().getName(), ""),
                        event.getReason() + ": " + event.getMessage()));
        return last;
    }

    /** The end of what a container has written; empty where it has written nothing that can be read. */
    public String log(String pod, String container, int lines) {
        // fabric8's own way waits for the pod to get ready, by a watch
        return found(
                        "read the log of " + pod,
                        () -> client.raw("/api/v1/namespaces/" + name.namespace() + "/pods/" + pod + "/log?container="
                                + container + "&tailLines=" + lines + "&limitBytes=" + MOST_OF_A_LOG))
                .orElse("");
    }

    /** The operator's job; empty when there is none. */
    public Optional<JobState> updateJob() {
        return job(UPDATE_JOB);
    }

    /** Deletes the operator's job, and its pods with it; nothing happens when there is none. */
    public void deleteUpdateJob() {
        deleteJob(UPDATE_JOB);
    }

    /**
     * Makes a job; one that is there already is left as it is.
     *
     * @return the job that was there already; empty when there was none
     */
    Optional<Job> createJob(Job job) {
        try {
            call("create the job " + job.getMetadata().getName(), () -> client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(name.namespace())
                    .resource(job)
                    .create());
        } catch (ClusterException e) {
            if (!e.isConflict()) {
                throw e;
            }
            return found("read the job " + job.getMetadata().getName(), () -> client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(name.namespace())
                    .withName(job.getMetadata().getName())
                    .get());
        }
        return Optional.empty();
    }

    /** The end of what the pods of a job have written. */
    String logOfJob(String job, String container, int lines) {
        return podsOfJob(job).stream()
                .map(pod -> log(pod.name(), container, lines).strip())
                .reduce("", (earlier, later) -> later);
    }

    private List<PodState> podsOfJob(String job) {
        return listed("list pods", () -> client.pods()
                        .inNamespace(name.namespace())
                        .withLabel("job-name", job)
                        .list())
                .map(PodState::of)
                .toList();
    }

    /** Deletes a job, and its pods with it; nothing happens when there is none. */
    void deleteJob(String job) {
        call("delete the job " + job, () -> client.batch()
                .v1()
                .jobs()
                .inNamespace(name.namespace())
                .withName(job)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete());
    }

    /** The images of the operator's Deployments that the account can see: in all namespaces, else in that of the name. */
    public List<String> operatorImages() {
        List<Deployment> all = new ArrayList<>();
        try {
            all.addAll(listed("list Deployments", () -> client.apps()
                            .deployments()
                            .inAnyNamespace()
                            .withField("metadata.name", OPERATOR)
                            .list())
                    .toList());
        } catch (ClusterException e) {
            if (!e.isDenied()) {
                throw e;
            }
            found("read the Deployment " + OPERATOR, () -> client.apps()
                            .deployments()
                            .inNamespace(OPERATOR)
                            .withName(OPERATOR)
                            .get())
                    .ifPresent(all::add);
        }
        return all.stream()
                .map(DeploymentState::of)
                .filter(deployment -> OPERATOR.equals(deployment.name()))
                .map(DeploymentState::image)
                .toList();
    }

    /** The access modes of a claim; empty when there is no such claim. */
    public List<String> accessModes(String claim) {
        return found("read the claim " + claim, () -> client.persistentVolumeClaims()
                        .inNamespace(name.namespace())
                        .withName(claim)
                        .get())
                .map(PersistentVolumeClaim::getSpec)
                .map(spec -> spec.getAccessModes())
                .orElse(List.of());
    }

    /** Whether the account may do something, as the API server says. */
    public boolean may(Right right) {
        String[] parts = right.resource().split("/", 2);
        SelfSubjectAccessReview asked = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withVerb(right.verb())
                .withGroup(right.group())
                .withResource(parts[0])
                .withSubresource(parts.length > 1 ? parts[1] : null)
                .withNamespace(right.namespace())
                .endResourceAttributes()
                .endSpec()
                .build();
        SelfSubjectAccessReview answer = call(
                "ask for the rights of the account",
                () -> client.authorization().v1().selfSubjectAccessReview().create(asked));
        return Answer.required(answer, "the review of the rights").getStatus() != null
                && Boolean.TRUE.equals(answer.getStatus().getAllowed());
    }

    private static <T> Optional<T> found(String what, Supplier<T> request) {
        try {
            return Optional.ofNullable(call(what, request));
        } catch (ClusterException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static <T extends HasMetadata> Stream<T> listed(
            String what, Supplier<? extends KubernetesResourceList<T>> request) {
        return Answer.entries(Answer.required(call(what, request), "a list").getItems()).stream();
    }

    private static <T> T call(String what, Supplier<T> request) {
        try {
            return request.get();
        } catch (KubernetesClientException e) {
            String why = e.getStatus() == null || e.getStatus().getMessage() == null
                    ? String.valueOf(
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage())
                    : e.getStatus().getMessage();
            throw new ClusterException(
                    e.getCode() <= 0
                            ? "The API server does not answer (" + what + "): " + why
                            : "The API server answers " + e.getCode() + " (" + what + "): " + why,
                    e.getCode(),
                    e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
