package io.github.mmupgrade.planning;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.planning.RunPlan.PlannedHop;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.UpgradePath;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Map;
import java.util.Optional;

/** Which call resumes the run in progress, and which begins another one: a run has one plan. */
public final class RunResumption {

    private final GoalContext context;

    public RunResumption(GoalContext context) {
        this.context = context;
    }

    /**
     * The run in progress that has this plan. One with another plan is given up when it has not stopped the server yet.
     *
     * @throws RefusedException when a run with another plan has stopped the server
     */
    public Optional<Run> with(RunPlan asked) {
        Optional<Run> open = context.openRun();
        if (open.isEmpty()) {
            return open;
        }
        Run run = open.get();
        RunPlan planned = RunPlan.of(run);
        if (planned.sameAs(asked)) {
            return open;
        }
        if (hasStopped(run)) {
            throw otherPlan(run, planned, asked);
        }
        // nothing but directories of our own was made; the next finish removes them
        run.mark(0, StageName.RUN, JournalEvent.Kind.UNDONE, Map.of("why", "given up for plan " + asked.id()));
        context.reporter()
                .info("Run " + run + " had not stopped the server and has another plan (" + planned
                        + "). It is abandoned, and another run begins");
        return Optional.empty();
    }

    /**
     * The run that has stopped the server already, when the call asks for nothing else.
     *
     * @throws RefusedException when the call asks for another plan
     */
    public Optional<Run> afterStop() {
        Optional<Run> stopped = context.openRun().filter(RunResumption::hasStopped);
        stopped.ifPresent(run -> {
            RunPlan planned = RunPlan.of(run);
            RunPlan asked = asked(run, planned);
            if (!planned.sameAs(asked)) {
                throw otherPlan(run, planned, asked);
            }
            context.reporter()
                    .info("Resuming the interrupted run " + run + " to " + run.requireFact(0, JournalKeys.TARGET));
        });
        return stopped;
    }

    /**
     * The run whose releases are unpacked and that has not stopped the server yet, when the call names neither a target
     * nor an archive: it goes on with what is there.
     */
    public Optional<Run> downloaded() {
        if (namesTarget()) {
            return Optional.empty();
        }
        return context.openRun()
                .filter(run -> !hasStopped(run) && UnpackedReleases.isComplete(run))
                .filter(run -> RunPlan.of(run).sameAs(asked(run, RunPlan.of(run))))
                .map(run -> {
                    context.reporter().info("Resuming run " + run + " to " + run.requireFact(0, JournalKeys.TARGET));
                    return run;
                });
    }

    /**
     * Makes sure that a goal that writes the configuration on its own writes it as the run in progress has planned it.
     *
     * @throws RefusedException when it asks for another configuration
     */
    public void requireSameConfiguration() {
        context.openRun().ifPresent(run -> {
            RunPlan planned = RunPlan.of(run);
            RunPlan asked = planned.with(context.options().config());
            if (!planned.sameAs(asked)) {
                throw otherPlan(run, planned, asked);
            }
        });
    }

    private boolean namesTarget() {
        UpgradeOptions.Target target = context.options().target();
        return target.version() != null || target.archive() != null;
    }

    private static boolean hasStopped(Run run) {
        return run.isBegun(1, StageName.STOP);
    }

    private static boolean isVerified(Run run) {
        return run.isVerified();
    }

    /** How a run stands that another call must not take over, as the end of a sentence about it. */
    private static String standing(Run run) {
        return isVerified(run)
                ? "has already started and verified " + run.requireFact(0, JournalKeys.TARGET)
                : hasStopped(run) ? "has already stopped the server" : "is in progress";
    }

    /** The plan as this call would make it for the server as it was when the run began; no archive is fetched. */
    private RunPlan asked(Run run, RunPlan planned) {
        UpgradeOptions.Target target = context.options().target();
        String options = RunPlan.inWords(context.options());
        if (!namesTarget()) {
            Edition edition = target.edition() == null ? planned.edition() : target.edition();
            return new RunPlan(planned.from(), edition, planned.hops(), options);
        }
        ReleaseSources sources = new ReleaseSources(context);
        try {
            Edition edition = PlannedUpgrade.edition(target, planned.edition(), sources.givenArchive());
            UpgradePath path = PlannedUpgrade.path(
                    target,
                    sources,
                    new PlannedUpgrade.Start(
                            planned.from(),
                            run.editionBefore(),
                            run.fact(0, JournalKeys.SCHEMA).map(Version::parse)),
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
                    "Run " + run + " (" + planned + ") " + standing(run) + ", and the plan that this call asks for"
                            + " cannot be determined: " + e.getMessage(),
                    resumeOrGoBack(run),
                    e);
        }
    }

    private static RefusedException otherPlan(Run run, RunPlan planned, RunPlan asked) {
        return new RefusedException(
                "Run " + run + " " + standing(run) + " and has another plan.\n  its plan:   " + planned
                        + "\n  asked for:  " + asked + "\nNothing was changed.",
                resumeOrGoBack(run));
    }

    private static Hint resumeOrGoBack(Run run) {
        if (isVerified(run)) {
            return Hint.run("Finish that run, then run upgrade with the other plan.", Goal.FINISH);
        }
        return Hint.run(
                "To resume that run, run the goal with its plan; upgrade needs no target and no archive for that. Or go"
                        + " back to the old server.",
                Goal.ROLLBACK);
    }
}
