package io.github.mmupgrade.saving;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.WriteTrial;
import io.github.mmupgrade.installation.Mounts;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the file system of the backups is the one it was: a disk that is not mounted leaves an empty directory in its
 * place, which would silently take the backups of a whole server.
 */
public final class BackupPlace {

    private final GoalContext context;
    private final Path root;

    public BackupPlace(GoalContext context) {
        this.context = context;
        this.root = new Backups(context).directory().root();
    }

    /** What the journal keeps of the place of a backup that is begun. */
    Map<String, String> facts(String backup) {
        return Map.of(
                JournalKeys.BACKUP,
                backup,
                JournalKeys.BACKUP_ROOT,
                root.toString(),
                JournalKeys.BACKUP_MOUNT,
                mountedOn().toString());
    }

    /**
     * What makes the place unfit.
     *
     * @return what is wrong, and what to do about it; empty when nothing is
     */
    Optional<RefusedException> problem() {
        return notMounted().or(this::elsewhere);
    }

    /**
     * Makes sure that the place is still what it was.
     *
     * @throws RefusedException when it is not
     */
    public void require() {
        problem().ifPresent(problem -> {
            throw problem;
        });
    }

    private Optional<RefusedException> notMounted() {
        return notMounted(context, root)
                .map(point -> new RefusedException(
                        "The backup directory " + root + " belongs on the file system of " + point
                                + ", which /etc/fstab names and which is not mounted.",
                        Hint.of("Mount it (mount " + point + "), or name another directory with"
                                + " mattermost.backupDirectory.")));
    }

    /**
     * Makes sure that the file store is not the empty directory that a file system belongs on.
     *
     * @throws RefusedException when it is
     */
    public static void requireMountedStore(GoalContext context, InstalledServer server) {
        unmountedStore(context, server).ifPresent(problem -> {
            throw problem;
        });
    }

    /** What is wrong with the file store: its file system is not mounted; empty when nothing is. */
    public static Optional<RefusedException> unmountedStore(GoalContext context, InstalledServer server) {
        return server.fileStore().flatMap(store -> notMounted(context, store)
                .map(point -> new RefusedException(
                        "The file store " + store + " belongs on the file system of " + point
                                + ", which /etc/fstab names and which is not mounted. Nothing was changed.",
                        Hint.of("Mount it (mount " + point + "), then run the goal again."))));
    }

    /** The mount point above a directory that {@code /etc/fstab} names and where nothing is mounted now. */
    public static Optional<Path> notMounted(GoalContext context, Path directory) {
        Mounts now = mounts(context);
        return Mounts.foreseen(context.host().path("/etc/fstab")).above(real(directory)).stream()
                .filter(point -> !now.isMountPoint(point))
                .findFirst();
    }

    private Optional<RefusedException> elsewhere() {
        Optional<JournalEvent> last = context.journal().events().stream()
                .filter(event -> root.toString().equals(event.data().get(JournalKeys.BACKUP_ROOT)))
                .reduce((earlier, later) -> later);
        if (last.isEmpty()) {
            return Optional.empty();
        }
        String backup = last.get().data().get(JournalKeys.BACKUP);
        String before = last.get().data().get(JournalKeys.BACKUP_MOUNT);
        if (before.equals(mountedOn().toString()) || Files.exists(root.resolve(backup))) {
            return Optional.empty();
        }
        return Optional.of(new RefusedException(
                "The backup " + backup + " in " + root + " was made on the file system mounted on " + before
                        + ", but now the directory is on that of " + mountedOn()
                        + ", and the backup does not exist there.",
                Hint.of("Mount it (mount " + before
                        + "), or name another directory with mattermost.backupDirectory.")));
    }

    private Path mountedOn() {
        return mounts(context).holding(real(root));
    }

    /** Asked again each time: what was mounted when a goal began may not be so any more. */
    private static Mounts mounts(GoalContext context) {
        return Mounts.read(context.host().path("/proc/self/mountinfo"));
    }

    private static Path real(Path directory) {
        Path existing = WriteTrial.nearestExisting(directory);
        try {
            return AtomicFile.followLinks(existing)
                    .toRealPath()
                    .resolve(existing.relativize(directory))
                    .normalize();
        } catch (IOException e) {
            throw new UncheckedIOException("The directory " + directory + " cannot be looked at", e);
        }
    }
}
