package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a backup will need, found out by a walk before anything starts.
 *
 * @param target where it will be
 * @param files how many files the sources have
 * @param bytes how long they are together
 * @param newFiles how many of them no previous backup has
 * @param neededBytes how much the backup takes on the disk: files that are new, directories, lists, the database
 * @param neededInodes how many files and directories will be made; hard links need none
 * @param space what there is room for
 * @param unreadable files and directories that can't be read, or not by the server's user, at most 100
 * @param leftOut sockets, pipes and devices, at most 100
 * @param reader what to say of what can't be read
 */
public record SpaceEstimate(
        Path target,
        long files,
        long bytes,
        long newFiles,
        long neededBytes,
        long neededInodes,
        DiskSpace space,
        List<String> unreadable,
        List<String> leftOut,
        Unreadable reader) {

    /** Keeps copies of the lists. */
    public SpaceEstimate {
        unreadable = List.copyOf(unreadable);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Refuses what would fail later.
     *
     * @throws RefusedException when something can't be read, or there is no room
     */
    public void requirePossible() {
        if (!unreadable.isEmpty()) {
            throw reader.refusal(unreadable, null);
        }
        if (neededBytes > space.bytes()) {
            throw new RefusedException(
                    "The backup needs about " + Amount.bytes(neededBytes) + " in " + target + ", and only "
                            + Amount.bytes(space.bytes()) + " are free there.",
                    Hint.run(
                            "Make room there, set mattermost.backupDirectory to another directory, or remove old"
                                    + " backups.",
                            Goal.PRUNE_BACKUPS));
        }
        OptionalLong inodes = space.inodes();
        if (inodes.isPresent() && neededInodes > inodes.getAsLong()) {
            throw new RefusedException(
                    "The backup needs about " + neededInodes + " inodes in " + target + ", and only "
                            + inodes.getAsLong() + " are free there.",
                    Hint.of("Set mattermost.backupDirectory to a directory on another file system."));
        }
    }

    @Override
    public String toString() {
        return Amount.of(files, "file") + " of " + Amount.bytes(bytes) + ", " + newFiles + " of them new; needs "
                + Amount.bytes(neededBytes) + " of " + Amount.bytes(space.bytes()) + " free";
    }
}
