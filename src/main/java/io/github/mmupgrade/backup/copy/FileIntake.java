package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.files.FileCopier;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.Reflink;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Takes single files into a backup. Never writes into a file that is there, because it may be a hard link to another
 * backup's; a name that is taken is unlinked first. Originals are reached through directories that are held, so that
 * whoever may write there can't have root read something else. Safe for use by several threads.
 */
final class FileIntake {

    private static final int TRIES_WHEN_QUIET = 5;
    private static final int TRIES_WHEN_BUSY = 2;
    private static final long PAUSE_MILLIS = 200;

    private final ThreadLocal<FileCopier> copiers = ThreadLocal.withInitial(FileCopier::new);
    private final Trees originals;
    private final UserRights rights;
    private final Writers writers;
    private final Reflink reflink;
    private final LongConsumer progress;

    /** Who writes into the originals meanwhile. */
    enum Writers {
        /** A server runs, and another pass will follow. */
        BUSY,
        /** A server runs, and this is the last pass: a file's state is as good as it gets. */
        BUSY_TO_THE_END,
        /** None: the server is stopped. */
        STOPPED
    }

    /** How an entry came into the backup. */
    enum How {
        KEPT,
        LINKED,
        COPIED,
        RESTLESS
    }

    /**
     * An entry taken in.
     *
     * @param entry null when the original vanished
     */
    record Taken(ListEntry entry, How how) {}

    /**
     * An intake.
     *
     * @param originals the way to the originals; the caller closes it
     * @param progress hears of the bytes as they are done
     */
    FileIntake(Writers writers, Trees originals, Reflink reflink, LongConsumer progress) {
        this.writers = writers;
        this.originals = originals;
        this.rights = new UserRights(originals);
        this.reflink = reflink;
        this.progress = progress;
    }

    /** Makes the same symbolic link in the backup; null when it vanished meanwhile. */
    ListEntry link(SourceWalk.Visit visit, Path target) throws IOException {
        try {
            Path pointsTo = originals.get().readLink(visit.path());
            Files.deleteIfExists(target);
            Files.createSymbolicLink(target, pointsTo);
            return new ListEntry(visit.name(), visit.stat(), null, RawName.ofWhole(pointsTo), false);
        } catch (FileSystemException e) {
            if (is(FileStat.Kind.LINK, visit.path())) {
                throw e;
            }
            // an earlier pass may have made it: what no list has must not be there
            Files.deleteIfExists(target);
            return null;
        }
    }

    /** Gives the previous backup's file a second name; copies when that is not possible. */
    Taken hardLink(SourceWalk.Visit visit, ListEntry entry, Path existing, Path target) throws IOException {
        try {
            FileStat stored = FileStat.of(existing);
            if (stored.kind() == FileStat.Kind.FILE
                    && stored.size() == entry.stat().size()) {
                try {
                    Files.createLink(target, existing);
                } catch (FileAlreadyExistsException e) {
                    Files.delete(target);
                    Files.createLink(target, existing);
                }
                progress.accept(stored.size());
                return new Taken(entry, How.LINKED);
            }
        } catch (FileSystemException | UnsupportedOperationException e) {
            // not there, too many links, another file system: a copy serves as well
            return copy(visit, target);
        }
        return copy(visit, target);
    }

    /** Copies and hashes a file, again when it was written meanwhile. */
    Taken copy(SourceWalk.Visit visit, Path target) throws IOException {
        FileStat before = visit.stat();
        boolean unsettled = visit.unsettled();
        int tries = writers == Writers.STOPPED ? TRIES_WHEN_QUIET : TRIES_WHEN_BUSY;
        try {
            for (int i = 1; ; i++) {
                FileCopier.Content content = takeAnew(visit.path(), before, target);
                FileStat after = originals.get().stat(visit.path());
                if (after.sameContentAs(before) && content.size() == before.size()) {
                    return new Taken(
                            new ListEntry(visit.name(), before, content.sha256(), null, unsettled), How.COPIED);
                }
                if (after.kind() != FileStat.Kind.FILE) {
                    throw new NoSuchFileException(visit.path().toString());
                }
                // the walk has asked about another file, or about other rights
                if (!rights.mayRead(new SourceWalk.Visit(visit.name(), visit.path(), after, true))) {
                    Files.deleteIfExists(target);
                    throw new HiddenFromUserException(visit.path().toString());
                }
                if (i == tries) {
                    if (writers == Writers.STOPPED) {
                        throw stillWritten(visit.path());
                    }
                    return new Taken(
                            new ListEntry(visit.name(), sized(after, content.size()), content.sha256(), null, true),
                            How.RESTLESS);
                }
                before = after;
                unsettled = SourceWalk.unsettled(after);
                pause();
            }
        } catch (FileSystemException e) {
            boolean sourceMissed =
                    e instanceof NoSuchFileException && visit.path().toString().equals(e.getFile());
            if (is(FileStat.Kind.FILE, visit.path()) && !(sourceMissed && writers != Writers.STOPPED)) {
                throw e;
            }
            Files.deleteIfExists(target);
            return new Taken(null, How.KEPT);
        }
    }

    /** Whether something of this kind is there, itself and not through a link. */
    private boolean is(FileStat.Kind kind, Path path) {
        try {
            return originals.get().stat(path).kind() == kind;
        } catch (IOException e) {
            return false;
        }
    }

    /** Mostly nothing is there, and asking first would cost a system call per file. */
    private FileCopier.Content takeAnew(Path source, FileStat stat, Path target) throws IOException {
        try {
            return take(source, stat, target);
        } catch (FileAlreadyExistsException e) {
            Files.delete(target);
            return take(source, stat, target);
        }
    }

    /** What the sum is of is always the backup's own file, never the original, which may change under it. */
    private FileCopier.Content take(Path source, FileStat stat, Path target) throws IOException {
        FileCopier copier = copiers.get();
        if (Reflink.isWorthwhile(stat)) {
            Optional<Path> reachable = originals.get().reachable(source);
            if (reachable.isPresent() && reflink.tryClone(reachable.get(), stat, target)) {
                return copier.hash(target, progress);
            }
        }
        try (ReadableByteChannel in = originals.get().read(source)) {
            return copier.copy(in, target, stat.size(), progress);
        }
    }

    private StageFailedException stillWritten(Path path) throws IOException {
        return new StageFailedException(
                path + " is still being written (last at "
                        + FileTime.from(originals.get().stat(path).mtime(), TimeUnit.NANOSECONDS)
                                .toInstant()
                                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                        + "), although the server is stopped.",
                Hint.of("Find out which process writes to it (fuser -v), and end that process."));
    }

    private static FileStat sized(FileStat stat, long size) {
        return new FileStat(
                stat.kind(),
                size,
                stat.mode(),
                stat.uid(),
                stat.gid(),
                stat.mtime(),
                stat.ctime(),
                stat.device(),
                stat.inode());
    }

    private void pause() throws IOException {
        if (writers == Writers.BUSY) {
            return; // another pass follows anyway
        }
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }
}
