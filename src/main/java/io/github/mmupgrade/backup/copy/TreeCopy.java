package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.Prefetch;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * One walk over the sources, compared with an earlier list as both stream by: what is unchanged is taken over, the rest
 * copied, what is gone removed. Directories and links are made by the walk itself, files by the workers.
 */
final class TreeCopy {

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final int IN_FLIGHT = 4096;
    private static final int NAMED = 100;

    /** An earlier list to compare with. */
    sealed interface Base {
        /** The entries, in order. */
        Iterator<ListEntry> entries();

        /** Nothing to compare with: everything is copied. */
        record Nothing() implements Base {
            @Override
            public Iterator<ListEntry> entries() {
                return Collections.emptyIterator();
            }
        }

        /**
         * The list of an earlier pass over this very backup: what is unchanged is already there.
         *
         * @param whole whether no other pass has begun since, which may have been cut short after it had removed
         *     something; if it has, what is in the backup is looked at
         */
        record Itself(Iterator<ListEntry> entries, boolean whole) implements Base {}

        /** The list of another backup: what is unchanged becomes a hard link to its file. */
        record Previous(Path root, Iterator<ListEntry> entries) implements Base {}
    }

    private final Path root;
    private final Base base;
    private final Trees originals;
    private final UserRights rights;
    private final FileIntake intake;
    private final Reporter reporter;
    private final ExecutorService workers;

    private final Deque<Pending> inFlight = new ArrayDeque<>();
    private Iterator<ListEntry> earlier;
    private ListEntry earlierNext;
    private String removed;

    private long files;
    private long bytes;
    private long copied;
    private long copiedBytes;
    private long linked;
    private long gone;
    private final List<String> trees = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final List<String> restless = new ArrayList<>();

    TreeCopy(Path root, Base base, Trees originals, FileIntake intake, ExecutorService workers, Reporter reporter) {
        this.root = root;
        this.base = base;
        this.originals = originals;
        this.rights = new UserRights(originals);
        this.intake = intake;
        this.workers = workers;
        this.reporter = reporter;
    }

    /** Where the entries of the new list go, in their order. */
    interface Output {
        /**
         * Takes an entry.
         *
         * @param earlier what the list compared with says of it; null when it has no such name
         */
        void add(ListEntry entry, ListEntry earlier) throws IOException;

        /** Hears of an entry of the list compared with that is no more. */
        void gone(ListEntry earlier) throws IOException;
    }

    /** A name being worked on: the future is of nothing when only the earlier list has it. */
    private record Pending(ListEntry earlier, Future<FileIntake.Taken> future) {}

    /** Takes in all that is in the sources. */
    CopyResult run(List<BackupSource> sources, Output output) throws IOException {
        return run(new SourceWalk(sources, originals), output);
    }

    /** Takes in what a walk meets, in the order of a list; what it does not meet of the list compared with is gone. */
    CopyResult run(Iterator<SourceWalk.Visit> visits, Output output) throws IOException {
        long start = System.nanoTime();
        try (Prefetch<SourceWalk.Visit> walk = new Prefetch<>("walk", visits);
                Prefetch<ListEntry> list = new Prefetch<>("list", base.entries())) {
            earlier = list;
            advance();
            while (walk.hasNext()) {
                SourceWalk.Visit visit = walk.next();
                if (!rights.mayRead(visit)) {
                    throw new HiddenFromUserException(visit.path().toString());
                }
                ListEntry old = counterpart(visit.name());
                inFlight.add(new Pending(old, take(visit, old)));
                drain(output, IN_FLIGHT);
            }
            while (earlierNext != null) {
                forget(earlierNext);
                advance();
            }
            drain(output, 0);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            inFlight.forEach(pending -> pending.future().cancel(false));
        }
        return new CopyResult(
                trees,
                files,
                bytes,
                copied,
                copiedBytes,
                linked,
                gone,
                leftOut,
                restless,
                Duration.ofNanos(System.nanoTime() - start));
    }

    private void advance() {
        earlierNext = earlier.hasNext() ? earlier.next() : null;
        // artifacts of the database stand at the end and are nobody's original
        if (earlierNext != null && earlierNext.name().startsWith(Backup.DATABASE)) {
            earlierNext = null;
        }
    }

    /** The earlier entry of this name; those before it are of originals that are gone. */
    private ListEntry counterpart(String name) throws IOException {
        while (earlierNext != null) {
            int order = RawName.compare(earlierNext.name(), name);
            if (order > 0) {
                return null;
            }
            ListEntry met = earlierNext;
            advance();
            if (order == 0) {
                return met;
            }
            forget(met);
        }
        return null;
    }

