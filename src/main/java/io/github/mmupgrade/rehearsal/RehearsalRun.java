package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.config.ConfigDiff;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.SchemaSnapshot;
import io.github.mmupgrade.database.access.ScratchDatabase;
import io.github.mmupgrade.database.postgres.ServerUser;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.scratch.Isolation;
import io.github.mmupgrade.scratch.ScratchCopy;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.scratch.ScratchServer;
import io.github.mmupgrade.stages.Interruption;
import io.github.mmupgrade.upgrade.Goals;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** One rehearsal, from the scratch directory to its removal. */
final class RehearsalRun {

    /** What follows the names of both, which are the copy's and may take several lines. */
    private static final Pattern COUNTS = Pattern.compile("^\\d+ settings? added");

    private final RehearsalOptions options;
    private final UpgradeOptions live;
    private final Host host;
    private final Reporter reporter;
    private final Reporter log;
    private final Clock clock;
    private final Interruption watched;
    private final StageTimes times = new StageTimes();
    private final List<String> remarks = new ArrayList<>();

    /**
     * A rehearsal.
     *
     * @param log is told what the goals say of the copy
     */
    RehearsalRun(
            RehearsalOptions options,
            UpgradeOptions live,
            Host host,
            Reporter reporter,
            Reporter log,
            Clock clock,
            Interruption watched) {
        this.options = options;
        this.live = live;
        this.host = host;
        this.reporter = reporter;
        this.log = log;
        this.clock = clock;
        this.watched = watched;
    }

    /**
     * Rehearses.
     *
     * @param name the name of the installation's state
     * @param source where the scratch database comes from
     * @param installation the installation; null when a backup is rehearsed with
     * @param obstacle what would stop the real upgrade now; null when nothing would
     */
    RehearsalReport carryOut(
            String name,
            RehearsalSource original,
            ScratchSource source,
            InstallationAccess installation,
            String obstacle) {
        ScratchPlace place = ScratchPlace.make(options.directory(), name);
        boolean kept = false;
        try {
            long self = ProcessHandle.current().pid();
            long start = new Processes(host)
                    .find(self)
                    .map(process -> process.id().startTicks())
                    .orElse(0L);
            place.note(source.note(self, start));
            reporter.info("Rehearsal directory: " + place);
            ScratchServer server =
                    new ScratchServer(place, Isolation.read(options.plugins()), live, ScratchServer.freePort());
            ScratchDatabase database = build(place, original, source, server);
            RehearsalReport report = upgrade(place, original, server, database, installation, obstacle);
            if (report.url() != null) {
                place.note(source.note(0, 0));
                kept = true;
            }
            return report;
        } finally {
            if (!kept) {
                new ScratchEnd(host, DatabaseTools.in(host, live.backup().toolsDirectory()), reporter).end(place);
            }
        }
    }

    private ScratchDatabase build(
            ScratchPlace place, RehearsalSource original, ScratchSource source, ScratchServer server) {
        place.directory(place.state(), null);
        place.directory(place.backups(), null);
        Path dump = original.database().dump().in(place.directory(place.root().resolve("dump"), null));
        reporter.info("Dumped the database " + original.database().name());
        watched.check("copy");
        copy(place, original);
        watched.check("load");
        ScratchDatabase database = source.make(place, ScratchServer::freePort);
        database.load(dump);
        database.calm();
        reporter.info("Loaded the dump into " + database.dataSource());
        server.configure(host, original.configuration(), database.dataSource());
        remarks.addAll(original.remarks());
        return database;
    }

    private void copy(ScratchPlace place, RehearsalSource original) {
        // never root: the copy's server runs what a backup or the server's user has put into it
        Owner runner = ServerUser.of(host, original.owner());
        // what belongs to that user is read with no more than that user's rights
        Owner owner = runner.equals(original.owner()) && !runner.equals(host.self()) ? runner : null;
        if (owner != null) {
            place.directory(place.installation(), owner);
        }
        Path from = original.programs()
                .installation()
                .orElseGet(() -> InstallationAccess.unpack(
                        host,
                        reporter,
                        original.programs().archive().orElseThrow(),
                        place.root().resolve("release"),
                        place.state().resolve("release.list")));
        ScratchCopy copy = new ScratchCopy(host, from, place.installation(), owner, options.plugins());
        copy.programs(original.fileStore())
                .forEach(emptied -> remarks.add(
                        emptied + " is only an empty file in the copy: it is large, and no release ships it"));
        original.programs()
                .configuration()
                .ifPresent(saved -> copy.configuration(saved, place.root().resolve("config")));
        original.fileStore()
                .ifPresentOrElse(
                        store -> remarks.add(copy.files(store, options.files())),
                        () -> remarks.add(
                                "the files are not in a local directory, so the new server shows no attachments"));
        if (owner == null && !runner.equals(host.self())) {
            copy.give(runner);
        }
        if (!options.plugins()) {
            remarks.add(
                    "plugins do not run (to run them: mattermost.rehearse.plugins=true), so their own migrations are not"
                            + " rehearsed");
        }
        if (live.backup().database() == DatabaseSaving.COMMAND) {
            remarks.add("mattermost.backup.command was not run; its time adds to the downtime");
        }
    }

