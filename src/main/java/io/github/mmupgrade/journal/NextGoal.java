package io.github.mmupgrade.journal;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;

/** Which goal brings a run on, for hints: one that is called too early or too late names it. */
public final class NextGoal {

    private NextGoal() {}

    /** The first stage of the current hop that is not done, or {@code finish} when the last hop is verified. */
    public static Goal of(Run run) {
        int hop = run.currentHop();
        if (run.isDone(hop, StageName.VERIFY)) {
            return Goal.FINISH;
        }
        if (run.goal() != Goal.UPGRADE) {
            return run.goal();
        }
        if (!run.isDone(0, StageName.DOWNLOAD)) {
            return Goal.DOWNLOAD;
        }
        return StageName.HOP.stream()
                .filter(stage -> !run.isDone(hop, stage))
                .findFirst()
                .map(StageName::goal)
                .orElse(Goal.FINISH);
    }

    /** For a goal that has to wait until the run has ended: how it ends. */
    public static Hint toEnd(Run run) {
        if (run.isVerified()) {
            return Hint.run("Finish it, or run the goal rollback.", Goal.FINISH);
        }
        return Hint.run("Resume it with " + run.goal() + ", or roll it back.", Goal.ROLLBACK);
    }
}
