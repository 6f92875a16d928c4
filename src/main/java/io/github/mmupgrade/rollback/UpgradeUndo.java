package io.github.mmupgrade.rollback;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.installation.SwapPreparation;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.method.DatabaseMethod;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Puts back what an upgrade has replaced: the release, the database, the files, the configuration. */
public final class UpgradeUndo implements RunUndo {

    private final GoalContext context;
    private final PreviousState previous;
    private final Run run;

    public UpgradeUndo(GoalContext context, Run run) {
        this.context = context;
        this.previous = new PreviousState(context);
        this.run = run;
    }

    @Override
    public void require(boolean newServerRan) {
        previous.requireSaved(run, newServerRan);
    }

    @Override
    public List<String> plan() {
        List<String> lines = new ArrayList<>();
        lines.add("stop the server");
        for (int hop = run.hops(); hop >= 1; hop--) {
            if (run.fact(hop, JournalKeys.PLAN).isPresent()) {
                lines.add("put the files of " + run.releaseBefore(hop) + " back in place of those of "
                        + run.requireFact(hop, JournalKeys.TO));
            }
        }
        new DatabaseMethods(context).of(run).wayBack(run).ifPresent(way -> lines.add("put the database back " + way));
        lines.add("write the previous configuration, to the byte");
        if (run.wasRunning(1)) {
            lines.add("start " + run.requireFact(0, JournalKeys.FROM) + " and verify it");
        }
        return lines;
    }

    @Override
    public void putBack(boolean newServerRan, List<String> aside) {
        for (int hop = run.hops(); hop >= 1; hop--) {
            run.fact(hop, JournalKeys.NEXT).map(Path::of).ifPresent(SwapPreparation::giveRoomFree);
        }
        if (installBegun(run)) {
            run.step(0, StageName.ROLLBACK, "stop", Map.of(), () -> new ServerLifecycle(context).stop());
        }
        for (int hop = run.hops(); hop >= 1; hop--) {
            takeBackInstall(hop);
        }
        if (newServerRan) {
            run.step(
                    0,
                    StageName.ROLLBACK,
                    DatabaseMethod.DATABASE_STEP,
                    Map.of(),
                    () -> aside.addAll(previous.putDatabaseBack(run)));
            once("files", () -> new TreeRestore(context).putBack(run));
        }
        if (newServerRan || run.isBegun(1, StageName.RESTORE_CONFIG)) {
            once("configuration", () -> previous.putConfigurationBack(run));
        }
        if (newServerRan && run.wasRunning(1)) {
            previous.requireFittingDatabase(run);
        }
    }

    @Override
    public void afterStart() {
        new DatabaseMethods(context).discard(run);
    }

    private void once(String step, Runnable act) {
        if (!run.isStepDone(0, StageName.ROLLBACK, step)) {
            run.step(0, StageName.ROLLBACK, step, Map.of(), act);
        }
    }

    /** As long as nothing was renamed the installed server is the old one, and stays as it is. */
    static boolean installBegun(Run run) {
        return IntStream.rangeClosed(1, run.hops())
                .anyMatch(hop -> run.fact(hop, JournalKeys.PLAN).isPresent());
    }

    private void takeBackInstall(int hop) {
        run.swapPlan(hop).ifPresent(plan -> new InstallationSwap(context.installation())
                .takeBack(plan, run.renames(hop, StageName.ROLLBACK)));
    }
}
