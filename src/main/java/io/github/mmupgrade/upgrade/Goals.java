package io.github.mmupgrade.upgrade;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.backup.PrunePolicy;
import io.github.mmupgrade.cluster.node.ClusterLock;
import io.github.mmupgrade.cluster.node.NodeInspection;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.StartBan;
import io.github.mmupgrade.context.UnexpectedFailure;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.Conversion;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.conversion.ConversionUndo;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maintenance.BackupExtract;
import io.github.mmupgrade.maintenance.BackupList;
import io.github.mmupgrade.maintenance.BackupPrune;
import io.github.mmupgrade.maintenance.BackupRestore;
import io.github.mmupgrade.maintenance.BackupReturn;
import io.github.mmupgrade.maintenance.BackupVerification;
import io.github.mmupgrade.maintenance.HandOver;
import io.github.mmupgrade.maintenance.StandaloneBackup;
import io.github.mmupgrade.migration.Migration;
import io.github.mmupgrade.migration.MigrationOptions;
import io.github.mmupgrade.migration.MigrationUndo;
import io.github.mmupgrade.notes.NotesToRead;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.planning.RunResumption;
import io.github.mmupgrade.preflight.ArchiveChecks;
import io.github.mmupgrade.preflight.HopChecks;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.rollback.ClusterGuard;
import io.github.mmupgrade.rollback.Recovery;
import io.github.mmupgrade.rollback.Rollback;
import io.github.mmupgrade.rollback.RollbackTargets;
import io.github.mmupgrade.rollback.RunUndo;
import io.github.mmupgrade.rollback.UpgradeUndo;
import io.github.mmupgrade.stages.AnnounceStage;
import io.github.mmupgrade.stages.BackupStage;
import io.github.mmupgrade.stages.DownloadStage;
import io.github.mmupgrade.stages.FinishStage;
import io.github.mmupgrade.stages.InstallStage;
import io.github.mmupgrade.stages.RestoreConfigStage;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StageRunner;
import io.github.mmupgrade.stages.StartStage;
import io.github.mmupgrade.stages.StopStage;
import io.github.mmupgrade.stages.VerifyStage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What each goal does. Everything below knows no Maven. */
public final class Goals {

