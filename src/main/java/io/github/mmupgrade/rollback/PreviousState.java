package io.github.mmupgrade.rollback;

import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import java.util.List;
import java.util.Optional;

/** Puts database and configuration back as they were saved when a run had stopped the server. */
public final class PreviousState {

    private final GoalContext context;

    public PreviousState(GoalContext context) {
        this.context = context;
    }

    /** Nothing is stopped for a way back that would find its end at a backup that is not there. */
    public void requireSaved(Run run, boolean newServerRan) {
        boolean configured = run.isBegun(1, StageName.RESTORE_CONFIG);
        if (!newServerRan && !configured) {
            return;
        }
        new BackupPlace(context).require();
        new Backups(context).savedConfiguration(run, 1);
        if (newServerRan) {
            new TreeRestore(context).requireRestorable(run);
            requireSwitchable(run, "Nothing was rolled back", Goal.ROLLBACK);
            if (run.wasRunning(1)) {
                unfitting(run).ifPresent(difference -> {
                    throw new RefusedException(
                            "The database has the schema " + difference
                                    + ", and this run has no copy of it, so Mattermost "
                                    + run.requireFact(0, JournalKeys.FROM)
                                    + " would damage it. Nothing was rolled back.",
                            Hint.run("Stop the server. " + ownCopy(run) + " Then go back.", Goal.ROLLBACK));
                });
            }
        }
    }

    /**
     * The server with the configuration from before the run: what was saved goes back to where it was, also if somebody has
     * moved the database or the files since.
     */
    static InstalledServer serverBefore(GoalContext context, Run run) {
        return context.server().configuredBy(new Backups(context).savedConfiguration(run, 1));
    }

    /** Lets the previous database have its name again; says where the newer one is. */
    public List<String> putDatabaseBack(Run run) {
        try (Database database = serverBefore(context, run).openDatabase()) {
            database.settleUnfinished().forEach(context.reporter()::info);
            return new DatabaseMethods(context).of(run).putBack(run, database);
        }
    }

    /**
     * Makes sure that the old server does not start on what the new one has migrated, where nothing puts the database back.
     *
     * @throws StageFailedException when it would
     */
    void requireFittingDatabase(Run run) {
        unfitting(run).ifPresent(difference -> {
            throw new StageFailedException(
                    "The files and the configuration of Mattermost " + run.requireFact(0, JournalKeys.FROM)
                            + " are back, but the database has the schema " + difference
                            + ", and this run has no copy of it. The server is stopped: the old release would damage"
                            + " the database.",
                    Hint.run(ownCopy(run) + " Then go on.", Goal.ROLLBACK));
        });
    }

    private static String ownCopy(Run run) {
        return "Bring the database back from your own copy; what your command has left is in the directory database of"
                + " the backup"
                + run.fact(1, JournalKeys.BACKUP).map(name -> " " + name).orElse("") + ".";
    }

    /** How the schema differs from the one that the old server had, where nothing puts the database back. */
    private Optional<String> unfitting(Run run) {
        if (run.isSavedByAnotherNode()
                || new DatabaseMethods(context).of(run).wayBack(run).isPresent()) {
            return Optional.empty();
        }
        try (Database database = serverBefore(context, run).openDatabase()) {
            return SavedSchema.isThatOf(run, database)
                    ? Optional.empty()
                    : Optional.of(SavedSchema.difference(run, database));
        }
    }

    /** Writes the previous configuration, to the byte. */
    public void putConfigurationBack(Run run) {
        if (run.isSavedByAnotherNode() && context.server().configuredInDatabase()) {
            // the other nodes use it, too
            return;
        }
        ConfigDocument saved = new Backups(context).savedConfiguration(run, 1);
        context.server().writeConfiguration(saved);
    }

    /**
     * Refuses when the database cannot be put back.
     *
     * @param untouched what was not done, as the end of a message
     * @param goal the goal to call again
     */
    public void requireSwitchable(Run run, String untouched, Goal goal) {
        try (Database database = serverBefore(context, run).openDatabase()) {
            new DatabaseMethods(context)
                    .of(run)
                    .againstPuttingBack(run, database, untouched, goal)
                    .ifPresent(refusal -> {
                        throw refusal;
                    });
        }
    }
}
