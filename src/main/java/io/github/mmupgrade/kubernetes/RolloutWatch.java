package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.RolloutFailure.Kind;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.report.Amount;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits until a resource is what it shall be, or it is clear that it will not. */
final class RolloutWatch {

    private final OperatorPlace place;
    private final RolloutTarget target;
    private final Consumer<Snapshot> observer;
    private final FailureRules rules;
    private String told = "";
    private Duration lastAnswer;

    /**
     * A watch.
     *
     * @param observer is shown everything that is seen, before it is judged
     */
    RolloutWatch(OperatorPlace place, RolloutTarget target, Consumer<Snapshot> observer) {
        this.place = place;
        this.target = target;
        this.observer = observer;
        this.rules = new FailureRules(target, place.kubernetes().limits(), place.times());
    }

    /**
     * Waits.
     *
     * @return what was seen when it was reached
     * @throws RolloutFailure when it will not be
     */
    Snapshot await() throws RolloutFailure {
        lastAnswer = place.timer().elapsed();
        Snapshot last = null;
        while (true) {
            Optional<Snapshot> seen = look(last);
            if (seen.isPresent()) {
                last = seen.get();
                observer.accept(last);
                if (target.isReached(last)) {
                    return last;
                }
                requireOurs(last);
                tell(last);
                Optional<RolloutFailure> failure =
                        rules.look(last, place.timer().elapsed());
                if (failure.isPresent()) {
                    throw failure.get();
                }
            }
            place.timer().sleep(place.times().poll());
        }
    }

    /** Looks once; empty when the API server does not answer at the moment. */
    private Optional<Snapshot> look(Snapshot last) throws RolloutFailure {
        try {
            Optional<Snapshot> seen = place.cluster().snapshot();
            if (seen.isEmpty()) {
                throw new RolloutFailure(
                        Kind.FOREIGN, "The resource " + place.cluster().name() + " is gone.", last);
            }
            lastAnswer = place.timer().elapsed();
            return seen;
        } catch (ClusterException e) {
            Duration silent = place.timer().elapsed().minus(lastAnswer);
            if (e.isTransient() && silent.compareTo(place.times().unreachable()) < 0) {
                place.reporter().debug(e.getMessage() + " It is asked again.");
                return Optional.empty();
            }
            throw new RolloutFailure(
                    Kind.OUT_OF_REACH,
                    e.getMessage() + (e.isTransient() ? " That has lasted for " + Amount.duration(silent) + "." : ""),
                    last);
        }
    }

    private void requireOurs(Snapshot seen) throws RolloutFailure {
        MattermostResource resource = seen.resource();
        if (!target.isWantedBy(resource)) {
            throw new RolloutFailure(
                    Kind.FOREIGN,
                    "Somebody else has changed " + place.cluster().name() + " to " + resource.podImage()
                            + resource.lastManager()
                                    .map(who -> "; the last who wrote it was " + who)
                                    .orElse("")
                            + ".",
                    seen);
        }
        Optional<RunClaim> other = RunClaim.of(resource)
                .filter(claim ->
                        place.claim().isPresent() && !claim.equals(place.claim().get()));
        if (other.isPresent()) {
            throw new RolloutFailure(
                    Kind.FOREIGN, "Another run of this plugin works on it now: " + other.get() + ".", seen);
        }
    }

    private void tell(Snapshot seen) {
        String phase = phase(seen);
        if (!phase.equals(told)) {
            told = phase;
            place.reporter().info(phase);
        }
    }

    private String phase(Snapshot seen) {
        if (seen.resource().observedGeneration() < seen.resource().generation()) {
            return "waiting for the operator";
        }
        if (seen.rollsOut(target.podImage())) {
            return "rolling out " + target + ": "
                    + seen.podsOf(target.podImage()).stream()
                            .filter(PodState::ready)
                            .count() + " of "
                    + seen.resource().replicas() + " pods ready";
        }
        return seen.job()
                .filter(job -> job.image().equals(target.podImage()))
                .map(job -> "migrating the schema in a job"
                        + (job.failed() == 0 ? "" : ", " + Amount.of(job.failed(), "try") + " failed"))
                .orElse("waiting for the job that migrates the schema");
    }
}
