package io.github.mmupgrade.kubernetes;

import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.ClusterOptions;
import io.github.mmupgrade.kubernetes.cluster.ResourceName;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.testing.PlainOptions;
import io.github.mmupgrade.testing.RecordingReporter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.Description;
import org.junit.runners.model.Statement;

/** A cluster with one installation that an operator runs, and the goals with deadlines of milliseconds. */
final class OperatorScene extends ExternalResource {

    private final TemporaryFolder folder = new TemporaryFolder();
    private final String version;
    private final int replicas;
    private FakeApiServer server;
    private FakeOperator operator;
    private RecordingReporter reporter = new RecordingReporter();

    String target;
    String path = "auto";
    Edition edition;
    OnFailure onFailure = OnFailure.ROLLBACK;
    boolean dryRun;
    boolean vouched = true;
    boolean schemaCompatible;
    boolean allowOwner;
    String acknowledge = "all";
    String takeOver;
    String stateName = "state";
    DatabaseCommand command = DatabaseCommand.NONE;
    KubernetesOptions.Limits limits =
            new KubernetesOptions.Limits(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));
    WatchTimes times = new WatchTimes(
            Duration.ofMillis(40),
            Duration.ofMillis(150),
            Duration.ofMillis(400),
            Duration.ofMillis(300),
            Duration.ofMillis(200),
            Duration.ofSeconds(3),
            Duration.ofMillis(300));

    /**
     * A cluster with one installation.
     *
     * @param version its release
     * @param replicas how many pods it has
     */
    OperatorScene(String version, int replicas) {
        this.version = version;
        this.replicas = replicas;
    }

    @Override
    public Statement apply(Statement base, Description description) {
        return folder.apply(super.apply(base, description), description);
    }

    @Override
    protected void before() {
        server = new FakeApiServer();
        operator = new FakeOperator(server.operatorClient(), version, replicas);
    }

    @Override
    protected void after() {
        try {
            operator.close();
        } finally {
            server.close();
        }
    }

    FakeApiServer server() {
        return server;
    }

    FakeOperator operator() {
        return operator;
    }

    /** Who is told in the next call, anew. */
    RecordingReporter reporter() {
        return reporter;
    }

    Path root() {
        return folder.getRoot().toPath();
    }

    /** The target of the next calls; the operator begins to work. */
    OperatorScene to(String release) {
        target = release;
        return this;
    }

    String annotation() {
        return operator.resource().getMetadata().getAnnotations() == null
                ? null
                : operator.resource().getMetadata().getAnnotations().get(RunClaim.ANNOTATION);
    }

    String wanted() {
        return operator.resource().get("spec", "version");
    }

    void succeeds(Goal goal) {
        operator.startOnce();
        goals().run(goal);
    }

    <T extends ProblemException> T fails(Class<T> kind, Goal goal) {
        operator.startOnce();
        KubernetesGoals goals = goals();
        return assertThrows(kind, () -> goals.run(goal));
    }

    /** Does something when a version is asked for, once. */
    void whenAskedFor(String release, Runnable act) {
        AtomicBoolean done = new AtomicBoolean();
        operator.before.add((version, job) -> {
            if (version.equals(release) && done.compareAndSet(false, true)) {
                act.run();
            }
        });
    }

    /** Does something when a job is there, once. */
    void whenJobRuns(Runnable act) {
        AtomicBoolean done = new AtomicBoolean();
        operator.before.add((version, job) -> {
            if (job != null && job.getStatus() != null && done.compareAndSet(false, true)) {
                act.run();
            }
        });
    }

    /** Waits until the operator is done. */
    void awaitStable() {
        operator.startOnce();
        await(() -> {
            GenericKubernetesResource resource = operator.resource();
            return "stable".equals(resource.get("status", "state"))
                    && ((Number) resource.get("status", "observedGeneration")).longValue()
                            == resource.getMetadata().getGeneration();
        });
    }

    /** Takes the pods away, as a Deployment without replicas does. */
    void noPods() {
        operator.removePods();
        awaitStable();
    }

    private static void await(BooleanSupplier state) {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!state.getAsBoolean()) {
            assertTrue("it takes too long", System.nanoTime() < end);
            WaitTimer.real().sleep(Duration.ofMillis(5));
        }
    }

    void said(String text) {
        assertTrue(reporter.text(), reporter.text().contains(text));
    }

    KubernetesGoals goals() {
        reporter = new RecordingReporter();
        return new KubernetesGoals(
                options(),
                new KubernetesOptions(
                        new ClusterOptions(new ResourceName(FakeOperator.NAMESPACE, FakeOperator.NAME), null, null),
                        vouched,
                        null,
                        null,
                        schemaCompatible,
                        allowOwner,
                        takeOver,
                        limits),
                new LocalHost(),
                reporter,
                Clock.systemUTC(),
                options -> new Cluster(server.client(), options.resource()),
                cluster -> pod -> Optional.ofNullable(operator.releases.get(pod))
                        .map(OperatorScene::answer)
                        .orElseGet(() -> ServerAnswer.none("nothing listens")),
                times);
    }

    private static ServerAnswer answer(String release) {
        return new ServerAnswer(
                true, true, Version.tryParse(release), true, Version.tryParse(release), Optional.empty(), "");
    }

    private UpgradeOptions options() {
        UpgradeOptions plain = PlainOptions.of(root(), root());
        UpgradeOptions.Backup backup = plain.backup();
        return new UpgradeOptions(
                plain.installDirectory(),
                new UpgradeOptions.Places(
                        root().resolve(stateName), root().resolve("backups"), root().resolve("cache")),
                plain.service(),
                new UpgradeOptions.Target(
                        target, edition, null, null, null, null, null, path, null, acknowledge, null, true, null),
                plain.limits(),
                plain.config(),
                new UpgradeOptions.Backup(
                        backup.database(),
                        command,
                        backup.onlineDump(),
                        backup.stop(),
                        backup.toolsDirectory(),
                        backup.jobs(),
                        backup.keep(),
                        backup.keepFrozen(),
                        backup.maxDowntime(),
                        backup.files(),
                        backup.sharedServer()),
                Optional.empty(),
                plain.check(),
                plain.announcement(),
                onFailure,
                dryRun);
    }
}
