package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DatabaseNames;
import java.util.List;
import java.util.Optional;

/**
 * Copies of a database inside its server, and switching between them by renaming.
 *
 * <p>Everything can be called again: what is done is recognised by what the server has, never by memory. Names come
 * from {@link DatabaseNames}; no other database is ever dropped.
 */
public interface DatabaseCopies {

    /**
     * Ends the idle sessions that a pooler holds for this role, where there is one: they are no client's, keep the
     * database from being copied, and may hold settings of a dump. Only while no Mattermost server uses the database.
     */
    default void endIdlePooledSessions() {}

    /**
     * Checks whether a frozen copy can be made, before anything is stopped. Reads only.
     *
     * @param copyName the name that the copy will have
     * @param declaredFreeBytes free bytes on the database host's disk, as the administrator says; null when the
     *     server's own disk is to be looked at, which works only on its host
     * @return one finding for each check; the copy can be made when none is blocking
     */
    List<CopyPrecondition> preconditions(String copyName, Long declaredFreeBytes);

    /**
     * What keeps another database from taking the current one's name, as far as rights go; empty when nothing does.
     * Reads only.
     */
    default Optional<CopyPrecondition> againstSwitching() {
        return Optional.empty();
    }

    /**
     * How a freeze will go, and how long it will take; empty where the server cannot copy a database. May make a small
     * database and drop it again.
     *
     * @param bytesPerSecond what the disk of the database writes, as measured; 0 when it is not known
     */
    Optional<CopyForecast> forecastFreeze(long bytesPerSecond);

    /**
     * Does what makes a freeze shorter, while the Mattermost server still runs. May make a small database and drop it
     * again. What can't be done is left.
     */
    default void prepareFreeze() {}

    /**
     * Makes a copy of the database under another name, with its rights, settings and limits. The Mattermost server must
     * be stopped. Sessions that its role left over are ended; while it is copied the database takes no connections.
     *
     * @return blocked, with nothing changed, when other roles use the database
     * @throws io.github.mmupgrade.report.StageFailedException when it failed; the database is usable again
     */
    CopyOutcome freeze(String copyName);

    /** Whether there is a whole copy (or any database) of this name. */
    boolean exists(String name);

    /** Whether the frozen copy is there, whole. */
    default boolean frozenCopyExists(String copyName) {
        return exists(copyName);
    }

    /** Whether the current database is there and takes connections. */
    boolean acceptsConnections();

    /**
     * Repairs what a killed run left: the current database takes connections again, unfinished copies are dropped. Call
     * it with the run's lock held.
     *
     * @return what was done, as lines for a message; empty when there was nothing to do
     */
    List<String> settleUnfinished();

    /**
     * Puts another database in the place of the current one, both renames in one transaction.
     *
     * @param newDatabase what takes the current one's name: a frozen copy or a restored one
     * @param discardedName what the current one is called from then on
     * @return blocked, with nothing changed, when other roles use one of them
     */
    CopyOutcome switchTo(String newDatabase, String discardedName);

    /** Whether that switch has happened: the discarded one is there, the new one isn't, the current one is. */
    boolean isSwitched(String newDatabase, String discardedName);

    /**
     * Drops one of our own databases; does nothing when it isn't there.
     *
     * @throws io.github.mmupgrade.report.RefusedException when the name isn't one that {@link DatabaseNames} makes for
     *     this database
     */
    void drop(String name);

    /** All databases that runs of ours made or put aside beside this one. */
    List<SideDatabase> listSiblings();
}
