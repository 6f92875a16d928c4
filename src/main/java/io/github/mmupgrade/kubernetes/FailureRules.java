package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.RolloutFailure.Kind;
import io.github.mmupgrade.kubernetes.cluster.DeploymentState;
import io.github.mmupgrade.kubernetes.cluster.JobState;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.report.Amount;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells from what is seen that a roll-out fails. The operator itself does not: after a failed migration it waits for ever
 * without an error, and what the Deployment says of pods that do not come up it ignores
 * (<a href="https://github.com/mattermost/mattermost-operator/blob/master/pkg/resources/update_job.go">its
 * update_job.go</a>).
 */
final class FailureRules {

    private static final int MOST_RESTARTS = 3;

    private static final Set<String> NO_START = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "InvalidImageName",
            "ErrImageNeverPull",
            "CreateContainerConfigError",
            "CreateContainerError");

    /** Errors that the operator writes while all goes well: it waits for its job, or makes it anew. */
    private static final List<String> HARMLESS = List.of("still running", "already exists", "update image job failed");

    /** What is measured from its begin, whether it can be seen all the time or not. */
    private static final String MIGRATION = "migration";

    private static final String ROLLOUT = "rollout";
    private static final Set<String> PHASES = Set.of(MIGRATION, ROLLOUT);

    private final RolloutTarget target;
    private final KubernetesOptions.Limits limits;
    private final WatchTimes times;
    private final Map<String, Duration> since = new HashMap<>();
    private final Set<String> lasting = new HashSet<>();

    FailureRules(RolloutTarget target, KubernetesOptions.Limits limits, WatchTimes times) {
        this.target = target;
        this.limits = limits;
        this.times = times;
    }

    /**
     * Looks for a failure.
     *
     * @param now the time of the look, on the same scale as that of all looks before
     */
    Optional<RolloutFailure> look(Snapshot seen, Duration now) {
        lasting.clear();
        Optional<RolloutFailure> failure = find(seen, now);
        since.keySet().removeIf(what -> !lasting.contains(what) && !PHASES.contains(what));
        return failure;
    }

    private Optional<RolloutFailure> find(Snapshot seen, Duration now) {
        MattermostResource resource = seen.resource();
        if (resource.observedGeneration() < resource.generation()) {
            return overdue(
                    "operator",
                    limits.operator(),
                    now,
                    new RolloutFailure(
                            Kind.BROKEN,
                            "The operator has not taken notice of the change for " + Amount.duration(limits.operator())
                                    + ": it does not run, may not see the namespace, or is busy with other resources.",
                            seen));
        }
        if (!seen.rollsOut(target.podImage())) {
            Optional<RolloutFailure> failure = ofJob(seen, now);
            return failure.isPresent() ? failure : ofStatus(seen, now);
        }
        Optional<RolloutFailure> failure = ofPods(seen, seen.podsOf(target.podImage()), now);
        return failure.or(() -> seen.deployments().stream()
                        .map(DeploymentState::stuck)
                        .filter(stuck -> !stuck.isEmpty())
                        .findFirst()
                        .map(stuck -> new RolloutFailure(
                                Kind.BROKEN, "The pods of the new release did not come up in time: " + stuck, seen)))
                .or(() -> ofStatus(seen, now))
                .or(() -> overdue(
                        ROLLOUT,
                        limits.rollout(),
                        now,
                        new RolloutFailure(
                                Kind.BROKEN,
                                "After " + Amount.duration(limits.rollout()) + " "
                                        + seen.podsOf(target.podImage()).stream()
                                                .filter(PodState::ready)
                                                .count()
                                        + " of " + resource.replicas() + " pods are ready with " + target
                                        + "; the operator says " + resource + ".",
                                seen)));
    }

    private Optional<RolloutFailure> ofJob(Snapshot seen, Duration now) {
        Optional<JobState> found = seen.job().filter(job -> job.image().equals(target.podImage()));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        JobState job = found.get();
        if (job.isFailing() && !seen.migrates()) {
            return Optional.of(new RolloutFailure(
                    Kind.BROKEN,
                    "The migration of the schema failed " + Amount.of(job.failed(), "time")
                            + (job.givenUp().isEmpty() ? "" : ", and Kubernetes tries no more (" + job.givenUp() + ")")
                            + ".",
                    seen));
        }
        Optional<RolloutFailure> failure = ofPods(seen, seen.jobPods(), now);
        if (failure.isPresent() || job.completed()) {
            return failure;
        }
        boolean runs = seen.migrates();
        return overdue(
                MIGRATION,
                limits.migration(),
                now,
                new RolloutFailure(
                        runs ? Kind.STILL_MIGRATING : Kind.BROKEN,
                        "The job that migrates the schema has not ended within " + Amount.duration(limits.migration())
                                + (runs ? ", and still runs." : "."),
                        seen));
    }

    private Optional<RolloutFailure> ofPods(Snapshot seen, List<PodState> pods, Duration now) {
        for (PodState pod : pods) {
            String said = seen.said(pod).isEmpty() ? "." : ": " + seen.said(pod);
            Optional<RolloutFailure> failure = Optional.empty();
            if (!pod.ready() && (pod.waiting().equals("CrashLoopBackOff") || pod.restarts() >= MOST_RESTARTS)) {
                failure = Optional.of(new RolloutFailure(
                        Kind.BROKEN,
                        "The pod " + pod.name() + " crashed " + Amount.of(pod.restarts(), "time") + said,
                        seen));
            } else if (NO_START.contains(pod.waiting())) {
                failure = overdue(
                        "image " + pod.name(),
                        times.image(),
                        now,
                        new RolloutFailure(
                                Kind.BROKEN, "The pod " + pod.name() + " cannot start, " + pod.waiting() + said, seen));
            } else if (pod.phase().equals("Pending")) {
                failure = overdue(
                        "pending " + pod.name(),
                        times.pending(),
                        now,
                        new RolloutFailure(
                                Kind.BROKEN,
                                "The pod " + pod.name() + " does not start"
                                        + (pod.initializing().isEmpty()
                                                ? ""
                                                : " because its init container " + pod.initializing() + " does not end")
                                        + said,
                                seen));
            } else if (pod.mainDone()) {
                failure = overdue(
                        "sidecar " + pod.name(),
                        times.sidecar(),
                        now,
                        new RolloutFailure(
                                Kind.BROKEN,
                                "The migration is done, but another container of the pod " + pod.name()
                                        + " does not end, so that its job never will. Keep sidecars out of it by"
                                        + " spec.updateJob.extraAnnotations, such as sidecar.istio.io/inject: \"false\".",
                                seen));
            }
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }

    /** An error may be an old one: it stays in the status until the operator checks the health the next time. */
    private Optional<RolloutFailure> ofStatus(Snapshot seen, Duration now) {
        String error = seen.resource().error();
        if (error.isEmpty() || HARMLESS.stream().anyMatch(error::contains)) {
            return Optional.empty();
        }
        return overdue(
                "error " + error,
                times.error(),
                now,
                new RolloutFailure(Kind.BROKEN, "The operator reports an error: " + error + ".", seen));
    }

    private Optional<RolloutFailure> overdue(String what, Duration limit, Duration now, RolloutFailure failure) {
        lasting.add(what);
        Duration first = since.computeIfAbsent(what, unseen -> now);
        return now.minus(first).compareTo(limit) > 0 ? Optional.of(failure) : Optional.empty();
    }
}
