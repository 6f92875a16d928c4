package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.installation.SecurityLabels;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.installation.SwapPreparation;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.journal.SwapPlans;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.rollback.PreviousState;
import io.github.mmupgrade.saving.Backups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Puts the unpacked release in the place of the installed one. */
public final class InstallStage implements Stage {

    @Override
    public StageName name() {
        return StageName.INSTALL;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        Path next = next(run, hop);
        if (!Files.isDirectory(next)) {
            return List.of(
                    "put the entries of " + run.requireFact(hop, JournalKeys.TO) + " in place of the installed ones");
        }
        SwapPlan plan = newPlan(context, run, hop);
        return List.of(
                "rename " + Amount.of(plan.moves().size(), "entry") + " between " + context.installation() + ", "
                        + plan.next() + " and " + plan.previous(),
                "keep config, data, logs, plugins, client/plugins"
                        + (plan.kept().isEmpty() ? "" : " and " + String.join(", ", plan.kept())));
    }

    @Override
    public void require(GoalContext context, Run run, int hop) {
        if (!run.isDone(hop, StageName.BACKUP)) {
            throw new RefusedException(
                    "Nothing was installed: run " + run + " has no backup of the server since it was last stopped.",
                    Hint.run("Run the next stage of the run.", NextGoal.of(run)));
        }
        // without a way back nothing new is started: a call that resumes a run may have fewer rights than the one
        // before
        new PreviousState(context).requireSwitchable(run, "Nothing was installed", Goal.INSTALL);
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        if (!new BackupStage().stillHolds(context, run, hop)) {
            throw new RefusedException(
                    "The server has run since run " + run + " last saved it. Nothing was installed.",
                    Hint.run("Save it again.", Goal.BACKUP));
        }
        if (context.server().running().isPresent()) {
            throw new RefusedException(
                    "The server of " + context.installation() + " is running. Nothing was installed.",
                    Hint.run("Stop it first.", Goal.STOP));
        }
        SwapPlan plan = run.swapPlan(hop).orElse(null);
        if (plan == null) {
            plan = newPlan(context, run, hop);
            run.note(hop, StageName.INSTALL, Map.of(JournalKeys.PLAN, SwapPlans.write(plan)));
        }
        for (String displaced : plan.displaced()) {
            context.reporter()
                    .warn("The release brings its own " + displaced + "; yours goes to "
                            + plan.previous().resolve(displaced));
        }
        new InstallationSwap(context.installation()).carryOut(plan, run.renames(hop, StageName.INSTALL));
        new SecurityLabels(context.host())
                .restore(plan, context.installation().directory())
                .ifPresent(failure -> context.reporter()
                        .warn("restorecon could not label the new files, so SELinux may keep the server from starting: "
                                + failure));
        context.reporter()
                .info("Installed " + run.requireFact(hop, JournalKeys.TO) + ": "
                        + Amount.of(plan.moves().size(), "rename") + "; the old release is in " + plan.previous());
        if (!plan.kept().isEmpty()) {
            context.reporter().info("Kept: " + String.join(", ", plan.kept()));
        }
        return Map.of();
    }

    /** Tries, before the stop, whether the renames will work. */
    public static void tryRenames(GoalContext context, Run run) {
        SwapPlan plan = newPlan(context, run, 1);
        new SwapPreparation(context.installation()).tryRenames(plan.next(), plan.previous());
    }

    /** Lays down the renames; refuses what stands in their way. Changes nothing. */
    static SwapPlan newPlan(GoalContext context, Run run, int hop) {
        Installation installation = context.installation();
        String from = run.releaseBefore(hop);
        ShippedEntries shipped = new Backups(context).shipped(run, hop);
        return new InstallationSwap(installation)
                .plan(next(run, hop), freePrevious(installation, from, run), shipped, context.mounts());
    }

    /** An earlier upgrade from the same release may have left its sibling; each run has its own. */
    private static Path freePrevious(Installation installation, String from, Run run) {
        Path usual = installation.previousDirectory(from);
        return isInUse(usual) ? installation.previousDirectory(from + "-" + run.id()) : usual;
    }

    /** An empty one is what a trial left that was killed. */
    private static boolean isInUse(Path previous) {
        if (!Files.exists(previous)) {
            return false;
        }
        try (var entries = Files.list(previous)) {
            return entries.findAny().isPresent();
        } catch (IOException e) {
            return true;
        }
    }

    private static Path next(Run run, int hop) {
        return Path.of(run.requireFact(hop, JournalKeys.NEXT));
    }
}
