package io.github.mmupgrade.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.agent.Agent;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Has a backup made on a machine, and brings it to another one. */
final class BackupFetch {

    private final RemoteEngine source;
    private final RequestSecrets secrets;
    private final HintRenderer hints;
    private final ReportFiles files;
    private final Reporter reporter;
    private boolean direct;

    /**
     * From a machine.
     *
     * @param direct whether a destination on a third machine may fetch it from there by itself
     * @param secrets what only that machine's server may know; without another one's data source
     */
    BackupFetch(
            RemoteEngine source,
            RequestSecrets secrets,
            HintRenderer hints,
            ReportFiles files,
            boolean direct,
            Reporter reporter) {
        this.direct = direct;
        this.source = source;
        this.secrets = secrets;
        this.hints = hints;
        this.files = files;
        this.reporter = reporter;
    }

    /** Carries a goal out on the source. */
    void goal(Goal goal, UpgradeOptions options) {
        reporter.info("On " + source.target() + ": " + goal);
        source.run(new Request(goal, options, new GoalArguments.None()), secrets, hints, files, reporter);
    }

    /** Whether the server runs on the source. */
    boolean isRunning(UpgradeOptions options) {
        AtomicBoolean runs = new AtomicBoolean();
        source.run(new Request(Goal.STATUS, options, new GoalArguments.None()), secrets, hints, files, event -> {
            if (event instanceof Event.Result result) {
                runs.set(result.data().path("service").has("process"));
            }
        });
        return runs.get();
    }

    /** Has a backup made. Returns where it is on the source. */
    Path make(UpgradeOptions options) {
        AtomicReference<String> made = new AtomicReference<>();
        reporter.info("On " + source.target() + ": " + Goal.BACKUP);
        // it is of use for this call alone
        UpgradeOptions own = options.in(options.places().handingOverTo(null));
        source.run(new Request(Goal.BACKUP, own, new GoalArguments.None()), secrets, hints, files, event -> {
            if (event instanceof Event.Result result) {
                made.set(result.data().path("backup").asText(null));
            }
            reporter.report(event);
        });
        if (made.get() == null) {
            throw new StageFailedException(
                    "The backup on " + source.target() + " does not say where it is.",
                    Hint.of("Something else was under way there. Run the goal again."));
        }
        return Path.of(made.get());
    }

    /** Where a backup of this name is on the source. */
    Path find(UpgradeOptions options, String name) {
        AtomicReference<String> found = new AtomicReference<>();
        source.run(new Request(Goal.LIST_BACKUPS, options, new GoalArguments.None()), secrets, hints, files, event -> {
            if (event instanceof Event.Result result) {
                for (JsonNode backup : result.data().path("backups")) {
                    if (List.of(
                                    backup.path("backup").asText(),
                                    backup.path("directory").asText())
                            .contains(name)) {
                        found.set(backup.path("directory").asText());
                    }
                }
            }
        });
        if (found.get() == null) {
            throw new RefusedException(
                    "There is no backup " + name + " on " + source.target() + ". Nothing was changed.",
                    Hint.run("See which there are.", Goal.LIST_BACKUPS));
        }
        return Path.of(found.get());
    }

    /** What opens the destination; again when the connection was lost. */
    @FunctionalInterface
    interface Destination {
        /**
         * Opens it.
         *
         * @param mode {@link Agent#FETCH} or {@link Agent#UNPACK}, for another machine
         */
        TreeDestination open(String mode) throws IOException, LostConnectionException;
    }

    /**
     * Brings a backup to another machine; goes on where a lost connection ended it. A destination on a third machine
     * fetches it from the source itself where it reaches that.
     *
     * @param backup where it is on the source
     * @param patience for how long a lost connection is tried again
     */
    void bring(Path backup, Destination destination, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try (RemoteTree from = source.openTree(Agent.PACK, backup, reporter)) {
                if (direct) {
                    source.againstFetching().ifPresent(this::sendThroughHere);
                }
                try (TreeDestination to = destination.open(direct ? Agent.FETCH : Agent.UNPACK)) {
                    send(from, to, backup);
                    return;
                }
            } catch (RemoteTree.NotReachedException e) {
                sendThroughHere("the destination does not reach " + source.target() + ": " + e.getMessage());
            } catch (IOException | LostConnectionException e) {
                if (System.nanoTime() > end) {
                    throw new StageFailedException(
                            "The backup " + backup + " of " + source.target() + " was not sent: " + e.getMessage()
                                    + ".",
                            Hint.of("What has arrived is kept. Run the goal again when both machines can be reached."),
                            e);
                }
                reporter.warn("Sending was interrupted: " + e.getMessage() + ". Going on");
                if (direct) {
                    sendThroughHere("the way from machine to machine broke off");
                }
                pause();
            }
        }
    }

    private void sendThroughHere(String why) {
        direct = false;
        reporter.info("The backup is sent through this machine, because " + why);
    }

    private void send(RemoteTree from, TreeDestination to, Path backup)
            throws IOException, RemoteTree.NotReachedException {
        if (direct && to instanceof RemoteTree there) {
            TreeRelay.<RemoteTree.NotReachedException>run(
                    from,
                    there,
                    "the backup from machine to machine",
                    reporter,
                    (gone, wanted, meter) -> there.fetch(source.order(backup), gone, wanted, meter::advance));
        } else {
            TreeRelay.run(from, to, "the backup", reporter);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
