package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.PrunePolicy;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What each goal does. Everything below knows no Maven. */
public final class Goals {

    private final Workplace place;
    private final Rollback rollback;
    private final StageRunner runner;

    /**
     * The goals for one installation.
     *
     * @param options what a person asked for
     * @param host the host of the installation
     * @param reporter who is told
     * @param clock tells the time
     * @throws RefusedException when there is no installation
     */
    public Goals(UpgradeOptions options, Host host, Reporter reporter, Clock clock) {
        this.place = Workplace.open(options, host, reporter, clock);
        this.rollback = new Rollback(place);
        this.runner = new StageRunner(place, new Recovery(place, rollback));
    }

    /**
     * What is said of a failure that nobody foresaw: how everything is left, and which goal goes on.
     *
     * @param goal the goal that failed
     */
    public static StageFailedException unexpected(
            UpgradeOptions options, Host host, Reporter reporter, Clock clock, String goal, RuntimeException failure) {
        Workplace place;
        try {
            place = Workplace.open(options, host, reporter, clock);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return new StageFailedException(
                    goal + " failed unexpectedly: " + UnexpectedFailure.inWords(failure)
                            + "\nHow the server stands can't be told: " + UnexpectedFailure.inWords(e),
                    Hint.run("please report it, with the output of mvn -X. See how everything stands with", "status"),
                    failure);
        }
        return new UnexpectedFailure(place).of(goal, failure);
    }

    /** Has somebody told of every event of the journals right after it is on the disk. */
    public void observe(Consumer<JournalEvent> observer) {
        place.journal().observe(observer);
        place.upkeep().observe(observer);
    }

    /** Says what is installed and where it may go. Reads only. */
    public void checkVersion() {
        Workplace reading = place.forReading();
        ReleaseSources sources = new ReleaseSources(place);
        Forecast forecast = Forecast.make(reading, reading.server(), sources);
        forecast.lines().forEach(place.reporter()::info);
        try {
            new ArchiveChecks(sources).require(forecast.path(), forecast.edition());
        } catch (RefusedException e) {
            // the way is known all the same, and what it lacks is what a person has to fetch
            place.reporter().warn(e.getMessage());
            place.reporter().hint(e.hint());
        }
        forecast.notes(sources).lines().forEach(place.reporter()::info);
    }

    /** Checks everything that could stop an upgrade. Reads only. */
    public void preflight() {
        new Upgrade(place, runner).check();
    }

    /** Fetches, verifies and unpacks the archives, and begins a run. */
    public void download() {
        MigrationRun.refuse(place, DownloadStage.NAME);
        RunResumption resumption = new RunResumption(place);
        if (place.options().dryRun()) {
            Optional<Run> begun = resumption.afterStop().or(resumption::downloaded);
            if (begun.isPresent()) {
                dryRun(List.of("see that every release of run " + begun.get() + " is unpacked"));
                return;
            }
            Forecast forecast = Forecast.make(place, place.server(), new ReleaseSources(place));
            dryRun(new DownloadStage(place).plan(forecast));
            return;
        }
        runner.locked("download", () -> {
            ReleaseSources sources = new ReleaseSources(place);
            Optional<Run> begun = resumption.afterStop().or(resumption::downloaded);
            if (begun.isPresent()) {
                new DownloadStage(place).complete(begun.get(), sources);
                return begun.get();
            }
            Forecast forecast = Forecast.make(place, place.server(), sources);
            if (forecast.path().isEmpty()) {
                place.reporter().info("Mattermost " + forecast.path().target().version() + " is installed already");
                return null;
            }
            Run run = new DownloadStage(place).carryOut(forecast, sources);
            new HopChecks(place).require(run);
            return run;
        });
    }

    /** Posts the announcement. */
    public void announce() {
        Optional<Run> run = place.openRun();
        if (run.isPresent()) {
            stage(new AnnounceStage());
            return;
        }
        String text = place.options().announcement().text();
        if (place.options().dryRun()) {
            dryRun(List.of("post: " + text));
            return;
        }
        AnnounceStage.post(place, text == null ? "This server is about to be stopped and will be back shortly." : text);
    }

