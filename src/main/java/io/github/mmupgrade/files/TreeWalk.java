package io.github.mmupgrade.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Walks a tree in the order of {@link RawName#compare}, a directory before what is in it, and follows no link.
 *
 * <p>The order lets two trees, or a tree and a list of it, be compared as they stream by; only the names of one
 * directory per level are in memory at a time. The directories themselves are held, so that nobody can lead the walk out
 * of the tree. What vanishes while the walk goes on is left out. A directory that can't be read ends the walk with an
 * {@link UncheckedIOException}.
 */
public final class TreeWalk implements Iterator<TreeWalk.Entry> {

    private static final String[] NONE = {};
    private static final Cleaner ABANDONED = Cleaner.create();

    /**
     * An entry met.
     *
     * @param name its path below the root of the walk, as {@link RawName}; empty for the root itself
     * @param path where it is
     * @param stat what the file system said
     */
    public record Entry(String name, Path path, FileStat stat) {}

    private static final class Level {
        private final Path directory;
        private final String prefix;
        private final String[] names;
        private int next;

        Level(Path directory, String prefix, String[] names) {
            this.directory = directory;
            this.prefix = prefix;
            this.names = names;
        }
    }

    private final Deque<Level> levels = new ArrayDeque<>();
    private final Tree tree;
    private Entry upcoming;

    /**
     * Starts at an entry, which is the first one met.
     *
     * @param root a directory or anything else; when it isn't there, nothing is met
     */
    public TreeWalk(Path root) {
        this(root, new SecureTree());
    }

    /**
     * The same with a tree of its own, which it closes at its end.
     *
     * @param tree used by nothing else meanwhile
     */
    public TreeWalk(Path root, Tree tree) {
        this.tree = tree;
        // a walk that ends by a failure is just left
        ABANDONED.register(this, () -> close(tree));
        upcoming = meet("", root);
    }

    @Override
    public boolean hasNext() {
        return upcoming != null;
    }

    @Override
    public Entry next() {
        Entry current = upcoming;
        if (current == null) {
            throw new NoSuchElementException();
        }
        if (current.stat().isDirectory()) {
            String prefix = current.name().isEmpty() ? "" : current.name() + "/";
            levels.push(new Level(current.path(), prefix, sortedNames(current.path())));
        }
        upcoming = advance();
        return current;
    }

    private Entry advance() {
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            while (level.next < level.names.length) {
                String name = level.names[level.next];
                level.names[level.next++] = null;
                Entry met = meet(level.prefix + name, RawName.resolve(level.directory, name));
                if (met != null) {
                    return met;
                }
            }
            levels.pop();
        }
        close(tree);
        return null;
    }

    private Entry meet(String name, Path path) {
        try {
            return new Entry(name, path, tree.stat(path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return null; // or a directory above it: then it has vanished, too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String[] sortedNames(Path directory) {
        try {
            return tree.names(directory);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(Tree tree) {
        try {
            tree.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
