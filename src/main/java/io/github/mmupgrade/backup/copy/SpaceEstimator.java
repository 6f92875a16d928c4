package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.Prefetch;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Walks the sources and reckons what a backup of them needs; reads no file. */
public final class SpaceEstimator {

    private static final int BLOCK = 4096;
    private static final int LIST_LINE = 700;
    private static final int NAMED = 100;

    private final Optional<Backup> previous;
    private final Trees trees;
    private final ReadCheck readable;
    private final Unreadable reader;

    private long entries;
    private long files;
    private long bytes;
    private long newFiles;
    private long newBytes;
    private long directories;
    private final List<String> unreadable = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    /** Says whether something can be read. */
    @FunctionalInterface
    interface ReadCheck {
        boolean test(SourceWalk.Visit visit) throws IOException;
    }

    /**
     * A surveyor.
     *
     * @param trees the way to the sources; the caller closes it
     */
    public SpaceEstimator(Optional<Backup> previous, Trees trees, Unreadable reader) {
        this(previous, trees, readable(trees), reader);
    }

    /** For tests: with another judge of what can be read. */
    public SpaceEstimator(Optional<Backup> previous, Trees trees, ReadCheck readable, Unreadable reader) {
        this.previous = previous;
        this.trees = trees;
        this.readable = readable;
        this.reader = reader;
    }

    private static ReadCheck readable(Trees trees) {
        if (trees.user() != null) {
            return new UserRights(trees)::canRead;
        }
        return visit -> visit.stat().kind() != FileStat.Kind.FILE || Files.isReadable(visit.path());
    }

    public SpaceEstimate survey(List<BackupSource> sources, long databaseBytes, Path target, DiskSpace space)
            throws IOException {
        if (previous.isEmpty()) {
            walk(sources, Collections.emptyIterator());
        } else {
            try (FileList.Reader list = previous.get().openList()) {
                walk(sources, list);
            }
        }
        long needed = newBytes + (directories + 1) * BLOCK + entries * LIST_LINE + databaseBytes;
        return new SpaceEstimate(
                target,
                files,
                bytes,
                newFiles,
                needed + needed / 50,
                newFiles + directories + 10,
                space,
                unreadable,
                leftOut,
                reader);
    }

    private void walk(List<BackupSource> sources, Iterator<ListEntry> list) throws IOException {
        try (Prefetch<SourceWalk.Visit> walk = new Prefetch<>("survey", new SourceWalk(sources, trees))) {
            ListEntry earlier = list.hasNext() ? list.next() : null;
            while (walk.hasNext()) {
                SourceWalk.Visit visit = walk.next();
                while (earlier != null && RawName.compare(earlier.name(), visit.name()) < 0) {
                    earlier = list.hasNext() ? list.next() : null;
                }
                boolean known = earlier != null && earlier.name().equals(visit.name());
                count(visit, known && earlier.stillDescribes(visit.stat()));
            }
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof AccessDeniedException denied)) {
                throw e.getCause();
            }
            unreadable.add(denied.getFile());
        }
    }

    private void count(SourceWalk.Visit visit, boolean unchanged) throws IOException {
        entries++;
        if (!readable.test(visit)) {
            name(unreadable, visit.path());
        }
        FileStat.Kind kind = visit.stat().kind();
        if (kind == FileStat.Kind.DIRECTORY) {
            directories++;
        } else if (kind == FileStat.Kind.OTHER) {
            name(leftOut, visit.path());
        } else if (kind == FileStat.Kind.FILE) {
            files++;
            bytes += visit.stat().size();
            if (!unchanged) {
                newFiles++;
                newBytes += (visit.stat().size() + BLOCK - 1) / BLOCK * BLOCK;
            }
        }
    }

    private static void name(List<String> names, Path path) {
        if (names.size() < NAMED) {
            names.add(RawName.text(RawName.ofWhole(path)));
        }
    }
}
