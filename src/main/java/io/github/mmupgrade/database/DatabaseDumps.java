package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Dumps of a database, and their way back. */
public interface DatabaseDumps {

    /** The format to dump to when nobody asks for another one. */
    DumpFormat preferredFormat();

    /**
     * Checks before anything is stopped that the programs for a dump and a restore are there, and new enough.
     *
     * @return their names and versions, for a message
     * @throws io.github.mmupgrade.report.RefusedException naming the package to install
     */
    String requireTools();

    /**
     * Dumps the current database, consistent within itself even while a server writes.
     *
     * @param target a file or directory that doesn't exist, in a directory that does; files get mode 0600, directories
     *     0700
     * @throws io.github.mmupgrade.report.StageFailedException when it isn't complete; what was written is removed
     */
    default DumpResult dump(Path target, DumpFormat format) {
        return dump(dataSource().database(), target, format);
    }

    /** Dumps a database of the same server, such as a frozen copy. */
    DumpResult dump(String database, Path target, DumpFormat format);

    /**
     * The connection as the environment that the database's own programs read ({@code PGHOST}, {@code MYSQL_PWD} and
     * their like). Holds the password: never print it.
     */
    Map<String, String> clientEnvironment();

    /**
     * Checks that a dump can be read through, without a database.
     *
     * @throws io.github.mmupgrade.report.RefusedException when it is damaged
     */
    void checkDump(Path dump, DumpFormat format);

    /** The way that a restore into a new database of this name would go, as far as rights tell. */
    RestoreWay restoreWay(String newDatabase);

    /**
     * Makes a database without tables, with the current one's owner, rights, settings, encoding and collation.
     *
     * @param newDatabase a name that {@link DatabaseNames} made; what has it is dropped first
     */
    void createEmpty(String newDatabase);

    /**
     * Restores a dump into a new database with the current one's owner, rights, settings and collation. An unfinished
     * one of an earlier call is dropped first; a whole one is left as it is.
     *
     * @param newDatabase a name that {@link DatabaseNames} made
     * @param expected the rows it has to have; null when they aren't known
     * @return the rows it has
     */
    default RowCounts restoreInto(String newDatabase, Path dump, DumpFormat format, RowCounts expected) {
        return restoreInto(newDatabase, dump, format, expected, DumpOwnership.AS_DUMPED);
    }

    /** The same with a choice of whom its tables belong to. */
    RowCounts restoreInto(String newDatabase, Path dump, DumpFormat format, RowCounts expected, DumpOwnership owners);

    /**
     * Restores a dump in the place of the current contents: all objects dropped, the dump loaded.
     *
     * @param saved a complete dump of the current contents, made by {@link #dump}; it is read through first
     * @param expected the rows it has to have; null when they aren't known
     * @return the rows it has
     * @see RestoreWay#IN_PLACE_AFTER_SAVING
     */
    default RowCounts restoreInPlace(Path dump, DumpFormat format, Path saved, RowCounts expected) {
        return restoreInPlace(dump, format, saved, expected, DumpOwnership.AS_DUMPED);
    }

    /** The same with a choice of whom its tables belong to. */
    RowCounts restoreInPlace(Path dump, DumpFormat format, Path saved, RowCounts expected, DumpOwnership owners);

    /**
     * How far dumps and restores come, read by a session of its own that may live in another thread.
     *
     * @param name the database that is dumped
     */
    DatabaseProgress progress(String name);

    /** How long a dump will take at most, from the database's size. */
    Duration estimateDump();

    /** How long restoring a dump will take at most, from the database's size. */
    Duration estimateRestore();

    /** Whether a restore in place was stopped half-way: the database is not whole, and the restore must be repeated. */
    boolean inPlaceRestoreUnfinished();

    /** Where the database is. */
    DataSource dataSource();
}
