package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.installation.SwapPreparation;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.rollback.Recovery;
import io.github.mmupgrade.server.WaitTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** Runs stages: under the lock, between two events of the journal, and with what has to follow a failure. */
public final class StageRunner {

    private final GoalContext context;
    private final Recovery recovery;
    private Interruption interruption;

    public StageRunner(GoalContext context, Recovery recovery) {
        this.context = context;
        this.recovery = recovery;
    }

    /**
     * Does something under the lock of the installation, after what an earlier run left half-done was brought to an
     * end.
     *
     * @param goal the goal, for whoever finds the lock taken
     */
    public <T> T locked(Goal goal, Supplier<T> work) {
        try (ExclusiveLock lock = context.lock(goal);
                Interruption watched = new Interruption(context.reporter())) {
            interruption = watched;
            context.downtime().during(goal);
            context.reporter().debug("Lock taken: " + lock.holder());
            return keepingWhatFailed(goal, watched, () -> {
                context.openRun().ifPresent(recovery::settleDatabase);
                context.openRun().ifPresent(recovery::completeRollback);
                context.openRun().ifPresent(recovery::noticeUnwrittenRollback);
                new SwapPreparation(context.installation()).removeLeftovers();
                return work.get();
            });
        } catch (IOException e) {
            throw new StageFailedException(
                    goal + " is done, but its lock cannot be released: " + IoReason.of(e),
                    Hint.run("Show the current state of the server and the run.", Goal.STATUS),
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
            StageFailedException told = new UnexpectedFailure(context).of(goal, e);
            watched.failed(told);
            throw told;
        } finally {
            context.downtime().closePage();
        }
    }

    /** Runs a stage of the run's current hop, unless it is done. */
    public void run(Stage stage, Run run) {
        run(stage, run, stage.name().oncePerRun() ? 0 : run.currentHop());
    }

    /** Runs a stage of a hop, unless it is done. */
    public void run(Stage stage, Run run, int hop) {
        if (run.isDone(hop, stage.name())) {
            if (stage.stillHolds(context, run, hop)) {
                context.reporter().info(stage.name() + ": already done");
                if (stage.name() == StageName.STOP && !run.isBegun(hop, StageName.START)) {
                    // the call that stopped the server was killed, and its page with it
                    new ServerLifecycle(context).tellDown();
                }
                return;
            }
            context.reporter().info(stage.name() + ": completed earlier, but no longer in effect; repeating it");
        }
        Duration start = WaitTimer.real().elapsed();
        try {
            interruption.check(stage.name().key());
        } catch (StageFailedException signalled) {
            throw recovery.after(signalled, run);
        }
        try {
            // before each stage: an earlier failure may have used it up
            context.journal().reserve();
            stage.require(context, run, hop);
            run.mark(hop, stage.name(), Kind.BEGIN, Map.of());
            context.reporter().report(new Event.StageBegun(hop, stage.name().key()));
            run.mark(hop, stage.name(), Kind.DONE, stage.carryOut(context, run, hop));
            ended(hop, stage, start, true);
        } catch (RefusedException refused) {
            if (run.isBegun(hop, stage.name())) {
                failed(run, hop, stage, refused, start);
            }
            if (stage.name().afterStop() && recovery.isDown(run, hop)) {
                throw recovery.after(refused, run);
            }
            throw refused;
        } catch (StageFailedException failed) {
            failed(run, hop, stage, failed, start);
            throw recovery.after(failed, run);
        } catch (RuntimeException unexpected) {
            failed(run, hop, stage, unexpected, start);
            throw recovery.after(unexpected, run);
        }
    }

    private void ended(int hop, Stage stage, Duration start, boolean done) {
        context.reporter()
                .report(new Event.StageEnded(
                        hop, stage.name().key(), WaitTimer.real().elapsed().minus(start), done));
    }

    private void failed(Run run, int hop, Stage stage, RuntimeException why, Duration start) {
        ended(hop, stage, start, false);
        run.mark(hop, stage.name(), Kind.FAILED, Map.of("why", String.valueOf(why.getMessage())));
    }
}
