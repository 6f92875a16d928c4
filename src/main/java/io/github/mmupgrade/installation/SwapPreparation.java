package io.github.mmupgrade.installation;

import io.github.mmupgrade.files.ReservedSpace;
import io.github.mmupgrade.files.SecureTree;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What is tried, and kept ready, before the server is stopped: that the renames will work, and room for going back. */
public final class SwapPreparation {

    /** Beside the unpacked release: room for what going back writes where the installation is. */
    private static final String RESERVE = ".room-for-the-way-back";

    /** A configuration, and the first lines of a server's log. */
    private static final int RESERVED_BYTES = 1 << 20;

    /** What the names of the files start with that renames are tried with. */
    private static final String TRIAL = ".trial-rename-";

    private final Installation installation;

    /** What is prepared for a swap of an installation's entries. */
    public SwapPreparation(Installation installation) {
        this.installation = installation;
    }

    /** Whether an entry of a directory belongs to a preparation, and to no release. */
    static boolean isPartOf(String entry) {
        return entry.startsWith(TRIAL) || entry.equals(RESERVE);
    }

    /**
     * Tries, with an empty file of its own, whether renames between the three directories work. Done before the stop:
     * a mount, a file system's boundary or a missing permission shows here.
     *
     * @throws RefusedException when they don't
     */
    public void tryRenames(Path next, Path previous) {
        try (SecureTree tree = new SecureTree()) {
            tryRenames(next, previous, tree);
        } catch (IOException e) {
            throw new RefusedException(
                    "Entries cannot be renamed between " + installation + ", " + next + " and " + previous + ": "
                            + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("All three must be on one file system and writable for the user who runs this, and none"
                            + " of them may be a symbolic link."),
                    e);
        }
    }

    private void tryRenames(Path next, Path previous, SecureTree tree) throws IOException {
        Path trial = next.resolve(
                TRIAL + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        boolean madePrevious = !tree.exists(previous);
        try {
            if (madePrevious) {
                tree.createDirectory(previous);
            }
            tree.create(trial).close();
            List<Path> way = new ArrayList<>(List.of(installation.directory(), previous));
            Path client = installation.directory().resolve("client");
            if (Files.isDirectory(client)) {
                way.add(client);
            }
            for (Path directory : way) {
                Path arrived = directory.resolve(trial.getFileName());
                tree.move(trial, arrived);
                trial = arrived;
            }
        } finally {
            tree.delete(trial);
            if (madePrevious && tree.exists(previous)) {
                tree.deleteEmpty(previous);
            }
        }
    }

    /**
     * Keeps some room on the file system of the installation for the way back: on a full one the previous configuration
     * could not be written.
     *
     * @throws RefusedException when there is none
     */
    public static void keepRoom(Path next) {
        try {
            ReservedSpace.keep(next.resolve(RESERVE), RESERVED_BYTES);
        } catch (IOException e) {
            throw new RefusedException(
                    "There is no room in " + next + ": " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Make room on its file system."),
                    e);
        }
    }

    /** Gives the room free that was kept for the way back. */
    public static void giveRoomFree(Path next) {
        ReservedSpace.release(next.resolve(RESERVE));
    }

    /**
     * Removes what a trial left that was killed, wherever its file was by then. Called with the lock held, so that no
     * trial is under way.
     */
    public void removeLeftovers() {
        List<Path> way = new ArrayList<>(installation.siblings());
        way.add(installation.directory());
        way.add(installation.directory().resolve("client"));
        for (Path directory : way) {
            for (String entry : DirectoryNames.names(directory)) {
                if (entry.startsWith(TRIAL)) {
                    removeTrial(directory.resolve(entry));
                }
            }
        }
    }

    private static void removeTrial(Path trial) {
        try {
            TreeDelete.delete(trial);
        } catch (IOException e) {
            throw new UncheckedIOException("The trial file " + trial + " cannot be removed", e);
        }
    }
}
