package io.github.mmupgrade.backup.restore;

import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.TreeComparison;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileCopier;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.Tree;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * One walk over a place and the list of what shall be there; attributes of directories are left to the caller. The
 * server's user may write in the place meanwhile: everything is reached through directories that are held.
 */
final class RestorePass {

    private static final int IN_FLIGHT = 1024;
    private static final int NAMED = 1000;

    private final Path backupRoot;
    private final String part;
    private final Path place;
    private final Path staging;
    private final Path aside;
    private final Path ahead;
    private final RestoredAttributes attributes;
    private final Reporter reporter;

    private final ThreadLocal<FileCopier> copiers = ThreadLocal.withInitial(FileCopier::new);
    private final Trees trees;
    private final Deque<Future<?>> inFlight = new ArrayDeque<>();
    private final AtomicLong temporary = new AtomicLong();
    private final Deque<String> directories = new ArrayDeque<>();
    private final List<String> asideNames = new ArrayList<>();
    private final LongAdder restored = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder kept = new LongAdder();
    private long asideCount;
    private String movedAside;

    /**
     * A pass.
     *
     * @param staging a directory of ours on the same file system
     * @param aside where goes what is in the way; null when nothing can be
     * @param ahead a directory of ours on the same file system for what is copied ahead; null for none
     * @param attributes which owners and modes entries get
     * @param trees the way to the place; the caller closes it
     */
    RestorePass(
            Path backupRoot,
            String part,
            Path place,
            Path staging,
            Path aside,
            Path ahead,
            RestoredAttributes attributes,
            Trees trees,
            Reporter reporter) {
        this.trees = trees;
        this.backupRoot = backupRoot;
        this.part = part;
        this.place = place;
        this.staging = staging;
        this.aside = aside;
        this.ahead = ahead;
        this.attributes = attributes;
        this.reporter = reporter;
    }

    /** Where an entry of the list belongs. */
    static Path location(String part, Path place, String name) {
        return name.length() == part.length() ? place : RawName.resolve(place, name.substring(part.length() + 1));
    }

    RestoreResult run(Iterator<ListEntry> entries) throws IOException {
        return walk(entries, (found, workers) -> {
            if (isOurs(found) || (movedAside != null && found.name().startsWith(movedAside))) {
                restoreMissing(found, workers);
            } else {
                restore(found, workers);
            }
        });
    }

    /** What is done with each difference between the list and the place. */
    @FunctionalInterface
    private interface Step {
        void take(TreeComparison.Difference found, ExecutorService workers) throws IOException;
    }

    private RestoreResult walk(Iterator<ListEntry> entries, Step step) throws IOException {
        long start = System.nanoTime();
        ExecutorService workers = Executors.newFixedThreadPool(Digests.threads());
        try {
            TreeComparison comparison = comparison(entries);
            while (comparison.hasNext()) {
                step.take(comparison.next(), workers);
                await(IN_FLIGHT);
            }
            await(0);
        } finally {
            workers.shutdownNow();
        }
        return result(start);
    }

    private TreeComparison comparison(Iterator<ListEntry> entries) {
        return new TreeComparison(trees::open, name -> location(part, place, name), entries, List.of(part));
    }

    private RestoreResult result(long start) {
        // those that made way for a copy did so when that was ready, in no order
        asideNames.sort(null);
        return new RestoreResult(
                restored.sum(),
                bytes.sum(),
                kept.sum(),
                asideCount == 0 ? Optional.empty() : Optional.of(aside),
                asideNames,
                asideCount,
                Duration.ofNanos(System.nanoTime() - start));
    }

    /**
     * Copies what {@link #run} would copy as things are now to where that finds it. The place is only read, and may be
     * written to meanwhile.
     */
    RestoreResult copyAhead(Iterator<ListEntry> entries) throws IOException {
        return walk(entries, (found, workers) -> {
            ListEntry listed = found.listed();
            if (listed == null || listed.stat().kind() != FileStat.Kind.FILE) {
                return;
            }
            if (isThere(found)) {
                kept.increment();
                return;
            }
            Path copy = aheadOf(listed);
            makeDirectories(trees.get(), ahead, copy.getParent());
            inFlight.add(workers.submit(() -> {
                write(listed, copy);
                restored.increment();
                bytes.add(listed.stat().size());
                return null;
            }));
        });
    }

