package io.github.mmupgrade.engine;

import io.github.mmupgrade.cluster.node.ClusterLock;
import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.kubernetes.KubernetesGoals;
import io.github.mmupgrade.planning.ReleaseNeeds;
import io.github.mmupgrade.rehearsal.ConversionRehearsal;
import io.github.mmupgrade.rehearsal.PostgresBinaries;
import io.github.mmupgrade.rehearsal.Rehearsal;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.runreport.RunReports;
import io.github.mmupgrade.stages.Webhook;
import io.github.mmupgrade.upgrade.Goals;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;

/** Carries out what a request asks for, and tells what happens. Knows neither Maven nor a console. */
public final class Engine {

    private final Host host;
    private final Clock clock;
    private final PostgresBinaries binaries;
    private final Function<Hint, String> commands;

    /**
     * An engine.
     *
     * @param host the host of the installation
     * @param clock tells the time
     * @param binaries where the embedded PostgreSQL of a rehearsal comes from
     * @param commands makes the command of a hint that has a goal, for reports
     */
    public Engine(Host host, Clock clock, PostgresBinaries binaries, Function<Hint, String> commands) {
        this.host = host;
        this.clock = clock;
        this.binaries = binaries;
        this.commands = commands;
    }

    /**
     * What a goal would fetch from a network. Changes nothing.
     *
     * @param reporter is told what was found on the way
     */
    public ReleaseNeeds needs(Request request, RequestSecrets secrets, Reporter reporter) {
        try {
            return ReleaseNeeds.of(GoalContext.open(options(request, secrets), host, reporter, clock));
        } catch (RefusedException e) {
            // the goal itself says why
            return ReleaseNeeds.NONE;
        }
    }

    /**
     * What the installation says of itself as a node of a cluster. Changes nothing.
     *
     * @param question something random, the same for all nodes that are compared
     */
    public NodeState inspect(Request request, RequestSecrets secrets, String question) {
        return goals(request, secrets).inspect(question);
    }

    /**
     * Tries to take the lock of the cluster, of which the installation is the first node.
     *
     * @param caller who asks, such as {@code anna on runner-7}
     */
    public ClusterLock.Attempt lockCluster(Request request, RequestSecrets secrets, String caller) {
        return goals(request, secrets).lockCluster(caller);
    }

    /**
     * Keeps the server from being started, or no longer.
     *
     * @param why a sentence; null to allow it again
     */
    public void banStart(Request request, RequestSecrets secrets, String why) {
        goals(request, secrets).banStart(why);
    }

    /**
     * Writes down, in the last run of a cluster, whether its proxies give this node no requests because of that run.
     *
     * @param drained false when they do again
     */
    public void noteDrained(Request request, RequestSecrets secrets, boolean drained) {
        goals(request, secrets).noteDrained(drained);
    }

    private Goals goals(Request request, RequestSecrets secrets) {
        return new Goals(
                options(request, secrets),
                host,
                event -> {
                    // only a question
                },
                clock);
    }

    private static UpgradeOptions options(Request request, RequestSecrets secrets) {
        return secrets.into(request.options());
    }

    /**
     * Carries a goal out.
     *
     * @param console is told everything; the last event is the refusal or the failure, if there is one
     * @throws RefusedException when the goal was refused; nothing was changed
     * @throws StageFailedException when it failed
     */
    public void run(Request request, RequestSecrets secrets, Reporter console) {
        EventRecorder recorder = new EventRecorder(console, clock);
        UpgradeOptions options = options(request, secrets);
        RunReports reports = new RunReports(options, host, clock, commands);
        Reporter reporter = new ReportAtEnd(recorder, console, reports, request.goal());
        try {
            if (request.kubernetes() != null) {
                new KubernetesGoals(options, request.kubernetes(), host, recorder, clock).run(request.goal());
            } else if (request.arguments() instanceof GoalArguments.Report which) {
                reports.again(which.run(), reporter);
            } else if (request.arguments() instanceof GoalArguments.Rehearse how) {
                rehearse(how, options, secrets, reporter);
            } else {
                Goals goals = new Goals(options, host, reporter, clock);
                goals.onRun(recorder::belongsTo);
                carryOut(request, secrets, goals);
            }
            if (recorder.result().isEmpty()) {
                reporter.report(new Event.Result(request.goal(), Json.MAPPER.createObjectNode(), List.of()));
            }
            notify(request, secrets, recorder, recorder.result().orElseThrow());
        } catch (RefusedException e) {
            Event end = new Event.Refused(e.getMessage(), e.hint());
            notify(request, secrets, recorder, end);
            reporter.report(end);
            throw e;
        } catch (ProblemException e) {
            throw failed(request, secrets, recorder, reporter, e);
        } catch (RuntimeException e) {
            StageFailedException told = Goals.unexpected(options, host, recorder, clock, request.goal(), e);
            throw failed(request, secrets, recorder, reporter, told);
        }
    }

