package io.github.mmupgrade.upgrade;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.notes.Acknowledgement;
import io.github.mmupgrade.notes.NotesToRead;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.planning.RunResumption;
import io.github.mmupgrade.preflight.ArchiveChecks;
import io.github.mmupgrade.preflight.HopChecks;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.stages.AnnounceStage;
import io.github.mmupgrade.stages.BackupStage;
import io.github.mmupgrade.stages.CopyAheadStage;
import io.github.mmupgrade.stages.DownloadStage;
import io.github.mmupgrade.stages.InstallStage;
import io.github.mmupgrade.stages.RestoreConfigStage;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StageRunner;
import io.github.mmupgrade.stages.StartStage;
import io.github.mmupgrade.stages.StopStage;
import io.github.mmupgrade.stages.VerifyStage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Upgrades the installation to the target, hop by hop. */
final class Upgrade {

    /** The stages of a hop, from the stop on; in the order of {@link StageName#HOP}. */
    static final List<Stage> HOP = List.of(
            new StopStage(),
            new BackupStage(),
            new InstallStage(),
            new RestoreConfigStage(),
            new StartStage(),
            new VerifyStage());

    private final GoalContext context;
    private final StageRunner runner;

    Upgrade(GoalContext context, StageRunner runner) {
        this.context = context;
        this.runner = runner;
    }

    /**
     * Checks everything that could stop it, where it would go or where it is. Reads only.
     *
     * @throws RefusedException when something prevents it
     */
    PlannedUpgrade check() {
        return check(result -> {});
    }

    /** The same as {@link #check()}, for its own sake: the result is reported, too, before anything is refused. */
    void preflight() {
        check(result -> context.reporter().report(result));
    }

    private PlannedUpgrade check(Consumer<Event.Result> result) {
        InstalledServer server = context.server();
        ReleaseSources sources = new ReleaseSources(context);
        PlannedUpgrade forecast = forecast(server, sources);
        ArchiveChecks archives = new ArchiveChecks(sources);
        Map<String, Supplier<CheckResult>> further = new LinkedHashMap<>();
        further.put(ArchiveChecks.NAME, () -> archives.check(forecast.path(), forecast.edition()));
        further.put(HopChecks.NAME, () -> new HopChecks(context).foresee(server, forecast, sources));
        List<CheckResult> results = new Preflight(context, server, forecast).run(further);
        ObjectNode data = forecast.data();
        data.put("ready", results.stream().noneMatch(each -> each.outcome() == CheckResult.Outcome.REFUSED));
        data.set("checks", Json.MAPPER.valueToTree(results));
        result.accept(new Event.Result(Goal.PREFLIGHT, data, List.of()));
        require(forecast, sources, results);
        return forecast;
    }

    private PlannedUpgrade forecast(InstalledServer server, ReleaseSources sources) {
        PlannedUpgrade forecast = PlannedUpgrade.make(context, server, sources);
        forecast.lines().forEach(context.reporter()::info);
        return forecast;
    }

    private void require(PlannedUpgrade forecast, ReleaseSources sources, List<CheckResult> results) {
        Preflight.report(context, results);
        requireAnswers(forecast, sources);
    }

    /**
     * Says what it would do.
     *
     * @throws RefusedException when something prevents it
     */
    List<String> plan() {
        Optional<Run> stopped = new RunResumption(context).afterStop();
        if (stopped.isPresent()) {
            return left(stopped.get());
        }
        return new UpgradeOutline(context, check()).lines();
    }

    /** What is left of a run that has stopped the server, a line each. */
    private static List<String> left(Run run) {
        List<String> lines = new ArrayList<>();
        for (int hop = 1; hop <= run.hops(); hop++) {
            int number = hop;
            List<String> stages = StageName.HOP.stream()
                    .filter(stage -> !run.isDone(number, stage))
                    .map(StageName::key)
                    .toList();
            if (!run.isDone(hop, StageName.VERIFY)) {
                lines.add("continue with " + run.requireFact(hop, JournalKeys.TO) + ": " + String.join(", ", stages));
            }
        }
        lines.add("complete the backup and remove the leftovers of earlier upgrades");
        return lines;
    }

