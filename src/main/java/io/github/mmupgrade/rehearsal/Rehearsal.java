package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.stages.Interruption;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Does a whole upgrade on a copy: the very same stages, on a scratch installation and a scratch database, where it
 * reaches nobody. Of the installation it reads only.
 */
public final class Rehearsal {

    private final RehearsalOptions options;
    private final UpgradeOptions live;
    private final Host host;
    private final Reporter reporter;
    private final Clock clock;
    private final PostgresBinaries binaries;

    /**
     * A rehearsal.
     *
     * @param options how it is done
     * @param live how the installation would be upgraded
     * @param binaries where an embedded PostgreSQL comes from
     */
    public Rehearsal(
            RehearsalOptions options,
            UpgradeOptions live,
            Host host,
            Reporter reporter,
            Clock clock,
            PostgresBinaries binaries) {
        this.options = options;
        this.live = live;
        this.host = host;
        this.reporter = reporter;
        this.clock = clock;
        this.binaries = binaries;
    }

    /**
     * Rehearses, writes the report and says it.
     *
     * @return the report; empty when there is nothing to upgrade, or only said what would be done
     * @throws RefusedException when the upgrade would fail, or cannot be rehearsed; the installation is as it was
     */
    public Optional<RehearsalReport> run() {
        String name = name();
        Optional<InstallationAccess> installation = options.source() == null ? Optional.of(access()) : Optional.empty();
        RehearsalSource original = installation
                .map(InstallationAccess::original)
                .orElseGet(() -> InstallationAccess.saved(live, host, reporter, clock, options.source()));
        reporter.info("Rehearsing with " + original);
        Optional<UpgradePreview> outlook = installation.map(InstallationAccess::outlook);
        if (outlook.filter(found -> found.hops().isEmpty()).isPresent()) {
            reporter.info(
                    "Mattermost " + outlook.get().target() + " is already installed; there is nothing to rehearse");
            return Optional.empty();
        }
        installation.ifPresent(InstallationAccess::requireArchives);
        ScratchSource source = ScratchSource.choose(options, original, host, tools(), clock, binaries);
        source.requireRoom(options.directory());
        if (live.dryRun()) {
            plan(original, source).forEach(line -> reporter.info("would " + line));
            reporter.info("Dry run: nothing was changed.");
            return Optional.empty();
        }
        // what the rehearsal itself would find out after everything was copied
        installation.ifPresent(InstallationAccess::fetchArchives);
        Path logFile = RehearsalLog.of(options.report());
        RehearsalReport report;
        try (RehearsalLog log = new RehearsalLog(reporter, clock, logFile);
                Interruption watched = new Interruption(reporter)) {
            String obstacle = installation.isPresent() ? obstacle(log) : null;
            new ScratchEnd(host, tools(), reporter).endBroken(options.directory(), name);
            report = new RehearsalRun(options, live, host, reporter, log, clock, watched)
                    .carryOut(name, original, source, installation.orElse(null), obstacle);
        }
        ReportFile.write(options.report(), report);
        List<String> text = new ArrayList<>(report.lines());
        text.add("  data         " + options.report());
        text.add("  log          " + logFile);
        reporter.report(new Event.Result(Goal.REHEARSE, report.data(options.report()), text));
        if (report.url() != null) {
            List<String> where = new ArrayList<>(
                    List.of("mattermost.rehearse.end=true", "mattermost.rehearse.directory=" + options.directory()));
            if (options.source() != null) {
                where.add("mattermost.rehearse.source=" + options.source());
            }
            reporter.hint(Hint.run(
                    "The new server is at " + report.url() + ". To end it and remove the rehearsal, run this goal.",
                    Goal.REHEARSE,
                    where.toArray(new String[0])));
        }
        if (!report.succeeded()) {
            throw new RefusedException(
                    "The upgrade of Mattermost " + report.from() + " to " + report.to() + " would fail: "
                            + report.failure() + "\nIt was rehearsed on a copy. The installation was not changed.",
                    Hint.of("Fix the cause and rehearse again. For details see the report " + options.report() + "."));
        }
        return Optional.of(report);
    }

    /** Ends what rehearsals of this installation have left running, and removes all that they have made. */
    public void end() {
        List<ScratchPlace> places = ScratchPlace.find(options.directory(), name());
        for (ScratchPlace place : places) {
            if (live.dryRun()) {
                reporter.info("would end and remove the rehearsal in " + place);
                continue;
            }
            new ScratchEnd(host, tools(), reporter).end(place);
            reporter.info("Ended and removed the rehearsal in " + place);
        }
        if (places.isEmpty()) {
            reporter.info("There is no rehearsal of " + live.installDirectory() + " in " + options.directory());
        }
    }

    private InstallationAccess access() {
        return new InstallationAccess(live, host, reporter, clock);
    }

    private String name() {
        try {
            return access().stateName();
        } catch (RefusedException noInstallation) {
            if (options.source() == null) {
                throw noInstallation;
            }
            return "backup";
        }
    }

    private DatabaseTools tools() {
        return DatabaseTools.in(host, live.backup().toolsDirectory());
    }

    /** What would stop the real upgrade now; a rehearsal goes on all the same, because it may be gone by then. */
    private String obstacle(Reporter log) {
        try {
            new Goals(live.withNotesRead(), host, log, clock).preflight();
            return null;
        } catch (ProblemException refused) {
            reporter.warn("The real upgrade would be refused now: " + refused.getMessage());
            return refused.getMessage();
        }
    }

    private List<String> plan(RehearsalSource original, ScratchSource source) {
        return List.of(
                "create a scratch directory in " + options.directory() + ", and remove it at the end",
                "dump the database " + original.database().name() + " and load it into " + source,
                "copy the programs, and isolate the copy by settings that keep it from reaching anyone",
                "upgrade the copy, and write the report to " + options.report());
    }
}
