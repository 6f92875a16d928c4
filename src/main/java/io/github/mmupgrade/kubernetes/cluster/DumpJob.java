package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.github.mmupgrade.server.WaitTimer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
        // the run alone: a label of its pods has this name, and 63 characters at most
        String job =
                "mattermost-dump-" + name.substring(name.lastIndexOf('-') + 1).toLowerCase(Locale.ROOT);
        cluster.createJob(job(job));
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
                Outcome outcome = new Outcome(state.get().completed(), cluster.logOfJob(job, CONTAINER, LAST_LINES));
                cluster.deleteJob(job);
                return outcome;
            }
            timer.sleep(poll);
        }
        cluster.deleteJob(job);
        return new Outcome(false, "it had not ended in time, and was deleted");
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
