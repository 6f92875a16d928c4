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
    default List<CopyPrecondition> baseBackupPreconditions(Path target, boolean sharedServer) {
        return List.of(CopyPrecondition.blocking(
                "base-backup", "base backups of this kind of server are not supported", "Use another way."));
    }

    /**
     * How much it costs, from the server's size and what it writes.
     *
     * @param bytesPerSecond what the disk writes, as measured; 0 when it is not known
     */
    default Cost baseBackupCost(long bytesPerSecond) {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes it while the Mattermost server runs, and follows the log from then on until {@link #finishBaseBackup}. When
     * it is there already, only following begins again.
     *
     * @param target a directory of this backup; made when it does not exist
     * @throws io.github.mmupgrade.report.StageFailedException when it failed; nothing was stopped
     */
    default void beginBaseBackup(Path target, String run) {
        throw new UnsupportedOperationException();
    }

    /**
     * Fetches the last of it, after the Mattermost server was stopped.
     *
     * @return what has to be told {@link #dumpBaseBackup} later, such as the position in the log; without secrets
     * @throws io.github.mmupgrade.report.StageFailedException when something is missing in between: it cannot be used
     */
    default String finishBaseBackup(Path target, String run) {
        throw new UnsupportedOperationException();
    }

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
     * @param position what {@link #finishBaseBackup} returned
     * @param dump a file or directory that does not exist
     */
    default Dumped dumpBaseBackup(Path target, String position, Path dump, DumpFormat format) {
        throw new UnsupportedOperationException();
    }

    /**
     * What base backups have left on the main server that takes room there, such as a replication slot.
     *
     * @param run the run whose own is left out; null for none
     * @return their names, as the server knows them
     */
    default List<String> baseBackupLeftovers(String run) {
        return List.of();
    }

    /** Removes such a leftover. */
    default void dropBaseBackupLeftover(String name) {
        throw new UnsupportedOperationException();
    }

    /** Removes a base backup and everything on the main server that was there for it, such as a replication slot. */
    default void discardBaseBackup(Path target, String run) {}
}
