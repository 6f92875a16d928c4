package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.installation.InstallationSwap;
import io.github.mmupgrade.installation.Rename;
import io.github.mmupgrade.installation.SecurityLabels;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.installation.SwapPreparation;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.unpack.UnpackList;
import io.github.mmupgrade.upgrade.JournalEvent.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the unpacked release in the place of the installed one. */
final class InstallStage implements Stage {

    static final String NAME = "install";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean afterTheStop() {
        return true;
    }

    @Override
    public List<String> plan(Workplace place, Run run, int hop) {
        Path next = next(run, hop);
        if (!Files.isDirectory(next)) {
            return List.of(
                    "put the entries of " + run.requireFact(hop, Facts.TO) + " in the place of the installed ones");
        }
        SwapPlan plan = newPlan(place, run, hop);
        return List.of(
                "rename " + Amount.of(plan.moves().size(), "entry") + " between " + place.installation() + ", "
                        + plan.next() + " and " + plan.previous(),
                "keep config, data, logs, plugins, client/plugins"
                        + (plan.kept().isEmpty() ? "" : " and " + String.join(", ", plan.kept())));
    }

    @Override
    public void require(Workplace place, Run run, int hop) {
        if (!run.isDone(hop, BackupStage.NAME)) {
            throw new RefusedException(
                    "Nothing is installed without a backup, and run " + run
                            + " has none of the server as it was stopped last.",
                    Hint.run("the next stage of the run is", NextGoal.of(run)));
        }
        // without a way back nothing new is started: a call that resumes a run may have fewer rights than the one
        // before
        new Rollback(place).requireSwitchable(run, "Nothing was installed", NAME);
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        if (!new BackupStage().stillHolds(place, run, hop)) {
            throw new RefusedException(
                    "The server has run since run " + run + " saved it last; nothing was installed.",
                    Hint.run("save it again:", BackupStage.NAME));
        }
        if (place.server().running().isPresent()) {
            throw new RefusedException(
                    "The server of " + place.installation() + " runs; nothing was installed.",
                    Hint.run("stop it first:", StopStage.NAME));
        }
        SwapPlan plan = run.fact(hop, Facts.PLAN).map(SwapPlans::read).orElse(null);
        if (plan == null) {
            plan = newPlan(place, run, hop);
            run.note(hop, NAME, Map.of(Facts.PLAN, SwapPlans.write(plan)));
        }
        for (String displaced : plan.displaced()) {
            place.reporter()
                    .warn("The release brings its own " + displaced + "; yours goes to "
                            + plan.previous().resolve(displaced));
        }
        new InstallationSwap(place.installation()).carryOut(plan, listener(run, hop, NAME));
        new SecurityLabels(place.host())
                .restore(plan, place.installation().directory())
                .ifPresent(failure -> place.reporter()
                        .warn(
                                "restorecon could not label what the release brought, so that SELinux may not let it start: "
                                        + failure));
        place.reporter()
                .info("Installed " + run.requireFact(hop, Facts.TO) + ": "
                        + Amount.of(plan.moves().size(), "rename") + "; the old release is in " + plan.previous());
        if (!plan.kept().isEmpty()) {
            place.reporter().info("Kept: " + String.join(", ", plan.kept()));
        }
        return Map.of();
    }

    /** Writes an event before and after each rename. */
    static InstallationSwap.Listener listener(Run run, int hop, String stage) {
        return new InstallationSwap.Listener() {
            @Override
            public void before(Rename rename) {
                run.markStep(hop, stage, rename.toString(), Kind.BEGIN, Map.of());
            }

            @Override
            public void after(Rename rename) {
                run.markStep(hop, stage, rename.toString(), Kind.DONE, Map.of());
            }
        };
    }

    /** Tries, before the stop, whether the renames will work. */
    static void tryRenames(Workplace place, Run run) {
        SwapPlan plan = newPlan(place, run, 1);
        new SwapPreparation(place.installation()).tryRenames(plan.next(), plan.previous());
    }

    /** Lays down the renames; refuses what stands in their way. Changes nothing. */
    static SwapPlan newPlan(Workplace place, Run run, int hop) {
        Installation installation = place.installation();
        String from = hop == 1 ? run.requireFact(0, Facts.FROM) : run.requireFact(hop - 1, Facts.TO);
        ShippedEntries shipped = new Backups(place).shipped(run, hop);
        return new InstallationSwap(installation)
                .plan(next(run, hop), freePrevious(installation, from, run), shipped, place.mounts());
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
        return Path.of(run.requireFact(hop, Facts.NEXT));
    }

    /** Which entries the installed release brought; editions of one version bring different ones. */
    static ShippedEntries shipped(Workplace place, String version, Edition edition) {
        Path list = shippedList(place, version, edition);
        if (!Files.exists(list)) {
            // earlier versions of this plugin kept one list for both editions
            list = place.state().resolve("shipped").resolve(version + ".list");
        }
        if (!Files.exists(list)) {
            return ShippedEntries.known();
        }
        Set<String> top = new HashSet<>();
        Set<String> client = new HashSet<>();
        try {
            for (String entry : UnpackList.exchanged(list)) {
                if (entry.startsWith("client/")) {
                    client.add(entry.substring("client/".length()));
                } else {
                    top.add(entry);
                }
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The list of what " + version + " shipped can't be read: " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("remove " + list + "; the vendor's known layout is used then"),
                    e);
        }
        return ShippedEntries.of(top, client);
    }

    /** Where the list of what a release shipped is kept. */
    static Path shippedList(Workplace place, String version, Edition edition) {
        return place.state().resolve("shipped").resolve(version + "-" + edition.key() + ".list");
    }
}
