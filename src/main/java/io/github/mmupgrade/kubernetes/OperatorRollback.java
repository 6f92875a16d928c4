package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts a resource's former values back. The schema stays: only a backup, or the newer release's own program, takes it back. */
final class OperatorRollback {

    private final OperatorPlace place;

    OperatorRollback(OperatorPlace place) {
        this.place = place;
    }

    /**
     * Goes back.
     *
     * @throws RefusedException when there is nothing to undo, or servers of the newer release have run and nobody says
     *     that the former one works with their schema
     */
    void run() {
        if (place.options().dryRun()) {
            RolloutTarget former = OperatorRun.before(requireRun());
            requireUndo(former);
            place.reporter().info("would ask for " + former + " again");
            return;
        }
        try (ExclusiveLock lock = place.lock(Goal.ROLLBACK)) {
            place.reporter().debug("Lock taken: " + lock.holder());
            Run run = place.kubernetes().takeOver() == null ? requireRun() : new TakeOver(place).adopt();
            RolloutTarget former = OperatorRun.before(run);
            requireUndo(former);
            goBack(run, former);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The rollback is done, but its lock cannot be released: " + IoReason.of(e),
                    Hint.run("Show the current state.", Goal.STATUS),
                    e);
        }
    }

    private Run requireRun() {
        return place.openRun()
                .or(() -> Run.last(place.journal()))
                .orElseThrow(() -> new RefusedException(
                        "This state directory has no run of " + place.cluster().name()
                                + " to undo. Nothing was changed.",
                        Hint.run(
                                "If another run of this plugin works on the resource, take it over by"
                                        + " mattermost.kubernetes.takeOver. Show the current state.",
                                Goal.STATUS)));
    }

    private void requireUndo(RolloutTarget former) {
        Snapshot seen = place.requireSnapshot();
        MattermostResource resource = seen.resource();
        Optional<RunClaim> other =
                RunClaim.of(resource).filter(claim -> !place.claim().equals(Optional.of(claim)));
        if (other.isPresent()) {
            throw new RefusedException(
                    "Another run of this plugin works on " + place.cluster().name() + ": " + other.get()
                            + ". Nothing was changed.",
                    Hint.run(
                            "Wait until it has ended. If it is gone for good, undo its run.",
                            Goal.ROLLBACK,
                            "mattermost.kubernetes.takeOver=" + other.get().run()));
        }
        if (place.openRun().isEmpty() && former.isReached(seen)) {
            throw new RefusedException(
                    place.cluster().name() + " runs " + former + ", as before the last run. Nothing was changed.",
                    Hint.run("Show the current state.", Goal.STATUS));
        }
        if (seen.migrates()) {
            throw new RefusedException(
                    "A migration to " + resource.podImage() + " runs in this moment: to end it would leave half of it."
                            + " Nothing was changed.",
                    Hint.of("Wait until it has ended. If it hangs for good, end it: kubectl -n "
                            + place.cluster().name().namespace() + " delete job " + Cluster.UPDATE_JOB));
        }
        boolean onlyJob =
                seen.deployments().stream().allMatch(each -> each.image().equals(former.podImage()));
        if (!onlyJob && !place.kubernetes().schemaCompatible()) {
            throw new RefusedException(
                    "Servers of " + resource.podImage() + " have started on the database, and only you can know"
                            + " whether " + former + " works with their schema. Nothing was changed.",
                    Hint.run(
                            "If the release notes say so, go back. If not, set spec.replicas to 0, restore the backup"
                                    + " of the database, and go back then.",
                            Goal.ROLLBACK,
                            "mattermost.kubernetes.schemaCompatible=true"));
        }
    }

    private void goBack(Run run, RolloutTarget former) {
        OperatorRollout rollout = new OperatorRollout(place, run);
        run.mark(0, StageName.ROLLBACK, Kind.BEGIN, Map.of());
        place.reporter().report(new Event.StageBegun(0, StageName.ROLLBACK.key()));
        try {
            rollout.goBack(former);
        } catch (StageFailedException e) {
            run.mark(0, StageName.ROLLBACK, Kind.FAILED, Map.of("why", String.valueOf(e.getMessage())));
            throw e;
        }
        run.mark(0, StageName.ROLLBACK, Kind.DONE, Map.of());
        rollout.end(Kind.UNDONE);
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("resource", place.cluster().name().toString());
        data.put("run", run.id());
        data.put("installedVersion", former.version());
        place.reporter()
                .report(new Event.Result(
                        Goal.ROLLBACK,
                        data,
                        List.of(place.cluster().name() + " is back at " + former
                                + ". The schema of the database was left as it is.")));
    }
}
