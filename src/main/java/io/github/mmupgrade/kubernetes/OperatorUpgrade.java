package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.report.CheckResult;
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

/** The whole upgrade of a resource: checks, backup, then hop after hop; or the rest of one that was interrupted. */
final class OperatorUpgrade {

    private final OperatorPlace place;

    OperatorUpgrade(OperatorPlace place) {
        this.place = place;
    }

    /** Checks everything; refuses when a check does. */
    OperatorPlan check() {
        Snapshot seen = place.requireSnapshot();
        OperatorPlan plan = OperatorPlan.make(place, seen.resource());
        List<CheckResult> results = new OperatorChecks(place, seen, plan).run();
        Preflight.report(place.reporter(), results);
        return plan;
    }

    /**
     * Upgrades.
     *
     * @throws RefusedException when nothing was changed
     * @throws StageFailedException when it does not come to its end
     */
    void run() {
        if (place.options().dryRun()) {
            dryRun();
            return;
        }
        try (ExclusiveLock lock = place.lock(Goal.UPGRADE)) {
            place.reporter().debug("Lock taken: " + lock.holder());
            Optional<Run> open = place.openRun();
            if (open.isEmpty() && place.kubernetes().takeOver() != null) {
                open = Optional.of(new TakeOver(place).adopt());
            }
            open.filter(this::isAbandoned).ifPresent(run -> new OperatorRollout(place, run).end(Kind.UNDONE));
            if (open.isPresent() && place.openRun().isPresent()) {
                resume(open.get());
            } else {
                begin();
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The upgrade is done, but its lock cannot be released: " + IoReason.of(e),
                    Hint.run("Show the current state.", Goal.STATUS),
                    e);
        }
    }

    private void dryRun() {
        Optional<Run> open = place.openRun();
        if (open.isPresent()) {
            place.reporter().info("would go on with run " + open.get());
            return;
        }
        OperatorPlan plan = check();
        plan.lines().forEach(place.reporter()::info);
        plan.hops().forEach(hop -> place.reporter()
                .info("would ask for " + MattermostResource.podImage(plan.image(), hop)
                        + ", wait for the operator, and ask every pod for its release"));
    }

    /** Whether somebody has settled the resource on a release that a run knows nothing of. */
    private boolean isAbandoned(Run run) {
        MattermostResource resource = place.require();
        boolean abandoned = OperatorRun.hopOf(run, resource) < 0 && resource.isStable();
        if (abandoned) {
            place.reporter()
                    .warn("Run " + run + " is given up: somebody else has brought "
                            + place.cluster().name() + " to " + resource.podImage());
        }
        return abandoned;
    }

    private void begin() {
        OperatorPlan plan = check();
        plan.lines().forEach(place.reporter()::info);
        if (plan.path().isEmpty()) {
            place.reporter().report(new Event.Result(Goal.UPGRADE, plan.data(), List.of("Nothing to do.")));
            return;
        }
        Run run = OperatorRun.begin(
                place,
                new RunClaim(
                        "",
                        "",
                        plan.resource().version(),
                        plan.edition().key(),
                        plan.resource().image(),
                        plan.image(),
                        plan.hops()),
                plan.image(),
                "");
        try {
            new ResourceChange(place).claim(OperatorRun.claim(run), plan.resource());
        } catch (RefusedException | ClusterException e) {
            run.mark(0, StageName.RUN, Kind.UNDONE, Map.of());
            throw e;
        }
        hops(run, 1);
    }

    private void resume(Run run) {
        MattermostResource resource = place.require();
        requireSameTarget(run);
        RunClaim ours = OperatorRun.claim(run);
        Optional<RunClaim> there = RunClaim.of(resource);
        if (there.filter(claim -> !claim.equals(ours)).isPresent()) {
            throw new RefusedException(
                    "Another run of this plugin works on " + place.cluster().name() + ": " + there.get() + ". Run "
                            + run + " of this state directory is older. Nothing was changed.",
                    Hint.run("Wait until it has ended. Show the current state.", Goal.STATUS));
        }
        int hop = OperatorRun.hopOf(run, resource);
        if (hop < 0) {
            throw new RefusedException(
                    place.cluster().name() + " asks for " + resource.podImage() + ", which is not of run " + run + ", "
                            + ours.from() + " -> " + String.join(" -> ", ours.hops()) + ". Nothing was changed.",
                    Hint.run("Somebody else changes it. When it is stable, upgrade again.", Goal.STATUS));
        }
        if (hop == 0) {
            // nothing was asked for yet, or somebody has taken it back
            check();
        }
        place.reporter().info("Resuming run " + run + ", " + ours.from() + " -> " + String.join(" -> ", ours.hops()));
        if (there.isEmpty()) {
            new ResourceChange(place).claim(ours, resource);
        }
        hops(run, Math.max(1, hop));
    }

    private void requireSameTarget(Run run) {
        String wanted = place.options().target().version();
        String target = run.requireFact(0, JournalKeys.TARGET);
        boolean same = wanted == null
                || wanted.equals(target)
                || target.startsWith(wanted + ".")
                || !Character.isDigit(wanted.charAt(0));
        if (!same) {
            throw new RefusedException(
                    "Run " + run + " goes to " + target + ", not to " + wanted + ". Nothing was changed.",
                    Hint.run("Roll it back first, or go on with it without mattermost.targetVersion.", Goal.ROLLBACK));
        }
    }

    private void hops(Run run, int first) {
        List<String> hops = OperatorRun.hops(run);
        OperatorRollout rollout = new OperatorRollout(place, run);
        if (first == 1 && OperatorRun.hopOf(run, place.require()) == 0) {
            new OperatorBackup(place).make(run, place.require());
        }
        for (int hop = first; hop <= hops.size(); hop++) {
            place.reporter().info("hop " + hop + " of " + hops.size() + ": " + hops.get(hop - 1));
            rollout.carryOut(hop, new RolloutTarget(OperatorRun.targetImage(run), hops.get(hop - 1)));
        }
        rollout.end(Kind.DONE);
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("resource", place.cluster().name().toString());
        data.put("run", run.id());
        data.put("previousVersion", run.requireFact(0, JournalKeys.FROM));
        data.put("installedVersion", hops.get(hops.size() - 1));
        data.put("hops", hops.size());
        place.reporter()
                .report(new Event.Result(
                        Goal.UPGRADE,
                        data,
                        List.of("Upgraded " + place.cluster().name() + " from " + run.requireFact(0, JournalKeys.FROM)
                                + " to " + hops.get(hops.size() - 1) + ". Every pod proves it.")));
    }
}
