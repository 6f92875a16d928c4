package io.github.mmupgrade.context;

import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.util.Optional;

/** What is said of a failure that nobody expected: how everything is left, and which goal resumes the work. */
public final class UnexpectedFailure {

    private static final String REPORT = "Please report this, with the output of mvn -X. ";

    private final GoalContext context;

    public UnexpectedFailure(GoalContext context) {
        this.context = context;
    }

    /** The reason in words; the name of the exception where it has none. */
    public static String inWords(Throwable failure) {
        if (failure instanceof ProblemException) {
            return failure.getMessage();
        }
        if (failure instanceof IOException io) {
            return IoReason.of(io);
        }
        String what = failure.getMessage();
        if (failure.getCause() instanceof IOException cause) {
            String reason = IoReason.of(cause);
            // without a message of its own an exception has the other one's toString
            if (what == null || what.equals(cause.toString())) {
                return reason;
            }
            return what.contains(reason) ? what : what + ": " + reason;
        }
        return what == null ? failure.getClass().getSimpleName() : what;
    }

    /** Whether the server runs, as a sentence; that it cannot be told where it cannot. */
    public String server() {
        try {
            return context.server()
                    .running()
                    .map(running -> "The server is running (process " + running.pid() + ").")
                    .orElse("The server is stopped.");
        } catch (RuntimeException e) {
            return "It is not known whether the server is running: " + inWords(e);
        }
    }

    /**
     * What to throw instead of the failure.
     *
     * @param goal the goal that failed
     */
    public StageFailedException of(Goal goal, RuntimeException failure) {
        String what = goal + " failed unexpectedly: " + inWords(failure) + "\n" + server() + " ";
        Optional<Run> run = context.openRun();
        if (run.isPresent()) {
            return new StageFailedException(what + run(run.get()), toGoOn(run.get(), goal), failure);
        }
        if (BackupJournal.openRestore(context).isPresent()) {
            return new StageFailedException(
                    what + "A restore is in progress.",
                    Hint.run(REPORT + "Then resume the restore.", Goal.RESTORE),
                    failure);
        }
        return new StageFailedException(
                what + "No upgrade is in progress.", Hint.run(REPORT + "Then run the goal again.", goal), failure);
    }

    private static String run(Run run) {
        return "The " + run.kind() + " " + run + " to "
                + run.fact(0, JournalKeys.TARGET).orElse("?") + " is in progress"
                + (run.isBegun(0, StageName.ROLLBACK)
                        ? ": it is being rolled back."
                        : run.isBegun(1, StageName.STOP) ? "." : "; it has not stopped the server.");
    }

    private static Hint toGoOn(Run run, Goal goal) {
        if (run.isBegun(0, StageName.ROLLBACK)) {
            return Hint.run(REPORT + "Then resume the rollback.", Goal.ROLLBACK);
        }
        if (run.isVerified()) {
            return Hint.run(REPORT + "The new server was verified. Finish the run.", Goal.FINISH);
        }
        if (run.isBegun(1, StageName.STOP)) {
            return Hint.run(REPORT + "Run " + goal + " again to resume, or roll back.", Goal.ROLLBACK);
        }
        return Hint.run(REPORT + "Then run the goal again; it resumes where it stopped.", goal);
    }
}