    /**
     * Begins an upgrade, or resumes the one in progress, and brings it to where only {@code finish} is left; the lock
     * is held.
     *
     * @return the run; empty when the target is installed already, or when the node waits for others of its cluster
     */
    Optional<Run> carryOut() {
        RunResumption resumption = new RunResumption(context);
        Optional<Run> found = resumption
                .afterStop()
                .or(() -> resumption.downloaded().map(this::checked))
                .or(this::begin);
        found.ifPresent(this::announced);
        boolean waits = context.options().cluster() != null
                && context.options().cluster().pause() != null;
        return found.filter(run -> !waits);
    }

    /** Carries it out, and tells people when the server is back, whichever release that is. */
    private void announced(Run run) {
        try {
            carryOut(run);
        } catch (StageFailedException e) {
            if (run.state() == Run.State.ROLLED_BACK) {
                AnnounceStage.back(context, run.requireFact(0, JournalKeys.FROM));
            }
            throw e;
        }
        if (run.isVerified()) {
            AnnounceStage.back(context, run.requireFact(0, JournalKeys.TARGET));
        }
    }

    private void carryOut(Run run) {
        if (!run.isBegun(1, StageName.STOP)) {
            runner.run(new CopyAheadStage(), run);
            // once more: copying ahead can take hours, and the configuration may have been changed since
            new HopChecks(context).require(run);
        }
        if (pausesAt(ClusterPart.Pause.BEFORE_STOP)) {
            return;
        }
        if (!run.isBegun(1, StageName.STOP)) {
            runner.run(new AnnounceStage(), run);
        }
        for (int hop = 1; hop <= run.hops(); hop++) {
            if (!run.isDone(hop, StageName.VERIFY)) {
                carryOut(run, hop);
            }
        }
    }

    private void carryOut(Run run, int hop) {
        ClusterPart part = context.options().cluster();
        for (Stage stage : HOP) {
            if (stage.name() == StageName.START && part != null && part.waitsForFirst() && hop < run.hops()) {
                // a release in between migrates the database, which the first node does
                run.mark(
                        hop,
                        StageName.VERIFY,
                        JournalEvent.Kind.DONE,
                        Map.of(JournalKeys.VERIFIED_BY, part.nodes().get(0)));
                return;
            }
            if (stage.name() == StageName.START && pausesAt(ClusterPart.Pause.BEFORE_START)) {
                return;
            }
            runner.run(stage, run, hop);
        }
    }

    private boolean pausesAt(ClusterPart.Pause place) {
        return context.options().cluster() != null
                && context.options().cluster().pause() == place;
    }

    /** A run whose releases are unpacked already is checked as it would be at its beginning. */
    private Run checked(Run run) {
        Preflight.report(context, new Preflight(context, context.server()).run());
        new HopChecks(context).require(run);
        InstallStage.tryRenames(context, run);
        return run;
    }

    private Optional<Run> begin() {
        InstalledServer server = context.server();
        ReleaseSources sources = new ReleaseSources(context);
        PlannedUpgrade forecast = forecast(server, sources);
        if (forecast.path().isEmpty()) {
            return Optional.empty();
        }
        new ArchiveChecks(sources).require(forecast.path(), forecast.edition());
        // the releases themselves are looked at when they are unpacked
        require(forecast, sources, new Preflight(context, server, forecast).run());
        Run run = new DownloadStage(context).carryOut(forecast, sources);
        new HopChecks(context).require(run);
        InstallStage.tryRenames(context, run);
        return Optional.of(run);
    }

    /** Nobody upgrades past notes that were not read; where there are none, the page is read by hand. */
    private void requireAnswers(PlannedUpgrade forecast, ReleaseSources sources) {
        Acknowledgement given = Acknowledgement.parse(context.options().target().acknowledge());
        if (!given.coversAll()) {
            NotesToRead notes = forecast.notes(sources);
            if (!given.missing(notes.versions()).isEmpty()) {
                notes.lines().forEach(context.reporter()::info);
            }
            given.require(notes.versions());
        }
        if (forecast.path().hops().stream().anyMatch(Hop::needsUpgradeDb30)
                && context.options().target().primaryTeam() == null) {
            throw new RefusedException(
                    "The upgrade to 3.0 needs the name of the primary team, whose users keep their names."
                            + " Nothing was changed.",
                    Hint.run("Name one of your teams.", Goal.UPGRADE, "mattermost.primaryTeam=name-of-the-team"));
        }
    }
}