    /**
     * Brings a place that nobody else writes to, and that was written from an earlier list, to what is listed now. Only
     * the two lists are compared. Can be called again after a break.
     *
     * @param before the earlier list
     * @param entries the list
     * @param again the list once more, for the directories that something was changed in
     */
    RestoreResult update(Iterator<ListEntry> before, Iterator<ListEntry> entries, Iterator<ListEntry> again)
            throws IOException {
        long start = System.nanoTime();
        Set<String> changed = new HashSet<>();
        ListEntry old = next(before);
        ListEntry now = next(entries);
        while (old != null || now != null) {
            int order = old == null ? 1 : now == null ? -1 : RawName.compare(old.name(), now.name());
            if (order != 0 || !sameAs(old, now)) {
                ListEntry either = order < 0 ? old : now;
                changed.add(either.name());
                changed.add(either.name().substring(0, Math.max(0, either.name().lastIndexOf('/'))));
                if (order < 0) {
                    remove(location(part, place, old.name()));
                } else {
                    replace(now);
                }
            } else if (now.stat().kind() == FileStat.Kind.FILE) {
                kept.increment();
            }
            old = order <= 0 ? next(before) : old;
            now = order >= 0 ? next(entries) : now;
        }
        restoreAttributes(changed, again);
        return result(start);
    }

    private void remove(Path entry) throws IOException {
        try {
            trees.get().delete(entry);
        } catch (NoSuchFileException | NotDirectoryException e) {
            // it went with the directory that it was in
        }
    }

    private static ListEntry next(Iterator<ListEntry> entries) {
        return entries.hasNext() ? entries.next() : null;
    }

    private static boolean sameAs(ListEntry old, ListEntry now) {
        FileStat a = old.stat();
        FileStat b = now.stat();
        return a.kind() == b.kind()
                && a.mode() == b.mode()
                && a.uid() == b.uid()
                && a.gid() == b.gid()
                && a.mtime() == b.mtime()
                && Objects.equals(old.sha256(), now.sha256())
                && Objects.equals(old.target(), now.target());
    }

    /** Writes an entry in the place of what may be there of an earlier list, or of an earlier call. */
    private void replace(ListEntry listed) throws IOException {
        Tree tree = trees.get();
        Path entry = location(part, place, listed.name());
        boolean directory = listed.stat().kind() == FileStat.Kind.DIRECTORY;
        if (!directory || (tree.exists(entry) && !tree.stat(entry).isDirectory())) {
            tree.delete(entry);
        }
        switch (listed.stat().kind()) {
            case DIRECTORY -> {
                if (!tree.exists(entry)) {
                    tree.createDirectory(entry);
                }
            }
            case LINK -> {
                tree.createLink(entry, Files.readSymbolicLink(RawName.resolve(backupRoot, listed.name())));
                attributes.apply(listed.stat(), tree, entry);
            }
            case FILE -> {
                write(listed, entry);
                restored.increment();
                bytes.add(listed.stat().size());
            }
            case OTHER -> {
                // a socket or pipe, which whoever needs it makes
            }
        }
    }

    /** Innermost first: writing into a directory changes its time, and its mode may forbid it. */
    private void restoreAttributes(Set<String> changed, Iterator<ListEntry> entries) throws IOException {
        Deque<ListEntry> touched = new ArrayDeque<>();
        while (entries.hasNext()) {
            ListEntry entry = entries.next();
            // a directory without a number is one that only the backup has
            if (entry.stat().isDirectory() && entry.stat().inode() != 0 && changed.contains(entry.name())) {
                touched.push(entry);
            }
        }
        for (ListEntry entry : touched) {
            attributes.apply(entry.stat(), trees.get(), location(part, place, entry.name()));
        }
    }

