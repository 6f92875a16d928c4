package io.github.mmupgrade.rollback;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import java.util.Map;

/** What follows a failure after the stop. */
public final class Recovery {

    /** What to do after a signal, as long as nothing was rolled back. */
    public static final Hint AGAIN = Hint.of("Run the same goal again; it resumes where it stopped.");

    private final GoalContext context;
    private final Rollback rollback;

    public Recovery(GoalContext context, Rollback rollback) {
        this.context = context;
        this.rollback = rollback;
    }

    /** Whether the run has stopped a server, a migration's source included, and not brought one up since. */
    public boolean isDown(Run run, int hop) {
        boolean begun = run.isBegun(hop, StageName.STOP) || run.isBegun(hop, StageName.READ_SOURCE);
        return begun && !run.isDone(hop, StageName.VERIFY);
    }

    /** A freeze or a switch that was killed may have left a database that takes no connections, or half a copy. */
    public void settleDatabase(Run run) {
        if (run.isConversion() || run.isSavedByAnotherNode()) {
            // nothing in the database server was renamed or copied by it, and another node may be at that just now
            return;
        }
        new DatabaseMethods(context).of(run).settle(run);
        boolean frozen = run.isBegun(1, StageName.BACKUP) && !run.isDone(1, StageName.BACKUP);
        boolean loaded = (run.isBegun(1, StageName.LOAD_SOURCE_AHEAD) || run.isBegun(1, StageName.LOAD_SOURCE))
                && !run.isDone(1, StageName.MIGRATE_DATABASE);
        if (!frozen && !loaded && !run.isBegun(0, StageName.ROLLBACK)) {
            return;
        }
        try (Database database = context.server().openDatabaseUnchecked()) {
            database.settleUnfinished()
                    .forEach(done -> context.reporter().info("Repaired after an interrupted run: " + done));
        } catch (ProblemException e) {
            // who needs the database next says so; the way back of files and programs does not
            context.reporter()
                    .warn("The database cannot be checked for the leftovers of an interrupted run: " + e.getMessage());
        }
    }

    /** An interrupted rollback is completed before anything else. */
    public void completeRollback(Run run) {
        if (run.isBegun(0, StageName.ROLLBACK)) {
            new ClusterGuard(context).require(run);
            context.reporter().warn("The rollback of run " + run + " was interrupted. It is resumed first.");
            rollback.carryOut(run, true);
        }
    }

    /**
     * A rollback that could not write the journal leaves a run there that installed something, and an installation
     * that nothing was installed in. What the old server has written since must not be taken for the run's own.
     */
    public void noticeUnwrittenRollback(Run run) {
        boolean installed = run.isDone(1, StageName.INSTALL);
        boolean takenBack = run.swapPlan(1)
                .filter(plan ->
                        new InstallationSwap(context.installation()).state(plan) == InstallationSwap.State.UNTOUCHED)
                .isPresent();
        if (!installed || !takenBack || run.isBegun(0, StageName.ROLLBACK)) {
            return;
        }
        if (run.isBegun(1, StageName.START) && context.server().running().isEmpty() && !isDatabaseBack(run)) {
            context.reporter()
                    .warn("Run " + run + " was rolled back in part without an entry in the journal. The rollback is"
                            + " completed first.");
            new ClusterGuard(context).require(run);
            // what it has done already is not asked for again
            run.mark(
                    0,
                    StageName.ROLLBACK,
                    JournalEvent.Kind.BEGIN,
                    Map.of(JournalKeys.NEW_SERVER_RAN, "true", JournalKeys.WRITTEN, ""));
            rollback.carryOut(run, true);
        } else {
            context.reporter()
                    .warn("Run " + run + " was rolled back without an entry in the journal. The entry is added now.");
            run.mark(0, StageName.RUN, JournalEvent.Kind.UNDONE, Map.of("why", "found taken back"));
        }
    }

    /** Whether the database is the one from before the run, as far as the schema and the frozen copy tell. */
    private boolean isDatabaseBack(Run run) {
        try (Database database = context.server().openDatabase()) {
            return SavedSchema.isThatOf(run, database)
                    && run.fact(1, JournalKeys.FROZEN).filter(database::exists).isEmpty();
        }
    }