    /** Stops the server, for an upgrade that is under way or on its own. */
    public void stop() {
        Optional<Run> run = place.openRun();
        if (run.isPresent()) {
            run.filter(each -> !MigrationRun.is(each) && !each.isBegun(1, StopStage.NAME))
                    .ifPresent(new HopChecks(place)::require);
            stage(new StopStage());
        } else if (place.options().dryRun()) {
            dryRun(List.of("stop " + place.server().control().name()));
        } else {
            runner.locked(StopStage.NAME, () -> {
                StopStage.stop(place, place.server());
                return null;
            });
        }
    }

    /** Starts the server, for an upgrade that is under way or on its own. */
    public void start() {
        Optional<Run> run = place.openRun();
        boolean installed = run.isPresent() && run.get().isBegun(StageRunner.currentHop(run.get()), InstallStage.NAME);
        if (installed) {
            stage(new StartStage());
        } else if (place.options().dryRun()) {
            dryRun(List.of("start " + place.server().control().name()));
        } else {
            runner.locked(
                    StartStage.NAME,
                    () -> StartStage.startAndWait(
                            place,
                            run.isPresent()
                                    ? Version.parse(run.get().requireFact(0, Facts.FROM))
                                    : InstalledRelease.toStart(place, place.server())
                                            .version()));
        }
    }

    /** Saves configuration, database and files. */
    public void backup() {
        Optional<Run> run = place.openRun();
        if (run.isPresent() && run.get().isBegun(StageRunner.currentHop(run.get()), StopStage.NAME)) {
            stage(new BackupStage());
        } else {
            runner.locked(BackupStage.NAME, () -> {
                new StandaloneBackup(place).carryOut();
                return null;
            });
        }
    }

    /** Puts the new release in place. */
    public void install() {
        MigrationRun.refuse(place, InstallStage.NAME);
        stage(new InstallStage());
    }

    /** Writes the configuration for the new release. */
    public void restoreConfig() {
        MigrationRun.refuse(place, RestoreConfigStage.NAME);
        new RunResumption(place).requireSameConfiguration();
        stage(new RestoreConfigStage());
    }

    /**
     * Says what restore-config would write. Reads only.
     *
     * @param format {@code text} or {@code json}
     */
    public void diffConfig(String format) {
        new ConfigGoals(place.forReading()).diff(format).forEach(place.reporter()::info);
    }

    /**
     * Holds the configuration against a release's default. Reads only.
     *
     * @param format {@code text} or {@code json}
     */
    public void validateConfig(String format) {
        new ConfigGoals(place.forReading()).validate(format);
    }

    /** Verifies the server that runs. */
    public void verify() {
        Optional<Run> run = place.openRun();
        if (run.isPresent() && run.get().isBegun(StageRunner.currentHop(run.get()), StartStage.NAME)) {
            stage(new VerifyStage());
        } else {
            VerifyStage.verify(
                    place, InstalledRelease.read(place, place.server()).version(), null);
        }
    }

    /** Does what is left when the new server runs, and ends the run. */
    public void finish() {
        runner.locked(FinishStage.NAME, () -> {
            Run run = place.requireRun(FinishStage.NAME);
            requireVerified(run);
            finish(run);
            return null;
        });
    }

    private void requireVerified(Run run) {
        if (!run.isDone(StageRunner.hops(run), VerifyStage.NAME)) {
            throw new RefusedException(
                    "Run " + run + " is not verified yet, so there is nothing to finish.",
                    Hint.run("the next stage of the run is", NextGoal.of(run)));
        }
    }

    private void finish(Run run) {
        runner.run(new FinishStage(), run);
        if (!place.options().dryRun()) {
            FinishStage.end(run);
            summarize(run);
        }
    }

    /** The run has ended well: what cannot be said of it does not make it fail. */
    private void summarize(Run run) {
        try {
            new Summary(place, run).lines().forEach(place.reporter()::info);
        } catch (RuntimeException e) {
            place.reporter()
                    .warn("Run " + run + " to " + run.requireFact(0, Facts.TARGET)
                            + " is finished and stands; its summary cannot be shown: " + e.getMessage());
        }
    }

