package io.github.mmupgrade.preflight;

import io.github.mmupgrade.archive.ArchiveContents;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.planning.HopConfigurations;
import io.github.mmupgrade.planning.HopConfigurations.Shipped;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.preflight.ProgramCheck.Programs;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.CheckResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What every hop of a path needs, looked at while the server still runs. Changes nothing. */
public final class HopChecks {

    /** What the result of {@link #foresee} is called. */
    public static final String NAME = "hops";

    private final GoalContext context;
    private final HopConfigurations configurations;

    public HopChecks(GoalContext context) {
        this.context = context;
        this.configurations = new HopConfigurations(context);
    }

    /**
     * Looks at every hop that is still to come, as its release was unpacked.
     *
     * @throws io.github.mmupgrade.report.RefusedException when one of them would not work
     */
    public void require(Run run) {
        InstalledServer server = context.server();
        configurations.everyHop(run, server.document());
        List<Programs> programs = new ArrayList<>();
        for (int hop = run.currentHop(); hop <= run.hops(); hop++) {
            programs.add(Programs.in(
                    Version.parse(run.requireFact(hop, JournalKeys.TO)),
                    Path.of(run.requireFact(hop, JournalKeys.NEXT))));
        }
        new ProgramCheck(context, server).require(programs);
    }

    /**
     * Looks at every hop as far as its archive is on this machine, before anything is unpacked.
     *
     * @throws io.github.mmupgrade.report.RefusedException when one of them would not work
     */
    public CheckResult foresee(InstalledServer server, PlannedUpgrade forecast, ReleaseSources sources) {
        return foresee(server, forecast, release -> sources.onThisMachine(release, forecast.edition()));
    }

    /**
     * Looks at every hop as far as its archive is on this machine, before anything is unpacked.
     *
     * @param archives finds the archive of a release; empty when it is not on this machine
     * @throws io.github.mmupgrade.report.RefusedException when one of them would not work
     */
    public CheckResult foresee(
            InstalledServer server, PlannedUpgrade forecast, Function<Version, Optional<Path>> archives) {
        List<Version> path = forecast.path().hops().stream().map(Hop::to).toList();
        if (path.isEmpty()) {
            return CheckResult.ok(NAME, "none left");
        }
        List<Shipped> known = new ArrayList<>();
        List<Programs> programs = new ArrayList<>();
        for (Version release : path) {
            Optional<Path> archive = archives.apply(release);
            if (archive.isEmpty()) {
                break;
            }
            ArchiveContents contents = ArchiveContents.read(archive.get());
            programs.add(new Programs(release, contents.programs()));
            known.add(
                    new Shipped(release, ConfigDocument.parse(contents.configuration(), "the default of " + release)));
        }
        configurations.along(
                known,
                path.size(),
                server.document(),
                configurations.keptDefault(forecast.installed().version()));
        new ProgramCheck(context, server).require(programs);
        return CheckResult.ok(
                NAME,
                known.size() == path.size()
                        ? "every release of the path accepts its configuration and has the program that the service starts"
                        : path.get(known.size())
                                + " is checked when its archive is here, before the server is stopped");
    }
}
