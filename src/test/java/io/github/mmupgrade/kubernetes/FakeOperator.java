package io.github.mmupgrade.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * Plays the operator, the Job controller, the Deployment controller and the nodes: it writes what they write, in their
 * order, and on their evidence. It never becomes stable because a version changed.
 */
final class FakeOperator implements AutoCloseable {

    static final String NAMESPACE = "chat";
    static final String NAME = "mm";
    static final String IMAGE = "mattermost/mattermost-enterprise-edition";
    static final String JOB = "mattermost-update-check";

    /** What becomes of the job of an image. */
    enum JobPlay {
        SUCCEEDS,
        /** Every try fails, until Kubernetes gives up. */
        FAILS,
        /** The first job succeeds after a failed try, which the operator takes for a failure; the second is fine. */
        FLAKY,
        NO_IMAGE,
        RUNS_FOR_EVER,
        WAITS_FOR_DATABASE,
        SIDECAR
    }

    /** What becomes of the new pods of an image. */
    enum PodPlay {
        COME_UP,
        CRASH,
        /** They crash without a look at their containers: only the Deployment says so in the end. */
        STUCK,
        /** One comes up, the others wait for a node. */
        HALF
    }

    private static final Map<String, String> LABELS = Map.of("app", "mattermost");

    final Map<String, JobPlay> jobs = new ConcurrentHashMap<>();
    final Map<String, PodPlay> pods = new ConcurrentHashMap<>();

    /** By the name of a pod: the release that it says to run. */
    final Map<String, String> releases = new ConcurrentHashMap<>();

    volatile boolean absent;
    volatile long hesitatesMillis;
    volatile String error = "";

    /** As operators before 1.19: an error while the job runs, and never {@code ready}. */
    volatile boolean former;

    /** Is called with the version that is asked for and with the image of the job, before each look. */
    final List<BiConsumer<String, Job>> before = new CopyOnWriteArrayList<>();

    private final KubernetesClient client;
    private final Thread thread = new Thread(this::work, "operator");
    private volatile boolean ended;
    private volatile RuntimeException failure;
    private long seenGeneration = -1;
    private long seenAt;
    private String written = "";
    private int step;
    private int rolled;
    private boolean flaked;
    private volatile boolean hasJobServer;

    FakeOperator(KubernetesClient client, String version, int replicas) {
        this.client = client;
        apply(resource(NAME, version, replicas));
        deploy(IMAGE + ":" + version, replicas);
        for (int i = 0; i < replicas; i++) {
            String set = setOf(version);
            pod(set + "-" + i, set, IMAGE + ":" + version, true, "", 0);
            releases.put(set + "-" + i, version);
        }
        operatorImage("mattermost/mattermost-operator:v1.25.4");
        status("stable", version, replicas, replicas, resource());
    }

    /** Begins to work, unless it does. */
    void startOnce() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    static GenericKubernetesResource resource(String name, String version, int replicas) {
        GenericKubernetesResource resource = new GenericKubernetesResource();
        resource.setApiVersion("installation.mattermost.com/v1beta1");
        resource.setKind("Mattermost");
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(name);
        metadata.setNamespace(NAMESPACE);
        resource.setMetadata(metadata);
        Map<String, Object> spec = new HashMap<>();
        spec.put("image", IMAGE);
        spec.put("version", version);
        spec.put("replicas", replicas);
        spec.put("database", Map.of("external", Map.of("secret", "database")));
        spec.put(
                "mattermostEnv",
                List.of(Map.of("name", "MM_SERVICESETTINGS_SITEURL", "value", "https://chat.example.com")));
        resource.setAdditionalProperty("spec", spec);
        return resource;
    }

    <T extends io.fabric8.kubernetes.api.model.HasMetadata> void apply(T object) {
        if (object.getMetadata().getNamespace() == null) {
            object.getMetadata().setNamespace(NAMESPACE);
        }
        client.resource(object).delete();
        client.resource(object).create();
    }

    /** The operator's own Deployment has another image; null for none. */
    void operatorImage(String image) {
        client.apps()
                .deployments()
                .inNamespace("mattermost-operator")
                .withName("mattermost-operator")
                .delete();
        if (image == null) {
            return;
        }
        apply(new DeploymentBuilder()
                .withNewMetadata()
                .withName("mattermost-operator")
                .withNamespace("mattermost-operator")
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .addToMatchLabels("name", "mattermost-operator")
                .endSelector()
                .withNewTemplate()
                .withNewSpec()
                .addNewContainer()
                .withName("mattermost-operator")
                .withImage(image)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build());
    }