    private RehearsalReport upgrade(
            ScratchPlace place,
            RehearsalSource original,
            ScratchServer server,
            ScratchDatabase database,
            InstallationAccess installation,
            String obstacle) {
        watched.check("start");
        UpgradeOptions asked = server.options(original.database().way());
        InstallationAccess copy = new InstallationAccess(asked, host, log, clock);
        Set<String> secrets = new HashSet<>(original.secrets());
        secrets.add(database.dataSource().password());
        ErrorLines errors = new ErrorLines(place.installation(), secrets);
        copy.start(original.release());
        UpgradePreview outlook = copy.outlook();
        List<String> notes = copy.notes();
        Duration walk = installation == null ? Duration.ZERO : quickest(installation);
        Duration copyWalk = quickest(copy);
        SchemaSnapshot schemaBefore = copy.schema();
        long bytesBefore = copy.databaseBytes();
        ConfigDocument configBefore = copy.configuration();
        Goals goals = new Goals(asked, host, log, clock);
        Servers servers = new Servers(original.release(), outlook.hops(), errors);
        goals.observe(event -> {
            times.add(event);
            servers.heard(event);
        });
        String failure = upgradeFailure(goals);
        servers.collect();
        boolean well = failure == null;
        Optional<DowntimePrediction> prediction = DowntimePrediction.of(
                times,
                walk,
                copyWalk,
                installation == null ? bytesBefore : original.database().bytes(),
                bytesBefore);
        return new RehearsalReport(
                outlook.from().toString(),
                outlook.target().toString(),
                outlook.hops().stream().map(Version::toString).toList(),
                well && obstacle != null ? "the real upgrade would be refused now: " + obstacle : failure,
                times.stages(),
                prediction.orElse(null),
                SchemaChanges.between(schemaBefore, copy.schema()),
                // behind the names of both, which are the copy's
                ConfigDiff.between(configBefore, copy.configuration()).text().stream()
                        .dropWhile(line -> !COUNTS.matcher(line).find())
                        .filter(line -> !line.isBlank())
                        .toList(),
                notes,
                bytesBefore,
                copy.databaseBytes(),
                errors.byRelease(),
                remarks,
                well && options.keepRunning() ? server.url() : null);
    }

    /** The pass after the stop comes right behind the one ahead of it, so the second walk is the one like it. */
    private static Duration quickest(InstallationAccess installation) {
        Duration first = installation.walk();
        Duration second = installation.walk();
        return first.compareTo(second) < 0 ? first : second;
    }

    /** Why the upgrade failed; null when it went well. */
    private String upgradeFailure(Goals goals) {
        try {
            goals.upgrade();
            return null;
        } catch (ProblemException e) {
            return times.failure()
                    .map(event -> (event.hop() == 0 ? "" : "hop " + event.hop() + ", ") + event.stage() + ": "
                            + event.data().getOrDefault("why", e.getMessage()))
                    .orElse(e.getMessage());
        }
    }

    /** Which release's server logs at a moment. */
    private static final class Servers {
        private final List<Version> hops;
        private final ErrorLines errors;
        private Version current;

        Servers(Version installed, List<Version> hops, ErrorLines errors) {
            this.current = installed;
            this.hops = hops;
            this.errors = errors;
        }

        void heard(JournalEvent event) {
            if (event.step() == null && event.stage().equals("start") && event.kind() == JournalEvent.Kind.BEGIN) {
                collect();
                current = hops.get(event.hop() - 1);
            }
        }

        void collect() {
            errors.collect(current.toString());
        }
    }
}