    private void stage(Stage stage) {
        if (place.options().dryRun()) {
            Run run = place.requireRun(stage.name());
            dryRun(stage.plan(place, run, StageRunner.currentHop(run)));
            return;
        }
        runner.locked(stage.name(), () -> {
            runner.run(stage, place.requireRun(stage.name()));
            return null;
        });
    }

    private void dryRun(List<String> lines) {
        lines.forEach(line -> place.reporter().info("would " + line));
        place.reporter().info("Dry run: nothing was changed");
    }

    /** Carries the installation to the target. */
    public void upgrade() {
        MigrationRun.refuse(place, "upgrade");
        Upgrade upgrade = new Upgrade(place, runner);
        if (place.options().dryRun()) {
            dryRun(upgrade.plan());
            return;
        }
        runner.locked("upgrade", () -> {
            upgrade.carryOut().ifPresent(this::finish);
            return null;
        });
    }

    /**
     * Goes back to the state before a run.
     *
     * @param to the run; null for the last one
     * @param discardNewData whether to go back although people have written since
     */
    public void rollback(String to, boolean discardNewData) {
        Run run = RunsToUndo.wanted(place, to);
        if (place.options().dryRun()) {
            RunsToUndo.upTo(place, run).forEach(each -> dryRun(rollback.plan(each)));
            return;
        }
        runner.locked(Rollback.NAME, () -> {
            List<Run> runs = RunsToUndo.upTo(place, run);
            // the oldest one's new data are all that came since: nothing is put back when any of them stays
            runs.forEach(each -> rollback.require(each, discardNewData));
            runs.forEach(each -> place.reporter().info(rollback.carryOut(each, discardNewData)));
            return null;
        });
    }

    /** Lets the installation take over everything from another one, or from a backup. */
    public void migrate(MigrationOptions options) {
        Migration migration = new Migration(place, runner);
        if (place.options().dryRun()) {
            dryRun(migration.plan(options));
            return;
        }
        runner.locked(Migration.NAME, () -> {
            finish(migration.carryOut(options));
            return null;
        });
    }

    /** Says what is installed, what runs, what the journal says, and which backups there are. Reads only. */
    public void status() {
        new Status(place.forReading()).lines().forEach(place.reporter()::info);
    }

    /** Says which backups there are. Reads only. */
    public void listBackups() {
        new BackupList(place.forReading()).lines().forEach(place.reporter()::info);
    }

    /**
     * Reads a backup through.
     *
     * @param backup its name or directory; null for the newest complete one
     * @param restore whether its database is restored into a scratch one, counted, and dropped again
     */
    public void verifyBackup(String backup, boolean restore) {
        BackupCheck check = new BackupCheck(place.forReading());
        if (restore) {
            lockedUnlessDry(BackupCheck.NAME, () -> check.carryOut(backup, true));
        } else {
            check.carryOut(backup, false);
        }
    }

    private void lockedUnlessDry(String goal, Runnable work) {
        if (place.options().dryRun()) {
            work.run();
            return;
        }
        runner.locked(goal, () -> {
            work.run();
            return null;
        });
    }

    /**
     * Brings a backup back.
     *
     * @param backup its name or directory; null for the newest complete one
     * @param configuration whether the configuration comes back, too
     * @param to an empty place that its files go to instead, the installation left alone; null for the installation
     */
    public void restore(String backup, boolean configuration, Path to) {
        if (to != null) {
            lockedUnlessDry(BackupRestore.NAME, () -> new BackupExtract(place).carryOut(backup, to));
            return;
        }
        BackupRestore restore = new BackupRestore(place, configuration);
        lockedUnlessDry(BackupRestore.NAME, () -> restore.carryOut(backup));
    }

    /**
     * Removes old backups, and databases that were frozen or put aside.
     *
     * @param keep how many complete backups stay, from 1
     * @param maxAge up to which age others stay, too; null when age keeps none
     * @param keepDatabases how long databases that were frozen or put aside stay
     */
    public void pruneBackups(int keep, Duration maxAge, Duration keepDatabases) {
        BackupPrune prune = new BackupPrune(place);
        PrunePolicy policy = BackupPrune.policy(keep, maxAge);
        lockedUnlessDry(BackupPrune.NAME, () -> prune.carryOut(policy, keepDatabases));
    }
}
