package io.github.mmupgrade.elsewhere;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A place away from this machine that holds copies of this installation's backups. Nothing there is ever removed but what
 * a failed hand-over has left.
 */
public interface Place extends AutoCloseable {

    /**
     * The place that was given.
     *
     * @param given where it is
     */
    static Place of(GoalContext context, Elsewhere given) {
        return switch (given.kind()) {
            case RESTIC -> new ResticPlace(context, given);
            case RSYNC -> new RsyncPlace(context, given);
        };
    }

    /**
     * Makes sure that the program is there and that the place answers and lets us in.
     *
     * @throws UnreachablePlaceException when it does not answer
     * @throws RefusedException when something has to be corrected; it says what
     */
    void require();

    /** Why the place is less of one than it should be, such as one on the same disk; empty when nothing is wrong. */
    Optional<String> doubt();

    /** The copies of this installation's backups, those that other machines have handed over included, by their names. */
    List<PlaceCopy> copies();

    /**
     * Takes a backup there. Until it is there in whole no copy of it is listed.
     *
     * @param others the copies that are there already
     * @return the copy
     * @throws StageFailedException when that failed, or the copy there is not what is here
     */
    PlaceCopy send(Backup backup, List<PlaceCopy> others);

    /** Whether a copy holds what the backup holds; how sure that is depends on the place. */
    boolean holds(PlaceCopy copy, Backup backup);

    /**
     * Makes sure that the place keeps what it was given.
     *
     * @throws StageFailedException when it is damaged
     */
    void requireSound();

    /** Brings the manifest of a copy to a file that is not there yet. */
    void fetchManifest(PlaceCopy copy, Path file);

    /**
     * Brings a copy.
     *
     * @param to an empty directory
     * @param bytes about how many they are
     */
    void fetch(PlaceCopy copy, Path to, long bytes);

    @Override
    void close();
}