    /**
     * Does what the options say, and tells what became of it.
     *
     * @param failure what went wrong
     * @return what to throw
     */
    public StageFailedException after(RuntimeException failure, Run run) {
        boolean unexpected = !(failure instanceof ProblemException);
        String what = (unexpected ? "Unexpected: " : "") + UnexpectedFailure.inWords(failure);
        Hint hint = failure instanceof ProblemException problem
                ? problem.hint()
                : Hint.of("Please report this, with the output of mvn -X.");
        int hop = run.currentHop();
        if (run.isDone(hop, StageName.VERIFY)) {
            return new StageFailedException(
                    what + "\nMattermost " + run.requireFact(0, JournalKeys.TARGET)
                            + " was already verified. It stays as it is, and nothing is rolled back.",
                    Hint.run(sentence(hint) + " Then finish the run.", Goal.FINISH),
                    failure);
        }
        if (!isDown(run, hop)) {
            if (run.isConversion()) {
                what += "\nThe server was not touched.";
            }
            return unexpected
                    ? new UnexpectedFailure(context).of(run.goal(), failure)
                    : new StageFailedException(what, hint, failure);
        }
        return switch (context.options().onFailure()) {
            case LEAVE ->
                new StageFailedException(
                        what + "\nEverything was left as it is (mattermost.onFailure=leave).",
                        Hint.run(sentence(hint) + " Or go back to the old server.", Goal.ROLLBACK),
                        failure);
            case STOP ->
                run.isBegun(run.currentHop(), StageName.STOP)
                        ? stopped(what, hint, failure)
                        : rolledBack(what, hint, failure, run);
            case ROLLBACK -> rolledBack(what, hint, failure, run);
        };
    }

    private StageFailedException stopped(String what, Hint hint, RuntimeException failure) {
        try {
            new ServerLifecycle(context).stop();
        } catch (ProblemException e) {
            failure.addSuppressed(e);
            return new StageFailedException(
                    what + "\nThe server could not be stopped either: " + e.getMessage(), e.hint(), failure);
        }
        return new StageFailedException(
                what + "\nThe server is stopped (mattermost.onFailure=stop).",
                Hint.run(sentence(hint) + " Or go back to the old server.", Goal.ROLLBACK),
                failure);
    }

    private StageFailedException rolledBack(String what, Hint hint, RuntimeException failure, Run run) {
        try {
            new ClusterGuard(context).require(run);
            String outcome = rollback.carryOut(run, false);
            return new StageFailedException(what + "\n" + outcome, afterRun(hint, run), failure);
        } catch (RefusedException refused) {
            // going back would lose what users have written since, or takes all nodes of a cluster
            failure.addSuppressed(refused);
            return stoppedForChoice(what, refused, failure);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return new StageFailedException(
                    what + "\nThe rollback to the old server failed, too: " + UnexpectedFailure.inWords(e) + "\n"
                            + new UnexpectedFailure(context).server(),
                    Hint.run("Fix the cause, then resume the rollback.", Goal.ROLLBACK),
                    failure);
        }
    }

    /** A stage that a hint names belongs to the run, which has ended: another run begins with the goal for all stages. */
    private static Hint afterRun(Hint hint, Run run) {
        Goal goal = run.goal();
        if (hint.equals(AGAIN)
                || StageName.HOP.stream().anyMatch(name -> name.key().equals(hint.goal()))) {
            return Hint.run("The run has ended. Start another one.", goal);
        }
        return hint.goal() == null ? Hint.run(sentence(hint) + " The run has ended. Start another one.", goal) : hint;
    }

    /** A hint's text as a whole sentence, so that another one can follow. */
    private static String sentence(Hint hint) {
        return hint.text().replaceFirst("[.:]?$", ".");
    }

    private StageFailedException stoppedForChoice(String what, RefusedException refused, RuntimeException failure) {
        String state = "The server is stopped.";
        try {
            new ServerLifecycle(context).stop();
        } catch (ProblemException e) {
            failure.addSuppressed(e);
            state = "The server could not be stopped: " + e.getMessage();
        }
        return new StageFailedException(what + "\n" + refused.getMessage() + " " + state, refused.hint(), failure);
    }
}
