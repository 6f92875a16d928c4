package io.github.mmupgrade.context;

import io.github.mmupgrade.backup.format.SafePlace;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.installation.Mounts;
import io.github.mmupgrade.journal.Journal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Optional;

/**
 * Where a goal works: the installation, the directory of its state, the journal, and who is told.
 *
 * @param options what a person asked for
 * @param host the host of the installation
 * @param reporter who is told
 * @param clock tells the time
 * @param installation the installation
 * @param mounts what is mounted on the host
 * @param journal what the runs on this installation have done
 * @param upkeep the journal of what is done with backups outside of upgrades; see {@link BackupJournal}
 * @param downtime tells when the server is down
 * @param unit remembers which unit of systemd the server's is
 * @param reading whether it is only looked at: what runs is enough then, and no service is needed
 */
public record GoalContext(
        UpgradeOptions options,
        Host host,
        Reporter reporter,
        Clock clock,
        Installation installation,
        Mounts mounts,
        Journal journal,
        Journal upkeep,
        Downtime downtime,
        FoundUnit unit,
        boolean reading) {

    /**
     * Opens the place. Writes nothing.
     *
     * @throws RefusedException when there is no installation, or its journal cannot be read
     */
    public static GoalContext open(UpgradeOptions options, Host host, Reporter reporter, Clock clock) {
        Mounts mounts = Mounts.read(host.path("/proc/self/mountinfo"));
        Installation installation = Installation.open(options.installDirectory(), mounts);
        Path state = stateOf(options, installation);
        Journal journal = Journal.open(state.resolve("journal.jsonl"), clock);
        Journal upkeep = Journal.open(state.resolve(BackupJournal.FILE), clock);
        return new GoalContext(
                options,
                host,
                reporter,
                clock,
                installation,
                mounts,
                journal,
                upkeep,
                new Downtime(reporter, options.announcement().page()),
                new FoundUnit(),
                false);
    }

    /** The same place for a goal that only reads. */
    public GoalContext forReading() {
        return new GoalContext(
                options, host, reporter, clock, installation, mounts, journal, upkeep, downtime, unit, true);
    }

    private static Path stateOf(UpgradeOptions options, Installation installation) {
        return options.places().state().resolve(installation.stateName());
    }

    /** The directory of this installation's state; may not be there yet. */
    public Path state() {
        return stateOf(options, installation);
    }

    /**
     * The directory of this installation's state, made for this user alone when it is not there.
     *
     * @throws RefusedException when it cannot be made
     */
    public Path privateState() {
        return privateDirectory(state());
    }

    /**
     * The directory of a run's own files, made when it is not there.
     *
     * @throws RefusedException when it cannot be made
     */
    Path directoryOf(Run run) {
        return directoryOf(run.id());
    }

    /** The same, of the run of this name. */
    public Path directoryOf(String run) {
        return privateDirectory(state().resolve("runs").resolve(run));
    }

    /** The server as it is at this moment. */
    public InstalledServer server() {
        return InstalledServer.inspect(
                installation,
                host,
                new ServiceFactory(host, installation, options.service(), state(), unit),
                options.backup().toolsDirectory(),
                options.administration(),
                reading);
    }

    /** The run in progress. */
    public Optional<Run> openRun() {
        return Run.open(journal);
    }

    /**
     * The run in progress.
     *
     * @throws RefusedException when there is none
     */
    public Run requireRun(Goal goal) {
        return openRun()
                .orElseThrow(() -> new RefusedException(
                        "No upgrade of " + installation + " is in progress, so " + goal
                                + " has nothing to do. Nothing was changed.",
                        Hint.run(
                                "Start one with the release to install.",
                                Goal.DOWNLOAD,
                                "mattermost.archive=/path/to/the/release/archive.tar.gz")));
    }

    /**
     * Takes the lock of the installation for as long as the answer is open.
     *
     * @throws RefusedException when another run has it
     */
    public ExclusiveLock lock(Goal goal) {
        // what the journal there says is done as root
        new SafePlace(host.self(), new Users(host))
                .requireSafe(state(), "state directory", "mattermost.stateDirectory");
        Path file = privateDirectory(state()).resolve("lock");
        try {
            return ExclusiveLock.tryAcquire(file, goal.key())
                    .orElseThrow(() -> new RefusedException(
                            "Another run is working on " + installation + ": " + holder(file)
                                    + ". Nothing was changed.",
                            Hint.run("Wait until it has ended. See its progress.", Goal.STATUS)));
        } catch (IOException e) {
            throw new RefusedException(
                    "The lock " + file + " cannot be taken: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Run as the user who ran the earlier goals, usually root."),
                    e);
        }
    }

    private static String holder(Path file) {
        try {
            return ExclusiveLock.holder(file).map(Object::toString).orElse("the lock file does not name it");
        } catch (IOException e) {
            return "the lock file cannot be read: " + IoReason.of(e);
        }
    }

    /** Makes a directory for this user alone, unless it is there. */
    static Path privateDirectory(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return directory;
        } catch (IOException e) {
            throw new RefusedException(
                    "The state directory " + directory + " cannot be created: " + IoReason.of(e)
                            + ". Nothing was changed.",
                    Hint.of("Run as root, or set mattermost.stateDirectory to a directory that you may write to."),
                    e);
        }
    }
}
