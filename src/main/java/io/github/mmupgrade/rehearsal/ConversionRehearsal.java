package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.conversion.ConversionTrial;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.access.ScratchDatabase;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.scratch.ScratchServer;
import io.github.mmupgrade.stages.Interruption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Converts the installation's database into a scratch one on PostgreSQL, starts a copy of the installed release on it, and
 * removes both. The server runs on; of the installation it reads only.
 */
public final class ConversionRehearsal {

    /** The major version that is started where none is given: every release that can be converted runs on it. */
    public static final int POSTGRESQL = 15;

    private final RehearsalOptions options;
    private final ConversionOptions conversion;
    private final UpgradeOptions live;
    private final Host host;
    private final Reporter reporter;
    private final Clock clock;
    private final PostgresBinaries binaries;

    /**
     * A rehearsal.
     *
     * @param options how it is done
     * @param conversion how the database would be converted
     * @param live the options of the installation
     * @param binaries where an embedded PostgreSQL comes from
     */
    public ConversionRehearsal(
            RehearsalOptions options,
            ConversionOptions conversion,
            UpgradeOptions live,
            Host host,
            Reporter reporter,
            Clock clock,
            PostgresBinaries binaries) {
        this.options = options;
        this.conversion = conversion;
        this.live = live;
        this.host = host;
        this.reporter = reporter;
        this.clock = clock;
        this.binaries = binaries;
    }

    /**
     * Rehearses, writes the report and says it.
     *
     * @return the report; empty when it only said what it would do
     * @throws RefusedException when the conversion would fail, or cannot be rehearsed; the installation is as it was
     */
    public Optional<ConversionReport> run() {
        GoalContext context = GoalContext.open(live, host, reporter, clock).forReading();
        ConversionTrial trial = new ConversionTrial(context, conversion);
        trial.requireConvertible();
        RehearsalSource original = new InstallationAccess(live, host, reporter, clock)
                .toConvert(options.dataSource().isPresent() ? 0 : POSTGRESQL);
        ScratchSource source = ScratchSource.choose(options, original, host, tools(), clock, binaries);
        source.requireRoomWithoutDumps(options.directory());
        if (live.dryRun()) {
            List.of(
                            "create a scratch directory in " + options.directory() + ", and remove it at the end",
                            "copy the database " + original.database().name() + " to " + source
                                    + " while the server runs",
                            "start a copy of the installed release on it, and write the report to " + options.report())
                    .forEach(line -> reporter.info("would " + line));
            reporter.info("Dry run: nothing was changed.");
            return Optional.empty();
        }
        String name = context.installation().stateName();
        ScratchEnd end = new ScratchEnd(host, tools(), reporter);
        end.endBroken(options.directory(), name);
        ConversionReport report;
        try (Interruption watched = new Interruption(reporter)) {
            ScratchPlace place = ScratchPlace.make(options.directory(), name);
            try {
                report = rehearse(trial, original, source, place, watched);
            } finally {
                end.end(place);
            }
        }
        tell(report);
        return Optional.of(report);
    }

    private ConversionReport rehearse(
            ConversionTrial trial,
            RehearsalSource original,
            ScratchSource source,
            ScratchPlace place,
            Interruption watched) {
        long self = ProcessHandle.current().pid();
        place.note(source.note(
                self,
                new Processes(host)
                        .find(self)
                        .map(process -> process.id().startTicks())
                        .orElse(0L)));
        reporter.info("Rehearsal directory: " + place);
        ScratchDatabase database = source.make(place, ScratchServer::freePort);
        database.makeEmpty();
        String failure = null;
        try {
            trial.carryOut(database.dataSource(), place, stage -> {
                watched.check(stage);
                if (stage.equals(StageName.START.key())) {
                    database.calm();
                }
            });
        } catch (ProblemException e) {
            // who interrupts it learns nothing about the conversion
            watched.check("report");
            failure = e.getMessage();
        }
        List<StageTimes.Took> stages = new ArrayList<>();
        trial.stages().forEach((stage, took) -> stages.add(new StageTimes.Took(0, stage, took.toMillis())));
        return new ConversionReport(
                trial.release().toString(),
                original.database().name(),
                source.toString(),
                failure,
                stages,
                trial.tables(),
                failure == null ? seconds(trial.downtime()) : null);
    }

    private void tell(ConversionReport report) {
        ReportFile.write(options.report(), report);
        List<String> text = new ArrayList<>(report.lines());
        text.add("  data         " + options.report());
        reporter.report(new Event.Result(Goal.REHEARSE, report.data(options.report()), text));
        if (!report.succeeded()) {
            throw new RefusedException(
                    "The conversion of " + report.source() + " would fail: " + report.failure()
                            + "\nIt was rehearsed with a copy. The installation was not changed.",
                    Hint.of("Fix the cause and rehearse again. For details see the report " + options.report() + "."));
        }
    }

    private static double seconds(Duration took) {
        return took.toMillis() / 1000.0;
    }

    private DatabaseTools tools() {
        return DatabaseTools.in(host, live.backup().toolsDirectory());
    }
}
