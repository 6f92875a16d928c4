package io.github.mmupgrade.engine;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.rehearsal.PostgresBinaries;
import io.github.mmupgrade.rehearsal.Rehearsal;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.stages.Webhook;
import io.github.mmupgrade.upgrade.Goals;
import java.time.Clock;
import java.util.List;

/** Carries out what a request asks for, and tells what happens. Knows neither Maven nor a console. */
public final class Engine {

    private final Host host;
    private final Clock clock;
    private final PostgresBinaries binaries;

    /**
     * An engine.
     *
     * @param host the host of the installation
     * @param clock tells the time
     * @param binaries where the embedded PostgreSQL of a rehearsal comes from
     */
    public Engine(Host host, Clock clock, PostgresBinaries binaries) {
        this.host = host;
        this.clock = clock;
        this.binaries = binaries;
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
        UpgradeOptions options = request.options().with(secrets.administration(), secrets.webhook(), secrets.network());
        try {
            carryOut(request, options, secrets, recorder);
            Event.Result result = recorder.result()
                    .orElseGet(() -> new Event.Result(request.goal(), Json.MAPPER.createObjectNode(), List.of()));
            if (recorder.result().isEmpty()) {
                recorder.report(result);
            }
            notify(request, secrets, recorder, result);
        } catch (RefusedException e) {
            throw ended(request, secrets, recorder, new Event.Refused(e.getMessage(), e.hint()), e);
        } catch (ProblemException e) {
            throw ended(request, secrets, recorder, new Event.Failed(e.getMessage(), e.hint()), e);
        } catch (RuntimeException e) {
            StageFailedException told = Goals.unexpected(options, host, recorder, clock, request.goal(), e);
            throw ended(request, secrets, recorder, new Event.Failed(told.getMessage(), told.hint()), told);
        }
    }

    private <T extends ProblemException> T ended(
            Request request, RequestSecrets secrets, EventRecorder recorder, Event end, T problem) {
        notify(request, secrets, recorder, end);
        recorder.report(end);
        return problem;
    }

    private void notify(Request request, RequestSecrets secrets, EventRecorder recorder, Event end) {
        secrets.notification()
                .filter(url -> request.isNotified())
                .ifPresent(url -> new Notification(request, host.name()).send(new Webhook(url), recorder, end));
    }

    private void carryOut(Request request, UpgradeOptions options, RequestSecrets secrets, EventRecorder reporter) {
        if (request.arguments() instanceof GoalArguments.Rehearse how) {
            Rehearsal rehearsal =
                    new Rehearsal(how.options().on(secrets.rehearsal()), options, host, reporter, clock, binaries);
            if (how.end()) {
                rehearsal.end();
            } else {
                rehearsal.run();
            }
            return;
        }
        Goals goals = new Goals(options, host, reporter, clock);
        goals.onRun(reporter::belongsTo);
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
            case REHEARSE -> request.arguments(GoalArguments.Rehearse.class);
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