    private final GoalContext context;
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
        this.context = GoalContext.open(options, host, reporter, clock);
        this.rollback = new Rollback(context, this::undoOf);
        this.runner = new StageRunner(context, new Recovery(context, rollback));
    }

    private RunUndo undoOf(Run run) {
        return switch (run.goal()) {
            case MIGRATE -> new MigrationUndo(context, run);
            case CONVERT_DATABASE -> new ConversionUndo(context, run);
            default -> new UpgradeUndo(context, run);
        };
    }

    /**
     * What is said of a failure that nobody expected: how everything is left, and which goal resumes the work.
     *
     * @param goal the goal that failed
     */
    public static StageFailedException unexpected(
            UpgradeOptions options, Host host, Reporter reporter, Clock clock, Goal goal, RuntimeException failure) {
        GoalContext context;
        try {
            context = GoalContext.open(options, host, reporter, clock);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return new StageFailedException(
                    goal + " failed unexpectedly: " + UnexpectedFailure.inWords(failure)
                            + "\nThe state of the server cannot be determined: " + UnexpectedFailure.inWords(e),
                    Hint.run("Please report this, with the output of mvn -X. Show the current state.", Goal.STATUS),
                    failure);
        }
        return new UnexpectedFailure(context).of(goal, failure);
    }

    /**
     * Has somebody told of the directory of the run that is worked on, with every event of its journal. Where there can
     * be none, such as on a full disk, nobody is told.
     */
    public void onRun(Consumer<Path> listener) {
        context.journal().observe(event -> {
            Path directory;
            try {
                directory = context.directoryOf(event.run());
            } catch (ProblemException e) {
                // the work matters more than what is kept of it
                return;
            }
            listener.accept(directory);
        });
    }

    /** Has somebody told of every event of the journals right after it is on the disk. */
    public void observe(Consumer<JournalEvent> observer) {
        context.journal().observe(observer);
        context.upkeep().observe(observer);
    }

    /**
     * What this installation says of itself as a node of a cluster. Reads only.
     *
     * @param question something random, the same for all nodes that are compared
     */
    public NodeState inspect(String question) {
        return new NodeInspection(context, rollback, question).state();
    }

    /**
     * Tries to take the lock of the cluster, of which this installation is the first node.
     *
     * @param caller who asks, such as {@code anna on runner-7}
     */
    public ClusterLock.Attempt lockCluster(String caller) {
        return ClusterLock.attempt(context, caller);
    }

    /**
     * Keeps the server from being started, or no longer.
     *
     * @param why a sentence; null to allow it again
     */
    public void banStart(String why) {
        if (why == null) {
            StartBan.of(context).lift();
        } else {
            new ServerLifecycle(context).stop();
            StartBan.of(context).set(why);
        }
    }

    /**
     * Writes down, in the last run of a cluster, whether its proxies give this node no requests because of that run.
     *
     * @param drained false when they do again
     */
    public void noteDrained(boolean drained) {
        context.openRun()
                .or(() -> Run.last(context.journal()))
                .filter(run -> run.fact(0, JournalKeys.NODE).isPresent())
                .ifPresent(run -> run.note(0, StageName.RUN, Map.of(JournalKeys.DRAINED, Boolean.toString(drained))));
    }

    /** Says what is installed and where it may go. Reads only. */
    public void checkVersion() {
        GoalContext reading = context.forReading();
        ReleaseSources sources = new ReleaseSources(context);
        PlannedUpgrade forecast = PlannedUpgrade.make(reading, reading.server(), sources);
        List<String> text = new ArrayList<>(forecast.lines());
        ObjectNode data = forecast.data();
        try {
            new ArchiveChecks(sources).require(forecast.path(), forecast.edition());
        } catch (RefusedException e) {
            // the way is known all the same, and what it lacks is what a person has to fetch
            context.reporter().report(new Event.Message(Event.Level.WARNING, e.getMessage(), e.hint()));
        }
        NotesToRead notes = forecast.notes(sources);
        text.addAll(notes.lines());
        data.set(
                "notesToRead",
                Json.MAPPER.valueToTree(
                        notes.versions().stream().map(Version::toString).toList()));
        context.reporter().report(new Event.Result(Goal.CHECK_VERSION, data, text));
    }

    /** Checks everything that could stop an upgrade. Reads only. */
    public void preflight() {
        new Upgrade(context, runner).preflight();
    }

    /** Keeps the goals of an upgrade away from another run that is in progress. */
    private void refuseOtherRun(Goal asked) {
        context.openRun().filter(run -> run.goal() != Goal.UPGRADE).ifPresent(run -> {
            Goal goal = run.goal();
            throw new RefusedException(
                    "The " + run.kind() + " " + run + " is in progress, and " + asked
                            + " is not one of its stages. Nothing was changed.",
                    Hint.run("Finish it first, or run the goal rollback.", goal));
        });
    }

    /** Fetches, verifies and unpacks the archives, and begins a run. */
    public void download() {
        refuseOtherRun(Goal.DOWNLOAD);
        RunResumption resumption = new RunResumption(context);
        if (context.options().dryRun()) {
            Optional<Run> begun = resumption.afterStop().or(resumption::downloaded);
            if (begun.isPresent()) {
                dryRun(List.of("make sure that every release of run " + begun.get() + " is unpacked"));
                return;
            }
            PlannedUpgrade forecast = PlannedUpgrade.make(context, context.server(), new ReleaseSources(context));
            dryRun(new DownloadStage(context).plan(forecast));
            return;
        }
        runner.locked(Goal.DOWNLOAD, () -> {
            ReleaseSources sources = new ReleaseSources(context);
            Optional<Run> begun = resumption.afterStop().or(resumption::downloaded);
            if (begun.isPresent()) {
                new DownloadStage(context).complete(begun.get(), sources);
                return begun.get();
            }
            PlannedUpgrade forecast = PlannedUpgrade.make(context, context.server(), sources);
            if (forecast.path().isEmpty()) {
                context.reporter().info("Mattermost " + forecast.path().target().version() + " is already installed");
                return null;
            }
            Run run = new DownloadStage(context).carryOut(forecast, sources);
            new HopChecks(context).require(run);
            return run;
        });
    }

    /** Posts the announcement. */
    public void announce() {
        Optional<Run> run = context.openRun();
        if (run.isPresent()) {
            stage(new AnnounceStage());
            return;
        }
        String given = context.options().announcement().text();
        String text = given == null ? "This server is about to be stopped and will be back shortly." : given;
        if (context.options().dryRun()) {
            dryRun(List.of("post: " + text));
            return;
        }
        AnnounceStage.post(context, text);
    }

    /** Stops the server, for an upgrade that is in progress or on its own. */
    public void stop() {
        // what runs once the new release was told to start is stopped, whatever the run's stage says
        Optional<Run> run = runOfThisCall().filter(each -> !each.isBegun(each.currentHop(), StageName.START));
        if (run.isPresent()) {
            run.filter(each -> each.goal() == Goal.UPGRADE && !each.isBegun(1, StageName.STOP))
                    .ifPresent(new HopChecks(context)::require);
            stage(new StopStage());
        } else if (context.options().dryRun()) {
            dryRun(List.of("stop " + context.server().control().name()));
        } else {
            runner.locked(Goal.STOP, () -> {
                new ServerLifecycle(context).stop();
                return null;
            });
        }
    }

    /** The run in progress; that of a whole cluster is nothing for a call of one node, which takes no step of it. */
    private Optional<Run> runOfThisCall() {
        return context.openRun()
                .filter(run -> context.options().cluster() != null
                        || run.fact(0, JournalKeys.NODE).isEmpty());
    }

    /** Starts the server, for an upgrade that is in progress or on its own. */
    public void start() {
        Optional<Run> run = context.openRun();
        boolean installed = run.isPresent() && run.get().isBegun(run.get().currentHop(), StageName.INSTALL);
        StartBan.of(context).require();
        if (installed) {
            stage(new StartStage());
        } else if (context.options().dryRun()) {
            dryRun(List.of("start " + context.server().control().name()));
        } else {
            runner.locked(Goal.START, () -> {
                new ServerLifecycle(context)
                        .startAndWait(
                                run.isPresent()
                                        ? Version.parse(run.get().requireFact(0, JournalKeys.FROM))
                                        : InstalledRelease.toStart(context, context.server())
                                                .version());
                BackupRestore.giveUp(context);
                return null;
            });
        }
    }

    /** Saves configuration, database and files. */
    public void backup() {
        // a conversion makes none: its way back is the database that it only reads
        Optional<Run> run = context.openRun().filter(each -> !each.isConversion());
        // once the new release was started, the run's own backup is that of the old one, and was made
        boolean itsOwn = run.filter(each -> each.isBegun(each.currentHop(), StageName.STOP)
                        && !each.isBegun(each.currentHop(), StageName.START))
                .isPresent();
        if (itsOwn) {
            stage(new BackupStage());
        } else {
            lockedUnlessDry(
                    Goal.BACKUP, () -> new StandaloneBackup(context).carryOut().ifPresent(made -> {
                        new HandOver(context).afterBackup(made);
                        context.reporter()
                                .report(new Event.Result(
                                        Goal.BACKUP,
                                        Json.MAPPER
                                                .createObjectNode()
                                                .put("backup", made.root().toString()),
                                        List.of()));
                    }));
        }
    }

    /** Puts the new release in place. */
    public void install() {
        refuseOtherRun(Goal.INSTALL);
        stage(new InstallStage());
    }

    /** Writes the configuration for the new release. */
    public void restoreConfig() {
        refuseOtherRun(Goal.RESTORE_CONFIG);
        new RunResumption(context).requireSameConfiguration();
        stage(new RestoreConfigStage());
    }

    /** Says what restore-config would write. Reads only. */
    public void diffConfig() {
        context.reporter().report(new ConfigReports(context.forReading()).diff());
    }

    /** Holds the configuration against a release's default. Reads only. */
    public void validateConfig() {
        new ConfigReports(context.forReading()).validate();
    }

    /** Verifies the server that runs. */
    public void verify() {
        Optional<Run> run = runOfThisCall();
        if (run.isPresent() && run.get().isBegun(run.get().currentHop(), StageName.START)) {
            stage(new VerifyStage());
        } else {
            VerifyStage.verify(
                    context, InstalledRelease.read(context, context.server()).version(), null);
        }
    }

    /** Does what is left when the new server runs, and ends the run. */
    public void finish() {
        if (context.options().dryRun()) {
            Run run = context.requireRun(Goal.FINISH);
            requireVerified(run);
            dryRun(new FinishStage().plan(context, run, 0));
            return;
        }
        runner.locked(Goal.FINISH, () -> {
            Run run = context.requireRun(Goal.FINISH);
            requireVerified(run);
            finish(run);
            return null;
        });
    }

    private void requireVerified(Run run) {
        if (!run.isVerified()) {
            throw new RefusedException(
                    "Run " + run + " is not verified yet, so there is nothing to finish. Nothing was changed.",
                    Hint.run("Run the next stage of the run.", NextGoal.of(run)));
        }
    }

    private void finish(Run run) {
        runner.run(new FinishStage(), run);
        FinishStage.end(run);
        FinishStage.handOver(context, run);
        summarize(run);
    }

    /** The run has ended well: what cannot be said of it does not make it fail. */
    private void summarize(Run run) {
        try {
            context.reporter().report(new Summary(context, run).result());
        } catch (RuntimeException e) {
            context.reporter()
                    .warn("Run " + run + " to " + run.requireFact(0, JournalKeys.TARGET)
                            + " is finished and remains in effect. Its summary cannot be shown: " + e.getMessage());
        }
    }

    private void stage(Stage stage) {
        if (context.options().dryRun()) {
            Run run = context.requireRun(stage.name().goal());
            dryRun(stage.plan(context, run, run.currentHop()));
            return;
        }
        runner.locked(stage.name().goal(), () -> {
            runner.run(stage, context.requireRun(stage.name().goal()));
            return null;
        });
    }

    private void dryRun(List<String> lines) {
        lines.forEach(line -> context.reporter().info("would " + line));
        context.reporter().info("Dry run: nothing was changed.");
    }

    /** Upgrades the installation to the target. */
    public void upgrade() {
        refuseOtherRun(Goal.UPGRADE);
        Upgrade upgrade = new Upgrade(context, runner);
        if (context.options().dryRun()) {
            dryRun(upgrade.plan());
            return;
        }
        runner.locked(Goal.UPGRADE, () -> {
            upgrade.carryOut().ifPresent(this::finish);
            return null;
        });
    }

    /**
     * Restores the state before a run.
     *
     * @param to the run; null for the last one
     * @param discardNewData whether to go back although users have written since
     */
    public void rollback(String to, boolean discardNewData) {
        Run run = RollbackTargets.wanted(context, to);
        RollbackTargets.upTo(context, run).forEach(new ClusterGuard(context)::require);
        if (context.options().dryRun()) {
            RollbackTargets.upTo(context, run).forEach(each -> dryRun(rollback.plan(each)));
            return;
        }
        runner.locked(Goal.ROLLBACK, () -> {
            List<Run> runs = RollbackTargets.upTo(context, run);
            runs.forEach(new BackupReturn(context)::bringFor);
            // the oldest one's new data are all that came since: nothing is put back when any of them stays
            runs.forEach(each -> rollback.require(each, discardNewData));
            List<String> text = runs.stream()
                    .map(each -> rollback.carryOut(each, discardNewData))
                    .toList();
            ObjectNode data = Json.MAPPER.createObjectNode().put("run", run.id());
            data.put("installedVersion", run.requireFact(0, JournalKeys.FROM));
            context.reporter().report(new Event.Result(Goal.ROLLBACK, data, text));
            return null;
        });
    }

    /** Lets the installation take over everything from another one, or from a backup. */
    public void migrate(MigrationOptions options) {
        Migration migration = new Migration(context, runner);
        if (context.options().dryRun()) {
            dryRun(migration.plan(options));
            return;
        }
        runner.locked(Goal.MIGRATE, () -> {
            finish(migration.carryOut(options));
            return null;
        });
    }

    /** Moves the installation's database to PostgreSQL. */
    public void convertDatabase(ConversionOptions options) {
        Conversion conversion = new Conversion(context, runner);
        if (context.options().dryRun()) {
            dryRun(conversion.plan(options));
            return;
        }
        runner.locked(Goal.CONVERT_DATABASE, () -> {
            finish(conversion.carryOut(options));
            return null;
        });
    }

    /** Says what is installed, what runs, what the journal says, and which backups there are. Reads only. */
    public void status() {
        new Status(context.forReading(), rollback).report();
    }

    /** Says which backups there are. Reads only. */
    public void listBackups() {
        context.reporter().report(new BackupList(context.forReading()).result());
    }

    /**
     * Reads a backup through.
     *
     * @param backup its name or directory; null for the newest complete one
     * @param restore whether its database is restored into a scratch one, counted, and dropped again
     */
    public void verifyBackup(String backup, boolean restore) {
        BackupVerification check = new BackupVerification(context.forReading());
        if (restore) {
            lockedUnlessDry(Goal.VERIFY_BACKUP, () -> check.carryOut(backup, true));
        } else {
            check.carryOut(backup, false);
        }
    }

    private void lockedUnlessDry(Goal goal, Runnable work) {
        if (context.options().dryRun()) {
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
            lockedUnlessDry(Goal.RESTORE, () -> new BackupExtract(context).carryOut(backup, to));
            return;
        }
        BackupRestore restore = new BackupRestore(context, configuration);
        lockedUnlessDry(Goal.RESTORE, () -> restore.carryOut(backup));
    }

    /**
     * Removes old backups, and databases that were frozen or set aside.
     *
     * @param keep how many complete backups stay, from 1
     * @param maxAge up to which age others stay, too; null when age keeps none
     * @param keepDatabases how long databases that were frozen or set aside stay
     */
    public void pruneBackups(int keep, Duration maxAge, Duration keepDatabases) {
        BackupPrune prune = new BackupPrune(context);
        PrunePolicy policy = BackupPrune.policy(keep, maxAge);
        lockedUnlessDry(Goal.PRUNE_BACKUPS, () -> prune.carryOut(policy, keepDatabases));
    }
}