    /** Asks for a pod that only runs background jobs: it listens nowhere, so nobody can ask it for its release. */
    void addJobServer(String version) {
        jobServer(version);
        hasJobServer = true;
        edit("{\"spec\":{\"jobServer\":{\"dedicatedJobServer\":true}}}");
    }

    private void jobServer(String version) {
        String image = IMAGE + ":" + version;
        String name = NAME + "-jobserver";
        String set = name + "-" + version.replace('.', '-');
        Map<String, String> labels = Map.of("app", "jobserver");
        apply(deployment(name, labels, image, 1));
        apply(replicaSet(set, name, labels));
        client.pods().inNamespace(NAMESPACE).withLabels(labels).delete();
        apply(new PodBuilder(newPod(set + "-0", set, image, true, "", 0))
                .editMetadata()
                .withLabels(labels)
                .endMetadata()
                .build());
    }

    /** Deletes the resource. */
    void delete() {
        client.resource(resource()).delete();
    }

    GenericKubernetesResource resource() {
        return client.genericKubernetesResources(FakeApiServer.MATTERMOST)
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .get();
    }

    /** Changes the specification as somebody else does. */
    void edit(String json) {
        client.genericKubernetesResources(FakeApiServer.MATTERMOST)
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }

    Job job() {
        return client.batch().v1().jobs().inNamespace(NAMESPACE).withName(JOB).get();
    }

