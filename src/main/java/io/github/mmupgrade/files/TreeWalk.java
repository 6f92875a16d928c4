package io.github.mmupgrade.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.FileSystemException;
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
 * of the tree; of a deep one only the lower ones are, and those above them are opened again on the way back. What
 * vanishes while the walk goes on is left out. A directory that can't be read ends the walk with an
 * {@link UncheckedIOException}.
 */
public final class TreeWalk implements Iterator<TreeWalk.Entry> {

    private static final String[] NONE = {};

    /** How many directories are held at most. */
    private static final int MOST_HELD = 64;

    /** Bytes of a name at most, which bounds the memory that a deep tree takes. */
    private static final int MOST_BYTES = 1 << 14;

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
        private HeldDirectory held;
        private FileStat letGo;
        private int next;

        /** The last: null where only the tree can reach it. */
        Level(Path directory, String prefix, String[] names, HeldDirectory held) {
            this.directory = directory;
            this.prefix = prefix;
            this.names = names;
            this.held = held;
        }

        void letGo() throws IOException {
            letGo = held.stat(".");
            held.close();
            held = null;
        }

        /** Holds the directory again, if this is it. */
        boolean holdAgain(HeldDirectory found) throws IOException {
            if (found.stat(".").isSameEntryAs(letGo)) {
                held = found;
                letGo = null;
                return true;
            }
            found.close();
            return false;
        }

        String lastName() {
            return prefix.substring(prefix.lastIndexOf('/', prefix.length() - 2) + 1, prefix.length() - 1);
        }
    }

    /** What has to be let go of. */
    private record Open(Tree tree, Deque<Level> levels, Deque<Level> held) {
        void close() {
            try (tree) {
                while (!levels.isEmpty()) {
                    leave();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void leave() throws IOException {
            Level left = levels.pop();
            if (left.held != null) {
                held.removeLastOccurrence(left);
                left.held.close();
            }
        }

        void enter(Level level) throws IOException {
            levels.push(level);
            if (level.held != null) {
                held.add(level);
                if (held.size() > MOST_HELD) {
                    held.poll().letGo();
                }
            }
        }
    }

    private final Open open;
    private final Deque<Level> levels;
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
        this.levels = new ArrayDeque<>();
        this.open = new Open(tree, levels, new ArrayDeque<>());
        // a walk that ends by a failure is just left
        ABANDONED.register(this, open::close);
        upcoming = meet(null, "", root);
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
        try {
            if (current.stat().isDirectory()) {
                open.enter(enter(current));
            }
            upcoming = advance();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return current;
    }

    private Level enter(Entry entry) throws IOException {
        if (entry.name().length() > MOST_BYTES) {
            throw new FileSystemException(entry.path().toString(), null, "Directories are nested too deeply");
        }
        String prefix = entry.name().isEmpty() ? "" : entry.name() + "/";
        HeldDirectory held = null;
        try {
            held = hold(entry);
            String[] names = held == null ? tree.names(entry.path()) : held.names();
            return new Level(entry.path(), prefix, names, held);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new Level(entry.path(), prefix, NONE, held);
        } catch (IOException e) {
            // perhaps the tree can, and else it says what is wrong where
            if (held != null) {
                held.close();
            }
            return new Level(entry.path(), prefix, namesByTree(entry.path()), null);
        }
    }

    private HeldDirectory hold(Entry entry) throws IOException {
        if (entry.name().isEmpty()) {
            return HeldDirectory.of(entry.path(), tree).orElse(null);
        }
        HeldDirectory above = levels.peek().held;
        return above == null
                ? null
                : above.enter(entry.name().substring(entry.name().lastIndexOf('/') + 1));
    }

    private String[] namesByTree(Path directory) throws IOException {
        try {
            return tree.names(directory);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return NONE;
        }
    }

    private Entry advance() throws IOException {
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            while (level.next < level.names.length) {
                String name = level.names[level.next];
                level.names[level.next++] = null;
                Entry met = meet(level.held, level.prefix + name, RawName.resolve(level.directory, name));
                if (met != null) {
                    return met;
                }
            }
            leave();
        }
        open.close();
        return null;
    }

    /** Goes up to the directory above; what became of a tree that somebody moves about is left out. */
    private void leave() throws IOException {
        Iterator<Level> upwards = levels.iterator();
        Level left = upwards.next();
        if (upwards.hasNext()) {
            Level above = upwards.next();
            if (above.letGo != null && !isHeldAgain(above, left)) {
                above.letGo = null;
                above.next = above.names.length;
            }
        }
        open.leave();
    }

    private boolean isHeldAgain(Level above, Level left) throws IOException {
        try {
            if ((left.held == null || !above.holdAgain(left.held.enter(".."))) && !above.holdAgain(fromTheTop(above))) {
                return false;
            }
            open.held().add(above);
            return true;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        }
    }

    private HeldDirectory fromTheTop(Level wanted) throws IOException {
        Iterator<Level> down = levels.descendingIterator();
        Level level = down.next();
        HeldDirectory reached = HeldDirectory.of(level.directory, tree)
                .orElseThrow(() -> new NoSuchFileException(wanted.directory.toString()));
        while (level != wanted) {
            level = down.next();
            try (HeldDirectory above = reached) {
                reached = above.enter(level.lastName());
            }
        }
        return reached;
    }

    private Entry meet(HeldDirectory above, String name, Path path) {
        try {
            return new Entry(name, path, above == null ? tree.stat(path) : stat(above, name, path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return null; // or a directory above it: then it has vanished, too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FileStat stat(HeldDirectory above, String name, Path path) throws IOException {
        try {
            return above.stat(name.substring(name.lastIndexOf('/') + 1));
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw e;
        } catch (IOException e) {
            return tree.stat(path);
        }
    }
}
