package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One way to save the database, so that a rollback can bring it back. The stages call {@link #prepare} while the server
 * runs, {@link #save} when it is stopped, {@link #complete} when the new server runs, and {@link #discard} when nothing
 * of the run is needed any more; a rollback calls {@link #putBack}.
 *
 * <p>Every call can be repeated after it was killed anywhere. What one call leaves for another stands in the journal.
 */
public interface DatabaseMethod {

    /** The step of a rollback that {@link #putBack} is. */
    String DATABASE_STEP = "database";

    /** The name that the administrator chooses it by. */
    DatabaseSaving kind();

    /** Whether it can be used here, and what it costs. Reads only, while the server runs. */
    MethodForecast forecast(Database database);

    /**
     * Does ahead of the stop what can be done while the server runs.
     *
     * @throws io.github.mmupgrade.report.RefusedException when it cannot be done; nothing was stopped
     */
    default void prepare(Run run, BackupDraft draft, Database database) {}

    /**
     * Makes sure, right before the stop, that what was prepared still holds; another process may have prepared it. Does
     * what shortens the downtime only when it was done a moment ago.
     *
     * @throws io.github.mmupgrade.report.StageFailedException when it cannot be used; nothing was stopped
     */
    default void beforeStop(Run run, Database database) {}

    /**
     * Saves the database of the stopped server.
     *
     * @param facts takes what the other calls need from the journal
     * @return how far the backup has come; empty when it cannot be done here and nothing was changed, so that a dump
     *     takes its place
     * @throws io.github.mmupgrade.report.StageFailedException when it failed half-way; calling again resumes it
     */
    Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts);

    /** How a rollback would put the database of a run back, as words after "put the database back"; empty when not. */
    Optional<String> wayBack(Run run);

    /**
     * Puts the database back as it was saved. The newer contents are kept.
     *
     * @return where the newer contents are, as sentences
     */
    List<String> putBack(Run run, Database database);

    /**
     * What keeps a rollback from putting the database back; asked before it stops anything.
     *
     * @param untouched what was not done, as the end of a message
     * @param goal the goal to call again
     * @return the refusal; empty when nothing is known to
     */
    default Optional<RefusedException> againstPuttingBack(Run run, Database database, String untouched, Goal goal) {
        return Optional.empty();
    }

    /**
     * Counts the rows in what was saved, when that can be done while the new server runs: nobody has to wait for it.
     *
     * @return the rows as they were when the server was stopped; empty when they have to be counted then
     */
    default Optional<RowCounts> countSaved(Run run, Database database) {
        return Optional.empty();
    }

    /**
     * Repairs what a call that was killed has left, so that the database can be reached; called before anything else is
     * done with an open run.
     *
     * @throws io.github.mmupgrade.report.StageFailedException when a rollback cannot go on before it is repaired
     */
    default void settle(Run run) {}

    /** Makes the backup complete while the new server runs; nothing when it was complete after the stop. */
    default void complete(Run run, BackupDraft draft, Database database) {}

    /** Removes what it has made for a run, except what a backup holds; nothing when it made nothing. */
    default void discard(Run run, Database database) {}
}
