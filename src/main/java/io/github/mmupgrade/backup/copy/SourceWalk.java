package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.files.Trees;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Walks all sources in the order of a backup's list. */
final class SourceWalk implements Iterator<SourceWalk.Visit> {

    /** The clocks of file systems tick coarsely, and those of other machines differ. */
    private static final long SETTLING = TimeUnit.SECONDS.toNanos(2);

    /**
     * An entry met.
     *
     * @param name where it goes in the backup
     * @param path where it is; null for a directory that only the backup has, to hold others
     * @param stat what it was like
     * @param unsettled whether it had changed only just before
     */
    record Visit(String name, Path path, FileStat stat, boolean unsettled) {}

    private final Iterator<BackupSource> sources;
    private final Deque<Visit> upcoming = new ArrayDeque<>();
    private final Set<String> made = new HashSet<>();
    private final Trees trees;
    private TreeWalk walk;
    private String prefix;

    SourceWalk(List<BackupSource> sources, Trees trees) {
        this.trees = trees;
        this.sources = BackupSource.ordered(sources).iterator();
    }

    /** Whether something with this stamp may change again without a new stamp. */
    static boolean unsettled(FileStat stat) {
        return stat.ctime() > TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - SETTLING;
    }

    /**
     * Whether an entry goes into a backup.
     *
     * @param name its path below its source
     */
    static boolean isWanted(String name) {
        return !FileRestore.isAhead(topOf(name));
    }

    /** The first of the names in a path. */
    static String topOf(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    @Override
    public boolean hasNext() {
        while (upcoming.isEmpty()) {
            if (walk != null && walk.hasNext()) {
                TreeWalk.Entry entry = walk.next();
                if (!isWanted(entry.name())) {
                    continue;
                }
                String name = entry.name().isEmpty() ? prefix : prefix + "/" + entry.name();
                upcoming.add(new Visit(name, entry.path(), entry.stat(), unsettled(entry.stat())));
            } else if (sources.hasNext()) {
                BackupSource source = sources.next();
                walk = new TreeWalk(source.path(), trees.open());
                prefix = source.target();
                if (walk.hasNext()) {
                    addParents();
                }
            } else {
                return false;
            }
        }
        return true;
    }

    @Override
    public Visit next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return upcoming.remove();
    }

    private void addParents() {
        for (int slash = prefix.indexOf('/'); slash >= 0; slash = prefix.indexOf('/', slash + 1)) {
            String parent = prefix.substring(0, slash);
            if (made.add(parent)) {
                FileStat stat = new FileStat(FileStat.Kind.DIRECTORY, 0, 0700, 0, 0, 0, 0, 0, 0);
                upcoming.add(new Visit(parent, null, stat, false));
            }
        }
    }
}
