package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.SecureTree;
import io.github.mmupgrade.files.Tree;
import io.github.mmupgrade.files.TreeWalk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Compares trees on disk with a list of them, as both stream by.
 *
 * <p>The list is made of segments, each in the order of a walk; the walk goes through the same segments.
 */
public final class TreeComparison implements Iterator<TreeComparison.Difference> {

    /**
     * A name that the list, the disk, or both have.
     *
     * @param name its path in the backup
     * @param path where it is or should be
     * @param listed null when the list hasn't got it
     * @param stat null when it isn't on the disk
     */
    public record Difference(String name, Path path, ListEntry listed, FileStat stat) {}

    private final Supplier<? extends Tree> trees;
    private final Function<String, Path> location;
    private final Iterator<ListEntry> list;
    private final Iterator<String> segments;
    private String segment;
    private TreeWalk walk;
    private TreeWalk.Entry onDisk;
    private ListEntry listed;

    public TreeComparison(Path root, Iterator<ListEntry> list, List<String> segments) {
        this(SecureTree::new, name -> RawName.resolve(root, name), list, segments);
    }

    /**
     * Compares what lies somewhere else than in a backup.
     *
     * @param trees the way there, a new one for each walk
     * @param location says where a name of the list belongs
     */
    public TreeComparison(
            Supplier<? extends Tree> trees,
            Function<String, Path> location,
            Iterator<ListEntry> list,
            List<String> segments) {
        this.trees = trees;
        this.location = location;
        this.list = list;
        this.segments = segments.iterator();
        this.listed = nextListed();
    }

    /** What is on the disk and in no list. Outermost entries only: nothing in an extra directory is named again. */
    public static List<Difference> extras(Path root, Iterator<ListEntry> list, List<String> segments)
            throws IOException {
        List<Difference> extras = new ArrayList<>();
        String inside = null;
        try {
            TreeComparison comparison = new TreeComparison(root, list, segments);
            while (comparison.hasNext()) {
                Difference difference = comparison.next();
                boolean extra = difference.listed() == null
                        || (difference.listed().stat().kind() == FileStat.Kind.OTHER && difference.stat() != null);
                if (extra && (inside == null || !difference.name().startsWith(inside))) {
                    extras.add(difference);
                    inside = difference.name() + "/";
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return extras;
    }

    @Override
    public boolean hasNext() {
        while (true) {
            if (walk != null && onDisk == null && walk.hasNext()) {
                onDisk = walk.next();
            }
            if (onDisk != null || listedInSegment()) {
                return true;
            }
            if (!segments.hasNext()) {
                // a line of no segment is listed, and can't be on the disk
                return listed != null;
            }
            segment = segments.next();
            walk = new TreeWalk(location.apply(segment), trees.get());
        }
    }

    @Override
    public Difference next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        String diskName = onDisk == null ? null : nameOnDisk();
        int order = diskName == null ? 1 : listedInSegment() ? RawName.compare(diskName, listed.name()) : -1;
        if (order < 0) {
            Difference extra = new Difference(diskName, onDisk.path(), null, onDisk.stat());
            onDisk = null;
            return extra;
        }
        ListEntry entry = listed;
        listed = nextListed();
        if (order > 0) {
            return new Difference(entry.name(), location.apply(entry.name()), entry, null);
        }
        Difference both = new Difference(diskName, onDisk.path(), entry, onDisk.stat());
        onDisk = null;
        return both;
    }

    private ListEntry nextListed() {
        return list.hasNext() ? list.next() : null;
    }

    private String nameOnDisk() {
        return onDisk.name().isEmpty() ? segment : segment + "/" + onDisk.name();
    }

    private boolean listedInSegment() {
        return listed != null
                && segment != null
                && listed.name().startsWith(segment)
                && (listed.name().length() == segment.length() || listed.name().charAt(segment.length()) == '/');
    }
}
