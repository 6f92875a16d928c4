package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.Workplace;
import io.github.mmupgrade.journal.Facts;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.notes.Acknowledgement;
import io.github.mmupgrade.notes.NotesToRead;
import io.github.mmupgrade.planning.Forecast;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.planning.RunResumption;
import io.github.mmupgrade.preflight.ArchiveChecks;
import io.github.mmupgrade.preflight.CheckResult;
import io.github.mmupgrade.preflight.HopChecks;
import io.github.mmupgrade.preflight.Preflight;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.stages.AheadStage;
import io.github.mmupgrade.stages.AnnounceStage;
import io.github.mmupgrade.stages.BackupStage;
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
import java.util.function.Supplier;

/** Carries the installation to the target, hop by hop. */
final class Upgrade {

    /** The stages of a hop after the stop, in the order that keeps the server down the shortest. */
    static final List<Stage> HOP = List.of(
            new StopStage(),
            new BackupStage(),
            new InstallStage(),
            new RestoreConfigStage(),
            new StartStage(),
            new VerifyStage());

    private final Workplace place;
    private final StageRunner runner;

    Upgrade(Workplace place, StageRunner runner) {
        this.place = place;
        this.runner = runner;
    }

    /**
     * Checks everything that could stop it, where it would go or where it is. Reads only.
     *
     * @throws RefusedException when something prevents it
     */
    Forecast check() {
        InstalledServer server = place.server();
        ReleaseSources sources = new ReleaseSources(place);
        Forecast forecast = forecast(server, sources);
        ArchiveChecks archives = new ArchiveChecks(sources);
        Map<String, Supplier<CheckResult>> further = new LinkedHashMap<>();
        further.put(ArchiveChecks.NAME, () -> archives.check(forecast.path(), forecast.edition()));
        further.put(HopChecks.NAME, () -> new HopChecks(place).foresee(server, forecast, sources));
        require(forecast, sources, new Preflight(place, server, forecast).run(further));
        return forecast;
    }

    private Forecast forecast(InstalledServer server, ReleaseSources sources) {
        Forecast forecast = Forecast.make(place, server, sources);
        forecast.lines().forEach(place.reporter()::info);
        return forecast;
    }

    private void require(Forecast forecast, ReleaseSources sources, List<CheckResult> results) {
        Preflight.report(place, results);
        requireAnswers(forecast, sources);
    }

    /**
     * Says what it would do.
     *
     * @throws RefusedException when something prevents it
     */
    List<String> plan() {
        Optional<Run> stopped = new RunResumption(place).afterStop();
        if (stopped.isPresent()) {
            return left(stopped.get());
        }
        return new UpgradeOutline(place, check()).lines();
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
                lines.add("go on to " + run.requireFact(hop, Facts.TO) + ": " + String.join(", ", stages));
            }
        }
        lines.add("complete the backup and remove what earlier upgrades have left");
        return lines;
    }

    /**
     * Begins an upgrade, or goes on with the one under way, and brings it to where only {@code finish} is left; the lock
     * is held.
     *
     * @return the run; empty when the target is installed already
     */
    Optional<Run> carryOut() {
        RunResumption resumption = new RunResumption(place);
        Optional<Run> found = resumption
                .afterStop()
                .or(() -> resumption.downloaded().map(this::checked))
                .or(this::begin);
        found.ifPresent(this::carryOut);
        return found;
    }

    private void carryOut(Run run) {
        if (!run.isBegun(1, StageName.STOP)) {
            runner.run(new AheadStage(), run);
            // once more: copying ahead can take hours, and the configuration may have been changed since
            new HopChecks(place).require(run);
            runner.run(new AnnounceStage(), run);
        }
        for (int hop = 1; hop <= run.hops(); hop++) {
            if (run.isDone(hop, StageName.VERIFY)) {
                continue;
            }
            for (Stage stage : HOP) {
                runner.run(stage, run, hop);
            }
        }
    }

    /** A run whose releases are unpacked already is checked as it would be at its beginning. */
    private Run checked(Run run) {
        Preflight.report(place, new Preflight(place, place.server()).run());
        new HopChecks(place).require(run);
        InstallStage.tryRenames(place, run);
        return run;
    }

    private Optional<Run> begin() {
        InstalledServer server = place.server();
        ReleaseSources sources = new ReleaseSources(place);
        Forecast forecast = forecast(server, sources);
        if (forecast.path().isEmpty()) {
            return Optional.empty();
        }
        new ArchiveChecks(sources).require(forecast.path(), forecast.edition());
        // the releases themselves are looked at when they are unpacked
        require(forecast, sources, new Preflight(place, server, forecast).run());
        Run run = new DownloadStage(place).carryOut(forecast, sources);
        new HopChecks(place).require(run);
        InstallStage.tryRenames(place, run);
        return Optional.of(run);
    }

    /** Nobody upgrades past notes that were not read; where there are none, the page is read by hand. */
    private void requireAnswers(Forecast forecast, ReleaseSources sources) {
        Acknowledgement given = Acknowledgement.parse(place.options().target().acknowledge());
        if (!given.coversAll()) {
            NotesToRead notes = forecast.notes(sources);
            if (!given.missing(notes.versions()).isEmpty()) {
                notes.lines().forEach(place.reporter()::info);
            }
            given.require(notes.versions());
        }
        if (forecast.path().hops().stream().anyMatch(Hop::needsUpgradeDb30)
                && place.options().target().primaryTeam() == null) {
            throw new RefusedException(
                    "The step to 3.0 asks for the name of the primary team, whose users keep their names."
                            + " Nothing was changed.",
                    Hint.run("name one of your teams:", Goal.UPGRADE, "mattermost.primaryTeam=name-of-the-team"));
        }
    }
}