    private <T extends ProblemException> T failed(
            Request request, RequestSecrets secrets, EventRecorder recorder, Reporter reporter, T problem) {
        Event end = new Event.Failed(problem.getMessage(), problem.hint());
        notify(request, secrets, recorder, end);
        reporter.report(end);
        return problem;
    }

    private void notify(Request request, RequestSecrets secrets, EventRecorder recorder, Event end) {
        secrets.notification()
                .filter(url -> request.isNotified())
                .ifPresent(url -> new Notification(request, host.name()).send(new Webhook(url), recorder, end));
    }

    private void rehearse(
            GoalArguments.Rehearse how, UpgradeOptions options, RequestSecrets secrets, Reporter reporter) {
        Rehearsal rehearsal =
                new Rehearsal(how.options().on(secrets.rehearsal()), options, host, reporter, clock, binaries);
        if (how.end()) {
            rehearsal.end();
        } else if (how.conversion() != null) {
            new ConversionRehearsal(
                            how.options().on(secrets.rehearsal()),
                            how.conversion(),
                            options,
                            host,
                            reporter,
                            clock,
                            binaries)
                    .run();
        } else {
            rehearsal.run();
        }
    }

    private static void carryOut(Request request, RequestSecrets secrets, Goals goals) {
        switch (request.goal()) {
            case CHECK_VERSION -> goals.checkVersion();
            case PREFLIGHT -> goals.preflight();
            case DOWNLOAD -> goals.download();
            case ANNOUNCE -> goals.announce();
            case STOP -> goals.stop();
            case BACKUP -> goals.backup();
            case INSTALL -> goals.install();
            case RESTORE_CONFIG -> goals.restoreConfig();
            case START -> goals.start();
            case VERIFY -> goals.verify();
            case FINISH -> goals.finish();
            case UPGRADE -> goals.upgrade();
            case ROLLBACK -> {
                GoalArguments.Rollback given = request.arguments(GoalArguments.Rollback.class);
                goals.rollback(given.to(), given.discardNewData());
            }
            case MIGRATE ->
                goals.migrate(request.arguments(GoalArguments.Migrate.class).options());
            case CONVERT_DATABASE ->
                goals.convertDatabase(
                        request.arguments(GoalArguments.Convert.class).options().into(secrets.conversion()));
            // whoever asks for these without what they have to know
            case REHEARSE -> request.arguments(GoalArguments.Rehearse.class);
            case REPORT -> request.arguments(GoalArguments.Report.class);
            case STATUS -> goals.status();
            case DIFF_CONFIG -> goals.diffConfig();
            case VALIDATE_CONFIG -> goals.validateConfig();
            case LIST_BACKUPS -> goals.listBackups();
            case VERIFY_BACKUP -> {
                GoalArguments.VerifyBackup given = request.arguments(GoalArguments.VerifyBackup.class);
                goals.verifyBackup(given.backup(), given.restore());
            }
            case RESTORE -> {
                GoalArguments.Restore given = request.arguments(GoalArguments.Restore.class);
                goals.restore(given.backup(), given.configuration(), given.to());
            }
            case PRUNE_BACKUPS -> {
                GoalArguments.PruneBackups given = request.arguments(GoalArguments.PruneBackups.class);
                goals.pruneBackups(given.keep(), given.maxAge(), given.keepDatabases());
            }
        }
    }
}
