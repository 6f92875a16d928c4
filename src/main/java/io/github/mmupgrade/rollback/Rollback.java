package io.github.mmupgrade.rollback;

import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.installation.SwapPlan;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.CommandCopies;
import io.github.mmupgrade.server.WaitTimer;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Restores the state before a run, newest step first. Every step asks the actual state what is left of it to undo, so a
 * rollback that was interrupted anywhere is resumed by calling it again, and one after another changes nothing.
 */
public final class Rollback {

    private final GoalContext context;
    private final Function<Run, RunUndo> undos;

    /**
     * The way back of runs.
     *
     * @param undos what undoes a run, depending on whether it is an upgrade or a migration
     */
    public Rollback(GoalContext context, Function<Run, RunUndo> undos) {
        this.context = context;
        this.undos = undos;
    }

    /** What a rollback would do, a line each. */
    public List<String> plan(Run run) {
        return undos.apply(run).plan();
    }

    /**
     * Rolls back.
     *
     * @param discardNewData whether to go back although users have written since the new server started
     * @return what was done, as sentences
     * @throws RefusedException when users have written since; nothing was changed
     * @throws StageFailedException when a step fails; calling again resumes it
     */
    public String carryOut(Run run, boolean discardNewData) {
        if (run.state() == Run.State.ROLLED_BACK) {
            return "Run " + run + " is already rolled back. Mattermost " + run.requireFact(0, JournalKeys.FROM)
                    + " is installed.";
        }
        Duration start = WaitTimer.real().elapsed();
        String written = require(run, discardNewData);
        return context.journal().leniently(() -> goBack(run, newServerRan(run), written, start));
    }

    /**
     * Makes sure that everything is there that the way back takes, as long as nothing was put back yet.
     *
     * @return what users have written since, as a sentence; empty when they have not
     * @throws RefusedException when something is missing, or users have written and that is not to be set aside
     */
    public String require(Run run, boolean discardNewData) {
        if (run.state() == Run.State.ROLLED_BACK) {
            return "";
        }
        boolean begun = run.isBegun(0, StageName.ROLLBACK);
        boolean newServerRan = newServerRan(run);
        if (!begun) {
            requireSiblings(run);
            undos.apply(run).require(newServerRan);
        }
        return newServerRan ? writtenSince(run, discardNewData || begun) : "";
    }

    private String goBack(Run run, boolean newServerRan, String written, Duration start) {
        if (run.state() == Run.State.FINISHED) {
            // from here on the run is in progress again, so that whoever comes next brings this to its end
            run.mark(0, StageName.RUN, Kind.BEGIN, Map.of());
        }
        run.mark(
                0,
                StageName.ROLLBACK,
                Kind.BEGIN,
                Map.of(
                        JournalKeys.NEW_SERVER_RAN,
                        Boolean.toString(newServerRan),
                        JournalKeys.WRITTEN,
                        // one that is resumed may not see it any more
                        run.fact(0, JournalKeys.WRITTEN)
                                .filter(before -> run.isBegun(0, StageName.ROLLBACK))
                                .orElse(written)));
        String from = run.requireFact(0, JournalKeys.FROM);
        RunUndo undo = undos.apply(run);
        try {
            List<String> aside = new ArrayList<>();
            // once the old server was told to start people may write to it: nothing before that is done twice
            if (!run.isStepBegun(0, StageName.ROLLBACK, "start")) {
                noteThatItRuns(run);
                undo.putBack(newServerRan, aside);
            }
            if (context.options().cluster() != null
                    && context.options().cluster().pause() == ClusterPart.Pause.BEFORE_START) {
                return "The files of Mattermost " + from
                        + " are back. The server is stopped until the others are ready.";
            }
            if (run.wasRunning(1)) {
                run.step(0, StageName.ROLLBACK, "start", Map.of(), () -> new ServerLifecycle(context)
                        .startAndWait(Version.parse(from)));
            }
            undo.afterStart();
            settleBackup(run);
            if (!newServerRan) {
                // nothing has changed the database since it was saved
                new CommandCopies(context).discard(run, run, StageName.ROLLBACK);
            }
            run.mark(0, StageName.ROLLBACK, Kind.DONE, Map.of());
            run.mark(0, StageName.RUN, Kind.UNDONE, Map.of());
            Duration took = WaitTimer.real().elapsed().minus(start);
            return "Rolled back in " + took.toSeconds() + " s: Mattermost " + from
                    + outcome(run)
                    + written
                    + unwritten()
                    + (aside.isEmpty() ? "" : " " + String.join(" ", aside));
        } catch (RuntimeException e) {
            run.mark(0, StageName.ROLLBACK, Kind.FAILED, Map.of("why", String.valueOf(e.getMessage())));
            throw e;
        }
    }

