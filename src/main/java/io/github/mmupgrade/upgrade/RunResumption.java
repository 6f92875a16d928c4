package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.UpgradePath;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.upgrade.RunPlan.PlannedHop;
import java.util.Map;
import java.util.Optional;

/** Which call resumes the run under way, and which begins another one: a run has one plan. */
final class RunResumption {

    private final Workplace place;

    RunResumption(Workplace place) {
        this.place = place;
    }

    /**
     * The run under way that has this plan. One with another plan is given up when it has not stopped the server yet.
     *
     * @throws RefusedException when a run with another plan has stopped the server
     */
    Optional<Run> with(RunPlan asked) {
        Optional<Run> open = place.openRun();
        if (open.isEmpty()) {
            return open;
        }
        Run run = open.get();
        RunPlan planned = RunPlan.of(run);
        if (planned.sameAs(asked)) {
            return open;
        }
        if (run.isBegun(1, StopStage.NAME)) {
            throw otherPlan(run, planned, asked);
        }
        // nothing but directories of our own was made; the next finish removes them
        run.mark(0, Run.RUN, JournalEvent.Kind.UNDONE, Map.of("why", "given up for plan " + asked.id()));
        place.reporter()
                .info("Run " + run + " had not stopped the server and has another plan (" + planned
                        + "): it is given up, and another run begins");
        return Optional.empty();
    }

    /**
     * The run that has stopped the server already, when the call asks for nothing else.
     *
     * @throws RefusedException when the call asks for another plan
     */
    Optional<Run> afterStop() {
        Optional<Run> stopped = place.openRun().filter(run -> run.isBegun(1, StopStage.NAME));
        stopped.ifPresent(run -> {
            RunPlan planned = RunPlan.of(run);
            RunPlan asked = asked(run, planned);
            if (!planned.sameAs(asked)) {
                throw otherPlan(run, planned, asked);
            }
            place.reporter().info("Resuming the interrupted run " + run + " to " + run.requireFact(0, Facts.TARGET));
        });
        return stopped;
    }

    /** The plan as this call would make it for the server as it was when the run began; no archive is fetched. */
    private RunPlan asked(Run run, RunPlan planned) {
        UpgradeOptions.Target target = place.options().target();
        String options = RunPlan.inWords(place.options());
        if (target.version() == null && target.archive() == null) {
            Edition edition = target.edition() == null ? planned.edition() : target.edition();
            return new RunPlan(planned.from(), edition, planned.hops(), options);
        }
        ReleaseSources sources = new ReleaseSources(place);
        try {
            Edition edition = Forecast.edition(target, planned.edition(), sources.givenArchive());
            UpgradePath path = Forecast.path(
                    target,
                    sources,
                    new Forecast.Start(
                            planned.from(),
                            run.editionBefore(),
                            run.fact(0, Facts.SCHEMA).map(Version::parse)),
                    edition,
                    Optional.empty());
            return new RunPlan(
                    planned.from(),
                    edition,
                    path.hops().stream()
                            .map(hop -> new PlannedHop(
                                    hop.to(),
                                    sources.sumAtHand(hop.to(), edition).orElse("")))
                            .toList(),
                    options);
        } catch (RefusedException e) {
            throw new RefusedException(
                    "Run " + run + " (" + planned + ") has stopped the server already, and what this call asks for"
                            + " cannot be planned: " + e.getMessage(),
                    resumeOrGoBack(),
                    e);
        }
    }

    private static RefusedException otherPlan(Run run, RunPlan planned, RunPlan asked) {
        return new RefusedException(
                "Run " + run + " has stopped the server already and has another plan.\n  its plan:   " + planned
                        + "\n  asked for:  " + asked + "\nNothing was changed.",
                resumeOrGoBack());
    }

    private static Hint resumeOrGoBack() {
        return Hint.run(
                "To resume that run, call upgrade with its plan, or without a target and an archive. To go back to the"
                        + " old server instead:",
                Rollback.NAME);
    }
}
