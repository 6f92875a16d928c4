package io.github.mmupgrade.saving;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Puts a dump in the place of the current database, in the safest way that the server and the role's rights allow. The
 * current contents are always kept: as a database under another name, or, where that cannot be, as a dump.
 *
 * <p>Can be called again after it was interrupted anywhere.
 */
public final class DatabaseRestore {

    private final Database database;
    private final DatabaseMeter meter;
    private final Path dump;
    private final DumpFormat format;
    private final Function<RowCounts, String> fault;
    private final String restored;
    private final String discarded;
    private final Path saved;
    private final Goal goal;
    private DumpOwnership owners = DumpOwnership.AS_DUMPED;

    /**
     * A restore.
     *
     * @param run what the names of the databases end with
     * @param fault says what is wrong with the rows that came out; null when nothing is
     * @param goal what is called again when it is interrupted
     */
    public DatabaseRestore(
            GoalContext context,
            Database database,
            String run,
            Path dump,
            DumpFormat format,
            Function<RowCounts, String> fault,
            Goal goal) {
        this.database = database;
        this.meter = new DatabaseMeter(context.reporter());
        this.dump = dump;
        this.format = format;
        this.fault = fault;
        this.goal = goal;
        String name = database.dataSource().database();
        this.restored = DatabaseNames.restored(name, run);
        this.discarded = DatabaseNames.discarded(name, run);
        this.saved = new Backups(context).directory().root().resolve(Backups.SAVED + run + "-" + format.fileName());
    }

    /** The same for a dump of another server: what it holds belongs to this database's role. */
    public DatabaseRestore ofAnotherServer() {
        owners = DumpOwnership.OWN_ROLE;
        return this;
    }

    /** How it would go, as words behind "the database". */
    public String plan() {
        return besidePossible()
                ? "into a new one, checked there and renamed; the current one is kept as " + discarded
                : "in place, because databases cannot be renamed here; the current contents are saved to " + saved
                        + " first";
    }

    private boolean besidePossible() {
        return database.restoreWay(restored) == RestoreWay.NEW_DATABASE_AND_RENAME;
    }

    /**
     * Loads the dump into a new database and checks its rows; the current one is not touched.
     *
     * @return whether it is ready to take the current one's name; else it has to be restored in place
     * @throws StageFailedException when rows are missing; nothing was changed
     */
    public boolean loadBeside() {
        if (isDone()) {
            return true;
        }
        if (!besidePossible()) {
            return false;
        }
        String wrong = fault.apply(meter.restoreInto(database, restored, dump, format, owners));
        if (wrong != null) {
            database.drop(restored);
            throw failed(wrong, "The current database was not touched.");
        }
        if (!besidePossible()) {
            // what was loaded can itself block it: a trigger keeps a MySQL table where it is
            database.drop(restored);
            return false;
        }
        return true;
    }

    /**
     * Does all of it.
     *
     * @return where the previous contents are, as a sentence
     * @throws StageFailedException when it cannot be done; calling again resumes it
     */
    public String carryOut() {
        if (loadBeside()) {
            return switchTo(database, restored, discarded, goal);
        }
        Path contents = saved;
        if (!Files.exists(contents)) {
            database.dump(contents, format);
        } else if (goal == Goal.RESTORE && !database.inPlaceRestoreUnfinished()) {
            // an earlier try saved what was there then; the server may have run since, which a rollback keeps it from
            contents = again();
            database.dump(contents, format);
        }
        String wrong = fault.apply(database.restoreInPlace(dump, format, contents, null, owners));
        if (wrong != null) {
            throw failed(wrong, "The previous contents are in the dump " + contents + ".");
        }
        return "The replaced database is kept as the dump " + contents + ".";
    }

    private Path again() {
        Path free = saved;
        for (int i = 2; Files.exists(free); i++) {
            free = saved.resolveSibling(
                    saved.getFileName().toString().replace(format.fileName(), i + "-" + format.fileName()));
        }
        return free;
    }

    /** Whether what was loaded beside has the current one's name already. */
    public boolean isDone() {
        return database.isSwitched(restored, discarded);
    }

    /**
     * Lets another database take the current one's name, unless it has it already.
     *
     * @return where the current one is then, as a sentence
     */
    public static String switchTo(Database database, String other, String discarded, Goal goal) {
        if (!database.isSwitched(other, discarded)
                && database.switchTo(other, discarded) instanceof CopyOutcome.Blocked blocked) {
            throw new StageFailedException(
                    "The database cannot be put back while other sessions use it: " + blocked.sessions(),
                    Hint.run("End these sessions, then run the goal again.", goal));
        }
        return "The replaced database is kept as " + discarded + ".";
    }

    private StageFailedException failed(String wrong, String state) {
        return new StageFailedException(
                "The database restored from " + dump + " does not have the rows that were saved: " + wrong + ". "
                        + state,
                Hint.run("Use another backup. List the backups.", Goal.LIST_BACKUPS));
    }
}