    /** What is stopped here runs again in the end, even if the run was killed before it could note that it ran. */
    private void noteThatItRuns(Run run) {
        if (run.isBegun(1, StageName.STOP)
                && !run.wasRunning(1)
                && context.server().running().isPresent()) {
            run.note(1, StageName.STOP, Map.of(JournalKeys.WAS_RUNNING, Boolean.toString(true)));
        }
    }

    /** The old server is back whether that works or not. */
    private void settleBackup(Run run) {
        try {
            new Backups(context).takeBackUnfinished(run);
        } catch (ProblemException e) {
            context.reporter()
                    .warn("The backup of run " + run + " may hold half of what was being added to it: "
                            + e.getMessage());
        }
    }

    /** The previous entries must be there in whole before anything is renamed. */
    private void requireSiblings(Run run) {
        for (int hop = run.hops(); hop >= 1; hop--) {
            Optional<SwapPlan> plan = run.swapPlan(hop);
            boolean installed = plan.isPresent() && run.isDone(hop, StageName.INSTALL);
            if (installed && !Files.isDirectory(plan.get().previous())) {
                throw new RefusedException(
                        "The files of the release before run " + run + " are not in "
                                + plan.get().previous() + ". Nothing was rolled back.",
                        Hint.run("Restore a backup instead. List the backups.", Goal.LIST_BACKUPS));
            }
        }
    }

    private String outcome(Run run) {
        if (!run.isBegun(1, StageName.STOP)) {
            return " was not touched.";
        }
        if (run.wasRunning(1)) {
            return " is running on its previous data.";
        }
        return context.server().running().isPresent()
                ? " is running; it was not stopped."
                : " is installed again. It is stopped, as it was before.";
    }

    private String unwritten() {
        int count = context.journal().unwritten();
        return count == 0
                ? ""
                : " " + Amount.of(count, "event") + " could not be written to "
                        + context.journal().file() + ".";
    }

    /**
     * Whether the new server has run: the journal says so, or the database shows it, because a reboot may have started
     * what was installed a moment ago. Found out once, because a rollback changes the answer.
     */
    private boolean newServerRan(Run run) {
        Optional<String> known = run.fact(0, JournalKeys.NEW_SERVER_RAN);
        if (known.isPresent() && run.isBegun(0, StageName.ROLLBACK)) {
            return Boolean.parseBoolean(known.get());
        }
        for (int hop = run.hops(); hop >= 1; hop--) {
            if (run.isBegun(hop, StageName.START)) {
                return true;
            }
        }
        boolean startable = UpgradeUndo.installBegun(run)
                || run.isDone(1, StageName.MIGRATE_CONFIG)
                || run.isStepBegun(1, StageName.CONVERT_CONFIG, "write");
        if (!startable) {
            return false;
        }
        if (context.server().running().isPresent()) {
            return true;
        }
        try (Database database = context.server().openDatabase()) {
            return !SavedSchema.isThatOf(run, database) || new WrittenSinceStop(context, run).posts(database) > 0;
        }
    }

    /** What users have written since the new server started, as a sentence; refuses unless it may be set aside. */
    private String writtenSince(Run run, boolean accepted) {
        if (run.isSavedByAnotherNode()) {
            // its way back leaves the database as it is
            return "";
        }
        WrittenSinceStop since = new WrittenSinceStop(context, run);
        Optional<Instant> started = since.begun();
        if (started.isEmpty()) {
            return "";
        }
        Map<String, Long> missed;
        long users;
        try (Database database = context.server().openDatabase()) {
            missed = since.missed(database);
            users = since.users(database);
        }
        if (missed.isEmpty()) {
            return "";
        }
        String inWords = missed.entrySet().stream()
                .map(each -> Amount.of(each.getValue(), each.getKey()))
                .collect(Collectors.joining(", "));
        if (!accepted) {
            throw new RefusedException(
                    "Users have written " + inWords + " since the new server started at " + started.get()
                            + (users == 0 ? "" : ", and " + Amount.of(users, "user") + " changed")
                            + ". A rollback would set them aside. Nothing was rolled back.",
                    Hint.run(
                            "Fix the new server and start it, or roll back without them. They stay in the database that is"
                                    + " set aside.",
                            Goal.ROLLBACK,
                            "mattermost.rollback.discardNewData=true"));
        }
        boolean one = missed.size() == 1 && missed.containsValue(1L);
        return " " + inWords + " written since " + (one ? "is" : "are") + " in the database that was set aside.";
    }
}
