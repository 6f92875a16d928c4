package io.github.mmupgrade.database;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Base backups: copies of the files of the whole database server, made while it runs. What is written meanwhile is
 * followed through the server's log, so that after the stop of the Mattermost server only the last of it is left to
 * fetch, however large the database is. To use one, a second server is started on it beside the main one; the main
 * server's files are never touched.
 *
 * <p>Everything can be called again after it was killed anywhere: what is done is recognised by what is there.
 */
public interface DatabaseBaseBackups {

    /**
     * What a base backup costs.
     *
     * @param down how long the Mattermost server is stopped for the last of it
     * @param restart how long a second server takes until it can be read from
     * @param bytes what it takes in the backup directory
     */
    record Cost(Duration down, Duration restart, long bytes) {}

    /**
     * Checks whether one can be made. Reads only.
     *
     * @param target where it will be; its file system has to have room
     * @param sharedServer whether the administrator allows it although the server holds other databases, too
     * @return one finding for each check; it can be made when none is blocking
     */
    List<CopyPrecondition> preconditions(Path target, boolean sharedServer);

    /** How much it costs, from the server's size. */
    Cost cost();

    /**
     * Makes it while the Mattermost server runs, and follows the log from then on until {@link #finish}. When
     * it is there already, only following begins again.
     *
     * @param target a directory of this backup; made when it does not exist
     * @throws io.github.mmupgrade.report.StageFailedException when it failed; nothing was stopped
     */
    void begin(Path target, String run);

    /**
     * Fetches the last of it, after the Mattermost server was stopped.
     *
     * @return what has to be told {@link #dump} later, such as the position in the log; without secrets
     * @throws io.github.mmupgrade.report.StageFailedException when something is missing in between: it cannot be used
     */
    String finish(Path target, String run);

    /**
     * The Mattermost database as a base backup holds it.
     *
     * @param dump the dump of it
     * @param rows how many rows it has
     */
    record Dumped(DumpResult dump, RowCounts rows) {}

    /**
     * Starts a second server on it and dumps the Mattermost database as it was at the stop. The second server has ended
     * when this returns, and does not outlive the plugin.
     *
     * @param position what {@link #finish} returned
     * @param dump a file or directory that does not exist
     */
    Dumped dump(Path target, String position, Path dump, DumpFormat format);

    /**
     * What base backups have left on the main server that takes room there, such as a replication slot.
     *
     * @param run the run whose own is left out; null for none
     * @return their names, as the server knows them
     */
    List<String> leftovers(String run);

    /** Removes such a leftover. */
    void dropLeftover(String name);

    /** Removes a base backup and everything on the main server that was there for it, such as a replication slot. */
    void discard(Path target, String run);
}