    private void work() {
        while (!ended) {
            try {
                if (!absent) {
                    reconcile(resource());
                }
                Thread.sleep(25);
            } catch (KubernetesClientException e) {
                if (e.getCode() != 409 && e.getCode() != 404) {
                    failure = e;
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void reconcile(GenericKubernetesResource read) {
        GenericKubernetesResource resource = read;
        if (!before.isEmpty()) {
            String asked = read.get("spec", "version");
            Job job = job();
            before.forEach(act -> act.accept(asked, job));
            resource = resource();
        }
        long generation = resource.getMetadata().getGeneration();
        if (generation != seenGeneration) {
            seenGeneration = generation;
            seenAt = System.nanoTime();
            step = 0;
            rolled = 0;
        }
        if ((System.nanoTime() - seenAt) / 1_000_000 < hesitatesMillis) {
            return;
        }
        String version = resource.get("spec", "version");
        String image = resource.get("spec", "image") + ":" + version;
        int replicas = ((Number) resource.get("spec", "replicas")).intValue();
        String old = deployment()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getImage();
        String oldVersion = old.substring(old.lastIndexOf(':') + 1);
        if (!error.isEmpty()) {
            status("reconciling", oldVersion, replicas, replicas, resource);
        } else if (old.equals(image)) {
            rollOut(image, version, replicas, resource);
        } else {
            migrate(image, oldVersion, replicas, resource);
        }
    }

    private void migrate(String image, String oldVersion, int replicas, GenericKubernetesResource resource) {
        Job job = job();
        if (job == null) {
            status("reconciling", oldVersion, replicas, replicas, resource);
            apply(new JobBuilder()
                    .withNewMetadata()
                    .withName(JOB)
                    .endMetadata()
                    .withNewSpec()
                    .withNewTemplate()
                    .withNewSpec()
                    .addNewContainer()
                    .withName("mattermost")
                    .withImage(image)
                    .withArgs("db", "migrate")
                    .endContainer()
                    .endSpec()
                    .endTemplate()
                    .endSpec()
                    .build());
            step = 0;
            return;
        }
        String ofJob =
                job.getSpec().getTemplate().getSpec().getContainers().get(0).getImage();
        if (!ofJob.equals(image)) {
            deleteJob();
            return;
        }
        if (job.getStatus() != null && job.getStatus().getCompletionTime() != null) {
            if (job.getStatus().getFailed() != null && job.getStatus().getFailed() > 0) {
                error("failed to update mattermost deployment: update image job failed", resource);
                deleteJob();
                return;
            }
            deleteJob();
            deploy(image, replicas);
            rolled = 1;
            status("reconciling", "", 0, 0, resource);
            return;
        }
        if (former) {
            error("update image job still running", resource);
        }
        play(image);
    }

    /** The Job controller and a node. */
    private void play(String image) {
        step++;
        JobPlay play = jobs.getOrDefault(image, JobPlay.SUCCEEDS);
        String pod = JOB + "-" + step;
        switch (play) {
            case SUCCEEDS -> {
                if (step == 1) {
                    jobPod(pod, image, "Running", "");
                    jobStatus(1, 0, false, "");
                } else if (step > 5) {
                    jobStatus(0, 0, true, "");
                }
            }
            case FLAKY -> {
                if (step == 1) {
                    jobPod(pod, image, "Failed", "");
                    jobStatus(1, flaked ? 0 : 1, false, "");
                } else if (step > 3) {
                    jobStatus(0, flaked ? 0 : 1, true, "");
                    flaked = true;
                }
            }
            case FAILS -> {
                if (step <= 11) {
                    jobPod(pod, image, "Failed", "");
                    jobStatus(0, step, false, step == 11 ? "BackoffLimitExceeded" : "");
                }
            }
            case NO_IMAGE -> {
                jobPod(JOB + "-1", image, "Pending", step < 3 ? "ErrImagePull" : "ImagePullBackOff");
                jobStatus(1, 0, false, "");
            }
            case RUNS_FOR_EVER -> {
                if (step == 1) {
                    jobPod(pod, image, "Running", "");
                    jobStatus(1, 0, false, "");
                }
            }
            case WAITS_FOR_DATABASE -> {
                if (step == 1) {
                    apply(new PodBuilder(newPod(pod, JOB, image, false, "", 0))
                            .editMetadata()
                            .withLabels(Map.of("job-name", JOB, "app", JOB))
                            .endMetadata()
                            .editStatus()
                            .withPhase("Pending")
                            .addNewInitContainerStatus()
                            .withName("init-check-database")
                            .withNewState()
                            .withNewRunning("2026-11-28T00:00:00Z")
                            .endState()
                            .endInitContainerStatus()
                            .endStatus()
                            .build());
                    jobStatus(1, 0, false, "");
                }
            }
            case SIDECAR -> {
                if (step == 1) {
                    apply(new PodBuilder(newPod(pod, JOB, image, false, "", 0))
                            .editMetadata()
                            .withLabels(Map.of("job-name", JOB, "app", JOB))
                            .endMetadata()
                            .editStatus()
                            .editContainerStatus(0)
                            .withNewState()
                            .withNewTerminated()
                            .withExitCode(0)
                            .endTerminated()
                            .endState()
                            .endContainerStatus()
                            .endStatus()
                            .build());
                    jobStatus(1, 0, false, "");
                }
            }
        }
    }

    private void rollOut(String image, String version, int replicas, GenericKubernetesResource resource) {
        if (rolled == 0 || replicas == 0) {
            status("stable", replicas == 0 ? "" : version, replicas, replicas, resource);
            return;
        }
        rolled++;
        String set = setOf(version);
        PodPlay play = pods.getOrDefault(image, PodPlay.COME_UP);
        switch (rolled) {
            case 2 -> status("reconciling", "", replicas + 1, 0, resource);
            case 3 -> {
                if (play == PodPlay.CRASH) {
                    pod(set + "-0", set, image, false, "CrashLoopBackOff", 3);
                    rolled--;
                } else if (play == PodPlay.STUCK) {
                    pod(set + "-0", set, image, false, "", 0);
                    stuck();
                    rolled--;
                } else {
                    newPodComesUp(set, 0, image, version);
                    if (!former) {
                        status("ready", version, replicas + 1, 1, resource);
                    }
                }
            }
            default -> {
                int next = rolled - 3;
                if (play == PodPlay.HALF) {
                    rolled--;
                } else if (next < replicas) {
                    newPodComesUp(set, next, image, version);
                    if (!former) {
                        status("ready", version, replicas + 1, next + 1, resource);
                    }
                } else {
                    removeOthers(image);
                    if (hasJobServer) {
                        jobServer(version);
                    }
                    rolled = 0;
                }
            }
        }
    }

    /** The ReplicaSet of a release; a release that comes back has the same one. */
    private static String setOf(String version) {
        return "mm-" + version.replace('.', '-');
    }

    private void newPodComesUp(String set, int index, String image, String version) {
        pod(set + "-" + index, set, image, true, "", 0);
        releases.putIfAbsent(set + "-" + index, version);
    }

    private void removeOthers(String image) {
        for (Pod pod :
                client.pods().inNamespace(NAMESPACE).withLabels(LABELS).list().getItems()) {
            if (!pod.getSpec().getContainers().get(0).getImage().equals(image)) {
                client.resource(pod).delete();
            }
        }
    }

    void removePods() {
        removeOthers("none");
    }

    private void deleteJob() {
        client.batch().v1().jobs().inNamespace(NAMESPACE).withName(JOB).delete();
        client.pods().inNamespace(NAMESPACE).withLabel("job-name", JOB).delete();
    }

    private Deployment deployment() {
        return client.apps().deployments().inNamespace(NAMESPACE).withName(NAME).get();
    }

    private void deploy(String image, int replicas) {
        apply(deployment(NAME, LABELS, image, replicas));
    }

    private static Deployment deployment(String name, Map<String, String> labels, String image, int replicas) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .withMatchLabels(labels)
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .endStrategy()
                .withNewTemplate()
                .withNewSpec()
                .addNewContainer()
                .withName("mattermost")
                .withImage(image)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private void stuck() {
        apply(new DeploymentBuilder(deployment())
                .editMetadata()
                .withResourceVersion(null)
                .withUid(null)
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Progressing")
                .withStatus("False")
                .withReason("ProgressDeadlineExceeded")
                .withMessage("ReplicaSet \"mm-new\" has timed out progressing.")
                .endCondition()
                .endStatus()
                .build());
    }

    private void pod(String name, String set, String image, boolean ready, String waiting, int restarts) {
        apply(replicaSet(set, NAME, LABELS));
        apply(newPod(name, set, image, ready, waiting, restarts));
    }

    private static ReplicaSet replicaSet(String set, String deployment, Map<String, String> labels) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withName(set)
                .withLabels(labels)
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("Deployment")
                .withName(deployment)
                .withUid("1")
                .endOwnerReference()
                .endMetadata()
                .build();
    }

    private void jobPod(String name, String image, String phase, String waiting) {
        apply(new PodBuilder(newPod(name, JOB, image, false, waiting, 0))
                .editMetadata()
                .withLabels(Map.of("job-name", JOB, "app", JOB))
                .endMetadata()
                .editStatus()
                .withPhase(phase)
                .endStatus()
                .build());
    }

    private static Pod newPod(String name, String owner, String image, boolean ready, String waiting, int restarts) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(LABELS)
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind(owner.equals(JOB) ? "Job" : "ReplicaSet")
                .withName(owner)
                .withUid("1")
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("mattermost")
                .withImage(image)
                .addNewEnv()
                .withName("MM_SERVICESETTINGS_SITEURL")
                .withValue("https://chat.example.com")
                .endEnv()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .endCondition()
                .addNewContainerStatus()
                .withName("mattermost")
                .withRestartCount(restarts)
                .withNewState()
                .endState()
                .endContainerStatus()
                .endStatus();
        if (!waiting.isEmpty()) {
            pod.editStatus()
                    .editContainerStatus(0)
                    .withNewState()
                    .withNewWaiting("what the node says", waiting)
                    .endState()
                    .endContainerStatus()
                    .endStatus();
        }
        return pod.build();
    }

    private void jobStatus(int active, int failed, boolean completed, String givenUp) {
        client.batch().v1().jobs().inNamespace(NAMESPACE).withName(JOB).editStatus(job -> {
            JobBuilder changed = new JobBuilder(job)
                    .withNewStatus()
                    .withActive(active)
                    .withFailed(failed == 0 ? null : failed)
                    .withSucceeded(completed ? 1 : null)
                    .withCompletionTime(completed ? "2026-11-28T00:00:00Z" : null)
                    .endStatus();
            if (!givenUp.isEmpty()) {
                changed.editStatus()
                        .addNewCondition()
                        .withType("Failed")
                        .withStatus("True")
                        .withReason(givenUp)
                        .endCondition()
                        .endStatus();
            }
            return changed.build();
        });
    }

    private void status(String state, String version, int replicas, int updated, GenericKubernetesResource resource) {
        Object before = resource.get("status", "error");
        // an error stays through writes of reconciling
        String kept = !error.isEmpty() ? error : state.equals("reconciling") && before != null ? before.toString() : "";
        write("{\"state\":\"" + state + "\",\"version\":\"" + version + "\",\"replicas\":" + replicas
                + ",\"updatedReplicas\":" + updated + ",\"error\":\"" + kept + "\",\"observedGeneration\":"
                + resource.getMetadata().getGeneration() + "}");
    }

    private void error(String text, GenericKubernetesResource resource) {
        write("{\"error\":\"" + text + "\",\"observedGeneration\":"
                + resource.getMetadata().getGeneration() + "}");
    }

    private void write(String status) {
        if (status.equals(written)) {
            return;
        }
        written = status;
        client.genericKubernetesResources(FakeApiServer.MATTERMOST)
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":" + status + "}");
    }

    /** The images of the pods that serve. */
    List<String> images() {
        List<String> images = new ArrayList<>();
        for (Pod pod :
                client.pods().inNamespace(NAMESPACE).withLabels(LABELS).list().getItems()) {
            images.add(pod.getSpec().getContainers().get(0).getImage());
        }
        return images;
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
        if (failure != null) {
            throw failure;
        }
    }
}
