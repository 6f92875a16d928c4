package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.github.mmupgrade.server.WaitTimer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A job that dumps the database by {@code pg_dump} onto a volume, and reads the dump's list of contents afterwards. */
public final class DumpJob {

    /** What it is called in the pod. */
    private static final String CONTAINER = "dump";

    private static final int LAST_LINES = 20;

    private final Cluster cluster;
    private final String name;
    private final String secret;
    private final String image;
    private final String claim;

    /**
     * A job.
     *
     * @param name of the dump: that of the resource, a dash, that of the run
     * @param secret has the data source, as the operator's resource names it
     * @param image has {@code sh}, {@code awk}, {@code pg_dump} and {@code pg_restore}
     * @param claim of the volume that the dump is written to
     */
    public DumpJob(Cluster cluster, String name, String secret, String image, String claim) {
        this.cluster = cluster;
        this.name = name;
        this.secret = secret;
        this.image = image;
        this.claim = claim;
    }

    /**
     * How it went.
     *
     * @param said its last lines
     */
    public record Outcome(boolean succeeded, String said) {}

    /** What runs in the pod. */
    static String script() {
        try (InputStream in = DumpJob.class.getResourceAsStream("dump.sh")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it, or waits for it where an earlier call has begun it. */
    public Outcome run(WaitTimer timer, Duration poll, Duration limit) {
        Job wanted = job(jobName());
        String job = wanted.getMetadata().getName();
        Optional<Job> there = cluster.createJob(wanted);
        if (there.isPresent() && !work(there.get()).equals(work(wanted))) {
            return new Outcome(
                    false, "the job " + job + " is there already, and does something else. Look at it and delete it");
        }
        Duration begin = timer.elapsed();
        while (timer.elapsed().minus(begin).compareTo(limit) < 0) {
            Optional<JobState> state = Optional.empty();
            try {
                state = cluster.job(job);
            } catch (ClusterException e) {
                if (!e.isTransient()) {
                    throw e;
                }
            }
            if (state.isPresent()
                    && (state.get().completed() || !state.get().givenUp().isEmpty())) {
                String said = cluster.logOfJob(job, CONTAINER, LAST_LINES);
                Outcome outcome = new Outcome(state.get().completed() && endsWithTheDump(said), said);
                cluster.deleteJob(job);
                return outcome;
            }
            timer.sleep(poll);
        }
        cluster.deleteJob(job);
        return new Outcome(false, "it had not ended in time, and was deleted");
    }

    /** With the run: a label of its pods has this name, and 63 characters at most, so that the end of it counts. */
    private String jobName() {
        String end = name.substring(Math.max(0, name.length() - 47)).toLowerCase(Locale.ROOT);
        return "mattermost-dump-" + end.replaceFirst("^[^a-z0-9]+", "");
    }

    /**
     * What a job does: whoever may make jobs there may have made one of this name, and its template cannot be changed
     * afterwards.
     */
    private static List<Object> work(Job job) {
        PodTemplateSpec template = job.getSpec() == null ? null : job.getSpec().getTemplate();
        PodSpec pod = Answer.required(template == null ? null : template.getSpec(), "the template of a job");
        List<Object> work = new ArrayList<>(List.of(Answer.entries(pod.getInitContainers())));
        for (Container container : Answer.entries(pod.getContainers())) {
            work.add(Arrays.asList(
                    container.getImage(), container.getCommand(), container.getArgs(), container.getEnv()));
        }
        for (Volume volume : Answer.entries(pod.getVolumes())) {
            PersistentVolumeClaimVolumeSource claimed = volume.getPersistentVolumeClaim();
            work.add(claimed == null ? volume : claimed.getClaimName());
        }
        return work;
    }

    /** The script names the dump when it is there, checked and all; a job that only ends well has dumped nothing. */
    private boolean endsWithTheDump(String said) {
        return said.lines().reduce("", (earlier, later) -> later).startsWith(name + ".dump, ");
    }

    private Job job(String job) {
        return new JobBuilder()
                .withNewMetadata()
                .withName(job)
                .withNamespace(cluster.name().namespace())
                .addToLabels("app", "mattermost-dump")
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(0)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .addNewContainer()
                .withName(CONTAINER)
                .withImage(image)
                .withCommand("sh", "-c", script())
                .addNewEnv()
                .withName("DB_CONNECTION_STRING")
                .withNewValueFrom()
                .withNewSecretKeyRef("DB_CONNECTION_STRING", secret, false)
                .endValueFrom()
                .endEnv()
                .addNewEnv()
                .withName("DUMP_NAME")
                .withValue(name)
                .endEnv()
                .addNewVolumeMount()
                .withName("dumps")
                .withMountPath("/dumps")
                .endVolumeMount()
                .endContainer()
                .addNewVolume()
                .withName("dumps")
                .withNewPersistentVolumeClaim(claim, false)
                .endVolume()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
