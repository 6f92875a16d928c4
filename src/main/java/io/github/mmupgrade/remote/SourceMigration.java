package io.github.mmupgrade.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.migration.MigrationOptions;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A migration whose source is on another machine than its destination: what the source holds is brought over as a backup.
 * Most of it is brought while the source runs; a second backup then holds what has changed, and only that is sent.
 */
public final class SourceMigration {

    private static final Path USUAL_SOURCE = Path.of("/opt/mattermost");

    private final Host here;
    private final RemoteEngine source;
    private final Optional<RemoteEngine> destination;
    private final Duration patience;
    private final boolean direct;

    /** Carries a goal out on the destination. */
    @FunctionalInterface
    public interface Destination {
        /** Carries it out; the reporter is told of it. */
        void run(Request request, Reporter reporter);
    }

    /**
     * A migration.
     *
     * @param source the machine of the source
     * @param destination the machine of the destination; empty for this one
     * @param patience for how long a lost connection is tried again
     * @param direct whether the destination may fetch from the source by itself, with this machine's ssh agent
     */
    public SourceMigration(
            Host here, RemoteEngine source, Optional<RemoteEngine> destination, Duration patience, boolean direct) {
        this.direct = direct;
        this.here = here;
        this.source = source;
        this.destination = destination;
        this.patience = patience;
    }

    /**
     * Carries it out.
     *
     * @param request the migration as it was asked for; its source is a directory on the machine of the source
     * @param network how that machine reaches the network
     * @param goals carries goals out on the destination
     * @throws ProblemException when it was refused or has failed; a source that was stopped for it is started again, unless
     *     the migration goes on or is to be resumed
     */
    public void run(
            Request request,
            UpgradeOptions.Network network,
            HintRenderer hints,
            ReportFiles files,
            Destination goals,
            Reporter reporter) {
        MigrationOptions options = ((GoalArguments.Migrate) request.arguments()).options();
        Path received = request.options()
                .places()
                .backups()
                .resolve(MigrationOptions.RECEIVED + source.target().name().replace(':', '_'));
        Request arrived = new Request(
                request.goal(), request.options(), new GoalArguments.Migrate(options.from(received.toString())));
        if (request.options().dryRun()) {
            reporter.info("would make a backup on " + source.target() + ", send it to " + received
                    + " and take everything over from there");
            reporter.info("Dry run: nothing was changed.");
            return;
        }
        BackupFetch fetch = new BackupFetch(
                source, RequestSecrets.NONE.over(network), hints, files, direct && destination.isPresent(), reporter);
        Path directory = options.source() == null ? USUAL_SOURCE : Path.of(options.source());
        UpgradeOptions running = request.options().elsewhere(directory, options.service(), false);
        if (isInProgress(request, goals)) {
            if (options.leaveSourceStopped()) {
                requireStopped(fetch, running, reporter);
            }
            reporter.info("A migration is in progress; it goes on with what was brought over for it");
            goals.run(arrived, reporter);
            return;
        }
        bring(fetch, fetch.make(running), received, reporter);
        if (options.keepSourceRunning()) {
            goals.run(arrived, reporter);
            return;
        }
        if (options.leaveSourceStopped()) {
            fetch.goal(Goal.STOP, running);
            reporter.info(
                    "The server on " + source.target() + " stays stopped from now on. If this build dies before the"
                            + " migration has ended, run the same command again, or start that server by the goal start there");
        }
        try {
            Path second = fetch.make(request.options().elsewhere(directory, options.service(), true));
            bring(fetch, second, received, reporter);
            goals.run(arrived, reporter);
        } catch (ProblemException e) {
            if (options.leaveSourceStopped()) {
                afterFailure(request, goals, fetch, running, e, reporter);
            }
            throw e;
        }
    }

    /** What was written since is not in the backup that the migration goes on with. */
    private void requireStopped(BackupFetch fetch, UpgradeOptions options, Reporter reporter) {
        boolean runs;
        try {
            runs = fetch.isRunning(options);
        } catch (ProblemException e) {
            // one that stays stopped for good may be switched off, and all that is needed of it is here
            reporter.warn("Whether the server on " + source.target() + " is still stopped cannot be asked: "
                    + e.getMessage());
            return;
        }
        if (runs) {
            throw new RefusedException(
                    "The server on " + source.target()
                            + " runs again since the migration has read it. What is written there"
                            + " is not taken over. Nothing was changed.",
                    Hint.run(
                            "Roll the migration back and begin it again. If nobody has written to that server, stop it and"
                                    + " run migrate again instead.",
                            Goal.ROLLBACK));
        }
    }

    /** Two servers must not take posts: the source is only started again when the destination has given up for good. */
    private void afterFailure(
            Request request,
            Destination goals,
            BackupFetch fetch,
            UpgradeOptions options,
            ProblemException failure,
            Reporter reporter) {
        if (destination.filter(RemoteEngine::mayGoOn).isPresent() || mayBeInProgress(request, goals)) {
            reporter.warn("The server on " + source.target()
                    + " stays stopped, because the migration is in progress or may go on. Run migrate again to bring it to"
                    + " its end. To keep that server instead, roll the migration back, then start it there.");
            return;
        }
        startAgain(fetch, options, failure, reporter);
    }

    private static boolean mayBeInProgress(Request request, Destination goals) {
        try {
            return isInProgress(request, goals);
        } catch (ProblemException unknown) {
            return true;
        }
    }

    private void startAgain(BackupFetch fetch, UpgradeOptions options, ProblemException failure, Reporter reporter) {
        try {
            fetch.goal(Goal.START, options);
        } catch (ProblemException e) {
            failure.addSuppressed(e);
            reporter.warn(
                    "The server on " + source.target() + " was stopped for the migration and does not start again: "
                            + e.getMessage() + " Start it there.");
        }
    }

    private void bring(BackupFetch fetch, Path backup, Path received, Reporter reporter) {
        fetch.bring(
                backup,
                mode -> destination.isPresent()
                        ? destination.get().openTree(mode, received, reporter)
                        : new LocalTree(here, received),
                patience);
    }

    private static boolean isInProgress(Request request, Destination goals) {
        boolean[] open = {false};
        goals.run(new Request(Goal.STATUS, request.options(), new GoalArguments.None()), event -> {
            if (event instanceof Event.Result result) {
                for (JsonNode run : result.data().path("runs")) {
                    open[0] |= run.path("kind").asText().equals("migration")
                            && run.path("state").asText().equals("in progress");
                }
            }
        });
        return open[0];
    }
}