    private void forget(ListEntry entry) throws IOException {
        if (!(base instanceof Base.Itself)) {
            return;
        }
        if (entry.stat().kind() != FileStat.Kind.OTHER
                && (removed == null || !entry.name().startsWith(removed))) {
            remove(entry);
        }
        inFlight.add(new Pending(entry, done(null)));
    }

    private void remove(ListEntry entry) throws IOException {
        TreeDelete.delete(RawName.resolve(root, entry.name()));
        if (entry.stat().isDirectory()) {
            // what was in it is gone with it, and its name may belong to a link by now
            removed = entry.name() + "/";
        }
    }

    private Future<FileIntake.Taken> take(SourceWalk.Visit visit, ListEntry old) throws IOException {
        boolean inPlace = base instanceof Base.Itself;
        FileStat.Kind kind = visit.stat().kind();
        if (inPlace && old != null && old.stat().kind() != kind && old.stat().kind() != FileStat.Kind.OTHER) {
            remove(old);
        }
        return switch (kind) {
            case DIRECTORY -> {
                if (old == null || !old.stat().isDirectory() || !isInPlace(old)) {
                    makeDirectory(target(visit));
                }
                yield done(new ListEntry(visit.name(), visit.stat(), null, null, false));
            }
            case LINK -> done(intake.link(visit, target(visit)));
            case OTHER -> {
                name(leftOut, visit.name());
                yield done(new ListEntry(visit.name(), visit.stat(), null, null, false));
            }
            case FILE -> {
                if (old == null || !old.stillDescribes(visit.stat()) || (inPlace && !isInPlace(old))) {
                    yield work(() -> intake.copy(visit, target(visit)));
                }
                ListEntry entry = new ListEntry(visit.name(), visit.stat(), old.sha256(), null, visit.unsettled());
                if (base instanceof Base.Previous previous) {
                    Path existing = RawName.resolve(previous.root(), visit.name());
                    yield work(() -> intake.hardLink(visit, entry, existing, target(visit)));
                }
                yield done(entry);
            }
        };
    }

    private Path target(SourceWalk.Visit visit) {
        return RawName.resolve(root, visit.name());
    }

    /** Whether this very backup has what an earlier pass over it has listed. */
    private boolean isInPlace(ListEntry old) throws IOException {
        if (!(base instanceof Base.Itself itself)) {
            return false;
        }
        if (itself.whole()) {
            return true;
        }
        try {
            FileStat stored = FileStat.of(RawName.resolve(root, old.name()));
            return stored.kind() == old.stat().kind()
                    && (stored.isDirectory() || stored.size() == old.stat().size());
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        }
    }

    private static void makeDirectory(Path target) throws IOException {
        try {
            Files.createDirectory(target, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            if (!FileStat.of(target).isDirectory()) {
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new IOException("The directory above " + target + " is missing in the backup", e);
        }
    }

    private Future<FileIntake.Taken> work(Callable<FileIntake.Taken> task) {
        return workers.submit(task);
    }

    private static Future<FileIntake.Taken> done(ListEntry entry) {
        return CompletableFuture.completedFuture(new FileIntake.Taken(entry, FileIntake.How.KEPT));
    }

    /** Hands on what is finished at the head; waits when more than the limit is under way. */
    private void drain(Output output, int limit) throws IOException {
        while (!inFlight.isEmpty()
                && (inFlight.size() > limit || inFlight.peek().future().isDone())) {
            Pending pending = inFlight.remove();
            FileIntake.Taken taken = result(pending.future());
            ListEntry entry = taken.entry();
            if (entry == null) { // gone since, or vanished while it was being copied
                if (pending.earlier() != null) {
                    gone++;
                    output.gone(pending.earlier());
                }
                continue;
            }
            if (entry.name().indexOf('/') < 0) {
                trees.add(entry.name());
            }
            if (entry.stat().kind() == FileStat.Kind.FILE) {
                files++;
                bytes += entry.stat().size();
            }
            switch (taken.how()) {
                case KEPT -> {}
                case LINKED -> linked++;
                case COPIED, RESTLESS -> {
                    copied++;
                    copiedBytes += entry.stat().size();
                }
            }
            if (taken.how() == FileIntake.How.RESTLESS) {
                name(restless, entry.name());
                reporter.debug("Written while it was copied: " + entry.text());
            }
            output.add(entry, pending.earlier());
        }
    }

    private static FileIntake.Taken result(Future<FileIntake.Taken> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }

    private static void name(List<String> list, String raw) {
        if (list.size() < NAMED) {
            list.add(RawName.text(raw));
        }
    }
}
