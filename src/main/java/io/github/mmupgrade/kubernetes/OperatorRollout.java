package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.context.OnFailure;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.RunHistory;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.JobState;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** One hop: the resource gets a release, the operator carries it out, every pod proves it; or the way back. */
final class OperatorRollout {

    private final OperatorPlace place;
    private final Run run;
    private final ResourceChange change;
    private final FailedLogs logs;

    OperatorRollout(OperatorPlace place, Run run) {
        this.place = place;
        this.run = run;
        this.change = new ResourceChange(place);
        this.logs = new FailedLogs(place, run);
    }

    /**
     * Brings the resource to the release of a hop, from wherever it stands.
     *
     * @throws StageFailedException when it does not get there
     */
    void carryOut(int hop, RolloutTarget target) {
        Snapshot reached = stage(hop, StageName.INSTALL, () -> install(hop, target));
        stage(hop, StageName.VERIFY, () -> prove(reached, target));
    }

    private <T> T stage(int hop, StageName stage, Supplier<T> work) {
        Duration begin = place.timer().elapsed();
        run.mark(hop, stage, Kind.BEGIN, Map.of());
        place.reporter().report(new Event.StageBegun(hop, stage.key()));
        try {
            T result = work.get();
            run.mark(
                    hop,
                    stage,
                    Kind.DONE,
                    stage == StageName.INSTALL
                            ? Map.of(JournalKeys.TO, OperatorRun.hops(run).get(hop - 1))
                            : Map.of());
            ended(hop, stage, begin, true);
            return result;
        } catch (RuntimeException e) {
            ended(hop, stage, begin, false);
            run.mark(hop, stage, Kind.FAILED, Map.of("why", String.valueOf(e.getMessage())));
            throw e;
        }
    }

    private void ended(int hop, StageName stage, Duration begin, boolean done) {
        place.reporter()
                .report(new Event.StageEnded(
                        hop, stage.key(), place.timer().elapsed().minus(begin), done));
    }

    private Snapshot install(int hop, RolloutTarget target) {
        MattermostResource resource = place.patiently(place::require);
        if (!target.isWantedBy(resource)) {
            // the operator waits for ever for a failed job of the same image
            removeJob();
            run.note(hop, StageName.INSTALL, OperatorRun.former(resource));
            run.markStep(hop, StageName.INSTALL, "patch", Kind.BEGIN, Map.of());
            change.to(target, resource);
            run.markStep(hop, StageName.INSTALL, "patch", Kind.DONE, Map.of());
            place.reporter()
                    .info(place.cluster().name() + " asks for " + target + " now, and for " + resource.podImage()
                            + " before");
        }
        try {
            removeDeadJob(target);
            return new RolloutWatch(place, target, logs::look).await();
        } catch (RolloutFailure failure) {
            throw after(hop, target, failure);
        }
    }

    /** Who calls again after a repair wants another try, and the operator makes none while the failed job is there. */
    private void removeDeadJob(RolloutTarget target) {
        if (!place.patiently(place::requireSnapshot).migrates()) {
            removeJob(job -> job.image().equals(target.podImage()) && job.isFailing());
        }
    }

    private Void prove(Snapshot reached, RolloutTarget target) {
        new PodProof(place).require(reached, Version.parse(target.version())).forEach(place.reporter()::info);
        if (reached.resource().replicas() == 0) {
            place.reporter().warn("No pod was asked which release it runs: spec.replicas is 0.");
        }
        return null;
    }

    /** Deletes the operator's job and waits until it is gone. */
    private void removeJob() {
        removeJob(job -> true);
    }

    /** Deletes the operator's job while it is such a one; the operator may make another at once. */
    private void removeJob(Predicate<JobState> such) {
        Duration begin = place.timer().elapsed();
        while (place.patiently(() -> place.cluster().updateJob().filter(such)).isPresent()) {
            place.patiently(() -> {
                place.cluster().deleteUpdateJob();
                return true;
            });
            if (place.timer().elapsed().minus(begin).compareTo(place.times().pending()) > 0) {
                throw new StageFailedException(
                        "The job " + Cluster.UPDATE_JOB + " was deleted, and is still there.",
                        Hint.of("See why: kubectl -n " + place.cluster().name().namespace() + " describe job "
                                + Cluster.UPDATE_JOB));
            }
            place.timer().sleep(place.times().poll());
        }
    }

    /** What follows a failure: logs, then the way back where there is one. */
    private StageFailedException after(int hop, RolloutTarget target, RolloutFailure failure) {
        failure.last().ifPresent(last -> logs.all(last, target));
        String saved = logs.directory()
                .map(directory -> "\nThe logs of what failed are in " + directory + ".")
                .orElse("");
        String what = failure.getMessage() + saved;
        RolloutTarget former = OperatorRun.before(run, hop);
        boolean migrates = failure.kind() == RolloutFailure.Kind.BROKEN
                && failure.last().filter(Snapshot::migrates).isPresent();
        return switch (migrates ? RolloutFailure.Kind.STILL_MIGRATING : failure.kind()) {
            case OUT_OF_REACH ->
                failed(
                        what + "\nThe operator goes on with " + target + " by itself.",
                        Hint.run("When the cluster can be reached again, call the same goal again.", Goal.UPGRADE),
                        failure);
            case STILL_MIGRATING ->
                failed(
                        what + "\nNothing was ended: a migration that is killed leaves half of it. The pods of "
                                + former + " serve meanwhile.",
                        Hint.run("Call the goal again to wait longer.", Goal.UPGRADE),
                        failure);
            case FOREIGN -> {
                failure.last()
                        .filter(last -> !target.isWantedBy(last.resource()))
                        .ifPresent(last -> cleanUp(target));
                yield failed(
                        what + "\nThe resource was left as it is.",
                        Hint.of("Make the change where the resource comes from (Git, Helm values), or stop whoever"
                                + " puts it back, then call the goal again."),
                        failure);
            }
            case BROKEN -> goBack(hop, target, former, what, failure);
        };
    }

