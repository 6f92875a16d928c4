package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.PodProbe;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.server.WaitTimer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Where a goal works: the resource in its cluster, the journal, and who is told.
 *
 * @param options what a person asked for of any upgrade
 * @param kubernetes what a person asked for of this one
 * @param cluster the cluster
 * @param probe asks pods who they are
 * @param host this machine
 * @param reporter who is told
 * @param clock tells the time
 * @param timer measures it
 * @param times how often the cluster is asked
 * @param journal what the runs of this state directory have done
 */
record OperatorPlace(
        UpgradeOptions options,
        KubernetesOptions kubernetes,
        Cluster cluster,
        PodProbe probe,
        Host host,
        Reporter reporter,
        Clock clock,
        WaitTimer timer,
        WatchTimes times,
        Journal journal) {

    private static final int DIGITS = 8;

    /** Opens the place. Writes nothing. */
    static OperatorPlace open(
            UpgradeOptions options,
            KubernetesOptions kubernetes,
            Cluster cluster,
            PodProbe probe,
            Host host,
            Reporter reporter,
            Clock clock,
            WatchTimes times) {
        return new OperatorPlace(
                options,
                kubernetes,
                cluster,
                probe,
                host,
                reporter,
                clock,
                WaitTimer.real(),
                times,
                Journal.open(state(options, cluster).resolve("journal.jsonl"), clock));
    }

    /** Resources of one name may be in several clusters, which their API servers tell apart. */
    private static Path state(UpgradeOptions options, Cluster cluster) {
        String address = DigestUtils.sha256Hex(cluster.address().getBytes(StandardCharsets.UTF_8));
        return options.places()
                .state()
                .resolve("kubernetes-" + cluster.name().namespace() + "-"
                        + cluster.name().name() + "-" + address.substring(0, DIGITS));
    }

    /** The directory of this resource's state; may not be there yet. */
    Path state() {
        return state(options, cluster);
    }

    /** The directory of a run's own files, made for this user alone when it is not there. */
    Path directoryOf(Run run) {
        return privateDirectory(state().resolve("runs").resolve(run.id()));
    }

    static Path privateDirectory(Path directory) {
        try {
            return Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new RefusedException(
                    "The state directory " + directory + " cannot be created: " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("Set mattermost.stateDirectory to a directory that you may write to."),
                    e);
        }
    }

    /**
     * Takes the lock of the resource on this state directory for as long as the answer is open.
     *
     * @throws RefusedException when another run has it
     */
    ExclusiveLock lock(Goal goal) {
        Path file = privateDirectory(state()).resolve("lock");
        try {
            return ExclusiveLock.tryAcquire(file, goal.key()).orElseThrow(() -> {
                Object holder;
                try {
                    holder = ExclusiveLock.holder(file)
                            .<Object>map(found -> found)
                            .orElse("the lock file does not name it");
                } catch (IOException e) {
                    holder = IoReason.of(e);
                }
                return new RefusedException(
                        "Another run works on " + cluster.name() + ": " + holder + ". Nothing was changed.",
                        Hint.run("Wait until it has ended. See its progress.", Goal.STATUS));
            });
        } catch (IOException e) {
            throw new RefusedException(
                    "The lock " + file + " cannot be taken: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Run as the user who ran the earlier goals."),
                    e);
        }
    }

    /** The run in progress of this state directory. */
    Optional<Run> openRun() {
        return Run.open(journal);
    }

    /** What this state directory's run in progress has written on the resource. */
    Optional<RunClaim> claim() {
        return openRun().map(OperatorRun::claim);
    }

    /**
     * The resource.
     *
     * @throws RefusedException when there is none, or one of the former kind
     */
    MattermostResource require() {
        Optional<MattermostResource> found = cluster.find();
        if (found.isPresent()) {
            return found.get();
        }
        String name = cluster.name().name();
        if (cluster.formerResources().contains(name)) {
            throw new RefusedException(
                    cluster.name() + " is a ClusterInstallation (v1alpha1), the operator's former kind. Nothing was"
                            + " changed.",
                    Hint.of("Move it to the kind Mattermost first:"
                            + " https://github.com/mattermost/mattermost-operator/blob/master/docs/migration.md"));
        }
        throw new RefusedException(
                "There is no resource " + cluster.name() + " of the kind Mattermost"
                        + " (installation.mattermost.com/v1beta1) at " + cluster.address() + ". Nothing was changed.",
                Hint.of("To list the resources: kubectl get mattermosts --all-namespaces"));
    }

    /** Asks again what the API server cannot answer at the moment: what was begun shall not end by that. */
    <T> T patiently(Supplier<T> request) {
        Duration begin = timer.elapsed();
        while (true) {
            try {
                return request.get();
            } catch (ClusterException e) {
                if (!e.isTransient() || timer.elapsed().minus(begin).compareTo(times.unreachable()) > 0) {
                    throw e;
                }
                reporter.debug(e.getMessage() + " It is asked again.");
                timer.sleep(times.poll());
            }
        }
    }

    /**
     * The resource with everything around it.
     *
     * @throws RefusedException when there is none, or one of the former kind
     */
    Snapshot requireSnapshot() {
        require();
        return cluster.snapshot()
                .orElseThrow(() -> new IllegalStateException(cluster.name() + " was deleted just now"));
    }
}
