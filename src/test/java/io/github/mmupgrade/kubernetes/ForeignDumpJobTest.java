package io.github.mmupgrade.kubernetes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.DumpJob;
import io.github.mmupgrade.kubernetes.cluster.ResourceName;
import io.github.mmupgrade.server.WaitTimer;
import java.time.Duration;
import org.junit.After;
import org.junit.Test;

/** What counts as the job that dumps the database: whoever may make jobs may make one of its name. */
public class ForeignDumpJobTest {

    private static final String NAME = "chat-20261127-031400";
    private static final String JOB = "mattermost-dump-" + NAME;

    private final FakeApiServer server = new FakeApiServer();
    private final Cluster cluster = new Cluster(server.client(), ResourceName.parse("mattermost/chat"));

    @After
    public void stop() {
        server.close();
    }

    private void make(Job job) {
        server.client().resource(job).create();
    }

    /** Runs it; each time it waits, all jobs complete, and their pod has written that. */
    private DumpJob.Outcome dump(String said) {
        server.logs.put("dump-1", said);
        WaitTimer completing = new WaitTimer() {
            private Duration now = Duration.ZERO;

            @Override
            public Duration elapsed() {
                return now;
            }

            @Override
            public void sleep(Duration duration) {
                now = now.plus(duration);
                server.client()
                        .batch()
                        .v1()
                        .jobs()
                        .inNamespace("mattermost")
                        .withName(JOB)
                        .editStatus(job -> new JobBuilder(job)
                                .withNewStatus()
                                .withCompletionTime("2026-11-27T03:14:00Z")
                                .endStatus()
                                .build());
            }
        };
        return new DumpJob(cluster, NAME, "database", "postgres:16", "dumps")
                .run(completing, Duration.ofSeconds(1), Duration.ofSeconds(10));
    }

    private void pod() {
        server.client()
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("dump-1")
                        .withNamespace("mattermost")
                        .addToLabels("job-name", JOB)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("dump")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    public void aJobThatSaysWhatItHasDumpedCounts() {
        pod();
        assertTrue(dump("a notice\n" + NAME + ".dump, 30 tables, 4711 bytes\n").succeeded());
    }

    @Test
    public void aJobThatOnlyEndsWellHasDumpedNothing() {
        pod();
        assertFalse(dump("").succeeded());
        assertFalse(dump("mattermost-other.dump, 30 tables, 4711 bytes").succeeded());
    }

    @Test
    public void anothersJobDoesNotCount() {
        make(new JobBuilder()
                .withNewMetadata()
                .withName(JOB)
                .withNamespace("mattermost")
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewSpec()
                .addNewContainer()
                .withName("dump")
                .withImage("postgres:16")
                .withCommand("true")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .withNewStatus()
                .withCompletionTime("2026-11-27T03:14:00Z")
                .endStatus()
                .build());
        DumpJob.Outcome outcome = dump("");
        assertFalse(outcome.succeeded());
        assertTrue(outcome.said(), outcome.said().contains("does something else"));
        assertEquals(
                1,
                server.client()
                        .batch()
                        .v1()
                        .jobs()
                        .inNamespace("mattermost")
                        .list()
                        .getItems()
                        .size());
    }
}
