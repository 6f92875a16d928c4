package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.report.Hint;

/** Which goal brings a run on, for hints: one that is called too early or too late names it. */
final class NextGoal {

    private NextGoal() {}

    /** The first stage of the current hop that is not done, or {@code finish} when the last hop is verified. */
    static String of(Run run) {
        int hop = StageRunner.currentHop(run);
        if (run.isDone(hop, VerifyStage.NAME)) {
            return FinishStage.NAME;
        }
        if (MigrationRun.is(run)) {
            return Migration.NAME;
        }
        if (!run.isDone(0, DownloadStage.NAME)) {
            return DownloadStage.NAME;
        }
        return Upgrade.HOP.stream()
                .map(Stage::name)
                .filter(stage -> !run.isDone(hop, stage))
                .findFirst()
                .orElse(FinishStage.NAME);
    }

    /** For a goal that has to wait until the run has ended: how it ends. */
    static Hint toEnd(Run run) {
        if (run.isDone(StageRunner.hops(run), VerifyStage.NAME)) {
            return Hint.run("bring it to its end (or go back with rollback):", FinishStage.NAME);
        }
        return Hint.run(
                "bring it to its end with " + (MigrationRun.is(run) ? Migration.NAME : "upgrade") + ", or go back with",
                Rollback.NAME);
    }
}