    /** Whether the place has a file as it was saved; one that vanishes meanwhile is not there. */
    private boolean isThere(TreeComparison.Difference found) throws IOException {
        if (found.stat() == null || found.stat().kind() != FileStat.Kind.FILE) {
            return false;
        }
        try {
            return found.listed().stillDescribes(found.stat())
                    || hasContent(found.path(), found.stat(), found.listed());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Reads what {@link #run} would copy, and compares it with its checksum. Changes nothing.
     *
     * @throws IOException when something is missing, or isn't what was saved
     */
    void check(Iterator<ListEntry> entries) throws IOException {
        TreeComparison comparison = comparison(entries);
        while (comparison.hasNext()) {
            TreeComparison.Difference found = comparison.next();
            ListEntry listed = found.listed();
            if (listed == null || listed.stat().kind() != FileStat.Kind.FILE) {
                continue;
            }
            if (isThere(found)) {
                continue;
            }
            Path saved = RawName.resolve(backupRoot, listed.name());
            if (!hasContent(saved, FileStat.of(saved), listed)) {
                throw new IOException("'" + listed.text() + "' of the backup is not what was saved");
            }
        }
    }

    private boolean hasContent(Path file, FileStat stat, ListEntry listed) throws IOException {
        if (stat.size() != listed.stat().size()) {
            return false;
        }
        try (ReadableByteChannel in = trees.get().read(file)) {
            return copiers.get()
                    .hash(in, listed.stat().size(), read -> {})
                    .sha256()
                    .equals(listed.sha256());
        }
    }

    /** What lies in a directory that was just moved away may still be met: it is no longer there. */
    private void restoreMissing(TreeComparison.Difference found, ExecutorService workers) throws IOException {
        if (found.listed() != null) {
            restore(new TreeComparison.Difference(found.name(), found.path(), found.listed(), null), workers);
        }
    }

    private boolean isOurs(TreeComparison.Difference found) {
        return found.path().startsWith(staging)
                || (aside != null && found.path().startsWith(aside))
                || (ahead != null && found.path().startsWith(ahead));
    }

    private void restore(TreeComparison.Difference found, ExecutorService workers) throws IOException {
        ListEntry listed = found.listed();
        FileStat now = found.stat();
        if (listed == null) {
            putAside(found);
            return;
        }
        FileStat.Kind kind = listed.stat().kind();
        if (kind == FileStat.Kind.OTHER) {
            // a socket or pipe, which whoever needs it makes; not where something else is in the way
            if (now != null && now.kind() != kind) {
                putAside(found);
            }
            return;
        }
        requireDirectoryAbove(listed);
        boolean there = now != null;
        if (there && now.kind() != kind) {
            putAside(found);
            there = false;
        }
        switch (kind) {
            case DIRECTORY -> {
                directories.push(listed.name());
                if (!there) {
                    trees.get().createDirectory(found.path());
                }
            }
            case LINK -> restoreLink(found, there);
            default -> {
                if (there && listed.stillDescribes(now)) {
                    kept.increment();
                } else if (there) {
                    restoreChanged(found, workers);
                } else {
                    inFlight.add(workers.submit(() -> copy(listed, found, false)));
                }
            }
        }
    }

    /** A list could name an entry below a link; nothing is written there. */
    private void requireDirectoryAbove(ListEntry entry) throws IOException {
        if (entry.name().equals(part)) {
            return;
        }
        while (!directories.isEmpty() && !entry.name().startsWith(directories.peek() + "/")) {
            directories.pop();
        }
        String parent = entry.name().substring(0, entry.name().lastIndexOf('/'));
        if (directories.isEmpty() || !directories.peek().equals(parent)) {
            throw new IOException("'" + entry.text() + "' is listed without the directory that it is in");
        }
    }

    private void restoreLink(TreeComparison.Difference found, boolean there) throws IOException {
        Path original = Files.readSymbolicLink(RawName.resolve(backupRoot, found.name()));
        if (there && trees.get().readLink(found.path()).equals(original)) {
            return;
        }
        if (there) {
            putAside(found);
        }
        // made where only we can write: what gets another owner must be what we made
        Path made = staging.resolve("link-" + temporary.incrementAndGet());
        trees.get().createLink(made, original);
        attributes.apply(found.listed().stat(), trees.get(), made);
        trees.get().move(made, found.path());
    }

    /** The stamps differ: a change of owner or mode alone does that, too. */
    private void restoreChanged(TreeComparison.Difference found, ExecutorService workers) throws IOException {
        ListEntry listed = found.listed();
        if (hasContent(found.path(), found.stat(), listed)) {
            if (adopt(listed, found)) {
                kept.increment();
                return;
            }
        }
        inFlight.add(workers.submit(() -> copy(listed, found, true)));
    }

    /**
     * Gives a file of the place its owner, mode and time, in a directory of ours: in its own it could become another
     * name of somebody else's file. Says whether that was possible.
     */
    private boolean adopt(ListEntry listed, TreeComparison.Difference found) throws IOException {
        FileStat now = found.stat();
        FileStat wanted = attributes.wanted(listed.stat(), now);
        if (wanted.with(now.mode(), now.uid(), now.gid()).equals(wanted) && wanted.mtime() == now.mtime()) {
            return true;
        }
        Tree tree = trees.get();
        Path taken = staging.resolve("file-" + temporary.incrementAndGet());
        tree.move(found.path(), taken);
        FileStat stat = tree.stat(taken);
        boolean ours = stat.kind() == FileStat.Kind.FILE
                && stat.inode() == now.inode()
                && stat.device() == now.device()
                && tree.hasOneName(taken);
        if (ours) {
            tree.apply(wanted, taken);
        }
        tree.move(taken, found.path());
        return ours;
    }

    /** Nothing makes way before what comes in its place is there in full and is what was saved. */
    private Void copy(ListEntry listed, TreeComparison.Difference found, boolean inTheWay) throws IOException {
        Path written = copiedAhead(listed);
        if (written == null) {
            written = staging.resolve("file-" + temporary.incrementAndGet());
            write(listed, written);
        }
        if (inTheWay) {
            putAside(found);
        }
        trees.get().move(written, found.path());
        restored.increment();
        bytes.add(listed.stat().size());
        return null;
    }

    private void write(ListEntry listed, Path written) throws IOException {
        FileCopier.Content content;
        try (FileChannel in = FileChannel.open(
                        RawName.resolve(backupRoot, listed.name()),
                        StandardOpenOption.READ,
                        LinkOption.NOFOLLOW_LINKS);
                SeekableByteChannel out = trees.get().create(written)) {
            content = copiers.get().copy(in, out, done -> {});
        }
        if (!content.sha256().equals(listed.sha256())) {
            throw new IOException("'" + listed.text() + "' of the backup is not what was saved");
        }
        attributes.apply(listed.stat(), trees.get(), written);
    }

    /** Named by what it is a copy of and of which content: a file can have changed since it was copied ahead. */
    private Path aheadOf(ListEntry listed) {
        String named = listed.name() + "/" + listed.sha256();
        return location(part, ahead, listed.name())
                .resolveSibling(Digests.sha256(named.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Where a file was copied ahead in full: size and time are the saved ones only then. Null when it was not. */
    private Path copiedAhead(ListEntry listed) throws IOException {
        if (ahead == null) {
            return null;
        }
        Path copy = aheadOf(listed);
        try {
            FileStat stat = trees.get().stat(copy);
            boolean whole = stat.kind() == FileStat.Kind.FILE
                    && stat.size() == listed.stat().size()
                    && stat.mtime() == listed.stat().mtime();
            if (whole) {
                // its owner and mode may be others by now
                attributes.apply(listed.stat(), trees.get(), copy);
            }
            return whole ? copy : null;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return null;
        }
    }

    private synchronized void putAside(TreeComparison.Difference found) throws IOException {
        if (aside == null) {
            throw new IOException("Something else writes to " + found.path());
        }
        String name = found.name().equals(part) ? "" : found.name().substring(part.length() + 1);
        Path moved = name.isEmpty() ? aside.resolve("whole") : RawName.resolve(aside, name);
        Tree tree = trees.get();
        makeDirectories(tree, aside, moved.getParent());
        for (int i = 1; tree.exists(moved); i++) {
            moved = moved.resolveSibling(moved.getFileName() + "~" + i);
        }
        tree.move(found.path(), moved);
        if (found.stat().isDirectory()) {
            movedAside = found.name() + "/";
        }
        asideCount++;
        if (asideNames.size() < NAMED) {
            asideNames.add(RawName.text(name));
        }
        reporter.debug("Put aside: " + found.path() + " -> " + moved);
    }

    private static void makeDirectories(Tree tree, Path top, Path directory) throws IOException {
        if (!directory.equals(top)) {
            makeDirectories(tree, top, directory.getParent());
        }
        if (!tree.exists(directory)) {
            tree.createDirectory(directory);
        }
    }

    private void await(int limit) throws IOException {
        while (inFlight.size() > limit
                || (!inFlight.isEmpty() && inFlight.peek().isDone())) {
            try {
                inFlight.remove().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted", e);
            }
        }
    }
}
