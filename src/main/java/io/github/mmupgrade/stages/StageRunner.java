package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.context.Workplace;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.installation.SwapPreparation;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.rollback.Recovery;
import io.github.mmupgrade.server.Pace;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** Runs stages: under the lock, between two events of the journal, and with what has to follow a failure. */
public final class StageRunner {

    private final Workplace place;
    private final Recovery recovery;
    private Interruption interruption;

    public StageRunner(Workplace place, Recovery recovery) {
        this.place = place;
        this.recovery = recovery;
    }

    /**
     * Does something under the lock of the installation, after what an earlier run left half-done was brought to an
     * end.
     *
     * @param goal the goal, for whoever finds the lock taken
     */
    public <T> T locked(Goal goal, Supplier<T> work) {
        try (ExclusiveLock lock = place.lock(goal);
                Interruption watched = new Interruption(place.reporter())) {
            interruption = watched;
            place.reporter().debug("Lock taken: " + lock.holder());
            return keepingWhatFailed(goal, watched, () -> {
                place.openRun().ifPresent(recovery::settleDatabase);
                place.openRun().ifPresent(recovery::completeRollback);
                place.openRun().ifPresent(recovery::noticeUnwrittenRollback);
                new SwapPreparation(place.installation()).removeLeftovers();
                return work.get();
            });
        } catch (IOException e) {
            throw new StageFailedException(
                    goal + " has done its work, but its lock can't be given back: " + IoReason.of(e),
                    Hint.run("see how everything stands with", Goal.STATUS),
                    e);
        }
    }

    private <T> T keepingWhatFailed(Goal goal, Interruption watched, Supplier<T> work) {
        try {
            return work.get();
        } catch (ProblemException e) {
            watched.failed(e);
            throw e;
        } catch (RuntimeException e) {
            StageFailedException told = new UnexpectedFailure(place).of(goal, e);
            watched.failed(told);
            throw told;
        }
    }

    /** Runs a stage of the run's current hop, unless it is done. */
    public void run(Stage stage, Run run) {
        run(stage, run, stage.name().oncePerRun() ? 0 : run.currentHop());
    }

    /** Runs a stage of a hop, unless it is done. */
    public void run(Stage stage, Run run, int hop) {
        if (place.options().dryRun()) {
            stage.plan(place, run, hop).forEach(line -> place.reporter().info("would " + line));
            return;
        }
        if (run.isDone(hop, stage.name())) {
            if (stage.stillHolds(place, run, hop)) {
                place.reporter().info(stage.name() + ": done already");
                return;
            }
            place.reporter().info(stage.name() + ": was done, but is not so any more; doing it again");
        }
        Duration start = Pace.real().elapsed();
        try {
            interruption.check(stage.name().key());
        } catch (StageFailedException signalled) {
            throw recovery.after(signalled, run);
        }
        try {
            // before each stage: an earlier failure may have used it up
            place.journal().reserve();
            stage.require(place, run, hop);
            run.mark(hop, stage.name(), Kind.BEGIN, Map.of());
            run.mark(hop, stage.name(), Kind.DONE, stage.carryOut(place, run, hop));
        } catch (RefusedException refused) {
            if (run.isBegun(hop, stage.name())) {
                failed(run, hop, stage, refused);
            }
            if (stage.name().afterStop() && recovery.isDown(run, hop)) {
                throw recovery.after(refused, run);
            }
            throw refused;
        } catch (StageFailedException failed) {
            failed(run, hop, stage, failed);
            throw recovery.after(failed, run);
        } catch (RuntimeException unexpected) {
            failed(run, hop, stage, unexpected);
            throw recovery.after(unexpected, run);
        }
        place.reporter()
                .debug(stage.name() + " took "
                        + Pace.real().elapsed().minus(start).toMillis() + " ms");
    }

    private static void failed(Run run, int hop, Stage stage, RuntimeException why) {
        run.mark(hop, stage.name(), Kind.FAILED, Map.of("why", String.valueOf(why.getMessage())));
    }
}