    private StageFailedException goBack(
            int hop, RolloutTarget target, RolloutTarget former, String what, RolloutFailure failure) {
        Snapshot last = failure.last().orElseThrow();
        boolean onlyJob = !last.rollsOut(target.podImage());
        if (place.options().onFailure() != OnFailure.ROLLBACK) {
            return failed(
                    what + "\nmattermost.onFailure is not rollback: everything was left as it is. " + serving(last),
                    Hint.run("Go back, or repair the cause and call the goal again.", Goal.ROLLBACK),
                    failure);
        }
        if (!onlyJob && !place.kubernetes().schemaCompatible()) {
            return failed(
                    what + "\nThe former release was not put back: servers of " + target
                            + " have started, and only you can know whether " + former
                            + " works with their schema. " + serving(last),
                    Hint.run(
                            "Repair the cause and call upgrade again. If the release notes say that the former release"
                                    + " works with the newer schema, go back; if not, restore the backup before.",
                            Goal.ROLLBACK,
                            "mattermost.kubernetes.schemaCompatible=true"),
                    failure);
        }
        try {
            backTo(former);
        } catch (RolloutFailure again) {
            return failed(
                    what + "\nThe former release " + former + " was put back, and that failed, too: "
                            + again.getMessage() + " " + serving(again.last().orElse(last)),
                    Hint.run("Repair the cause. Show the current state.", Goal.STATUS),
                    again);
        } catch (ClusterException | RefusedException again) {
            return failed(
                    what + "\nThe former release " + former + " cannot be put back: " + again.getMessage(),
                    Hint.run("Go back when the cause is repaired.", Goal.ROLLBACK),
                    again);
        }
        run.mark(hop, StageName.INSTALL, Kind.UNDONE, Map.of());
        boolean first = hop == 1;
        if (first) {
            end(Kind.UNDONE);
        }
        return failed(
                what + "\nThe former release " + former + " was put back and is stable"
                        + (onlyJob ? "; its pods have served all the time." : ".")
                        + " The schema may have been migrated in part: each migration is kept by itself."
                        + (first
                                ? ""
                                : " Run " + run + " is still in progress, because the releases up to there stay."),
                Hint.run(
                        first
                                ? "Repair the cause, then upgrade again."
                                : "Repair the cause, then upgrade again to go on, or roll back to "
                                        + OperatorRun.before(run).version() + ".",
                        Goal.UPGRADE),
                failure);
    }

    private static StageFailedException failed(String text, Hint hint, Throwable cause) {
        return new StageFailedException(text, hint, cause);
    }

    private static String serving(Snapshot last) {
        List<String> ready = last.pods().stream()
                .filter(PodState::ready)
                .map(pod -> pod.name() + " (" + pod.image() + ")")
                .toList();
        return ready.isEmpty() ? "No pod serves." : "These pods serve: " + String.join(", ", ready) + ".";
    }

    /**
     * Asks for former values, waits until they are in effect, and deletes the job that would block the next try.
     *
     * @throws RolloutFailure when they do not come into effect
     */
    private Snapshot backTo(RolloutTarget former) throws RolloutFailure {
        MattermostResource resource = place.patiently(place::require);
        if (!former.isWantedBy(resource)) {
            change.to(former, resource);
        }
        Snapshot reached = new RolloutWatch(place, former, logs::look).await();
        removeJob();
        return reached;
    }

    /**
     * Goes back to what was before the run, and has the pods prove it.
     *
     * @throws StageFailedException when that fails
     */
    void goBack(RolloutTarget former) {
        try {
            prove(backTo(former), former);
        } catch (RolloutFailure failure) {
            failure.last().ifPresent(last -> logs.all(last, former));
            throw failed(
                    failure.getMessage(),
                    Hint.run("Repair the cause, then call the goal again.", Goal.ROLLBACK),
                    failure);
        }
    }

    /** A job that somebody else's change has left would block the next try. */
    private void cleanUp(RolloutTarget target) {
        try {
            Optional<Snapshot> now = place.cluster().snapshot();
            if (now.flatMap(Snapshot::job)
                    .filter(job -> job.image().equals(target.podImage()))
                    .isPresent()) {
                removeJob();
            }
        } catch (ClusterException | StageFailedException e) {
            place.reporter().warn("The job " + Cluster.UPDATE_JOB + " is left: " + e.getMessage());
        }
    }

    /** Ends the run: the resource is free for others. */
    void end(Kind kind) {
        MattermostResource resource = place.patiently(place::require);
        if (RunClaim.of(resource).equals(place.claim())) {
            change.release(resource);
        }
        run.mark(0, StageName.RUN, kind, Map.of());
        forgetOldRuns();
    }

    private void forgetOldRuns() {
        try {
            RunHistory.forget(
                    place.journal(),
                    RunHistory.over(place.journal(), old -> false),
                    old -> TreeDelete.delete(place.state().resolve("runs").resolve(old.id())));
        } catch (IOException e) {
            place.reporter()
                    .warn("What is known of runs that are long over cannot be removed from " + place.state() + ": "
                            + IoReason.of(e));
        }
    }
}
