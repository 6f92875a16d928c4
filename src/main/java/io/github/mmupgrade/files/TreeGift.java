package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/**
 * Gives a tree that this user has made to another one. Files come first and directories last, the root of the tree at
 * the very end: until then nobody else can enter, so nothing in it can be exchanged.
 */
public final class TreeGift {

    private static final int LENDS_NO_RIGHTS = 01777;
    private static final int LOCKED = 0700;

    private TreeGift() {}

    /** Which mode an entry shall have. */
    @FunctionalInterface
    public interface Modes {
        /** The mode of an entry, named by its path; empty when it keeps the one it has. */
        OptionalInt of(Path entry) throws IOException;
    }

    /** What has to be done by path, such as setting a capability, which a change of owner would take away. */
    @FunctionalInterface
    public interface WhileLocked {
        /** Every file has its owner and mode; the directories are still this user's. */
        void run(SecureTree tree) throws IOException;
    }

    /** Gives a tree away whose name nobody else can change; see the other one. */
    public static void give(Path root, Owner owner, Modes modes, WhileLocked between) throws IOException {
        give(root, FileStat.of(root), owner, modes, between);
    }

    /**
     * Gives a tree away. Calling it again after it broke off ends it.
     *
     * @param root the root of the tree, which belongs to this user
     * @param made what the root was when it was made: somebody else may have put another directory of this user there
     * @throws IOException also when this user may not give files away
     */
    public static void give(Path root, FileStat made, Owner owner, Modes modes, WhileLocked between)
            throws IOException {
        give(root, made, owner, modes, between, new SecureTree());
    }

    /** For tests: with a tree that is attacked. */
    static void give(Path root, FileStat made, Owner owner, Modes modes, WhileLocked between, SecureTree attacked)
            throws IOException {
        Deque<TreeWalk.Entry> directories = new ArrayDeque<>();
        try (SecureTree tree = attacked) {
            FileStat top = tree.pin(root);
            if (!top.isSameEntryAs(made)) {
                throw replaced(root);
            }
            tree.apply(top.with(LOCKED, top.uid(), top.gid()), root);
            TreeWalk walk = new TreeWalk(root);
            while (walk.hasNext()) {
                TreeWalk.Entry entry = walk.next();
                if (entry.stat().isDirectory()) {
                    directories.push(entry.name().isEmpty() ? new TreeWalk.Entry("", root, top) : entry);
                } else {
                    tree.apply(given(entry, owner, modes), entry.path());
                }
            }
            between.run(tree);
            for (TreeWalk.Entry directory : directories) {
                tree.apply(given(directory, owner, modes), directory.path());
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Makes an empty directory with the owner and the mode of a model.
     *
     * @throws IOException also when somebody puts another directory in its place meanwhile: that one is not given away
     */
    public static void createDirectory(Path directory, FileStat model) throws IOException {
        createDirectory(directory, model, new SecureTree());
    }

    /** For tests: with a tree that is attacked. */
    static void createDirectory(Path directory, FileStat model, SecureTree attacked) throws IOException {
        try (SecureTree tree = attacked) {
            tree.createDirectory(directory);
            FileStat made = tree.pin(directory);
            if (made.uid() != FileStat.of(Path.of("/proc/self/")).uid() || tree.names(directory).length > 0) {
                throw replaced(directory);
            }
            tree.apply(made.with(model.mode(), model.uid(), model.gid()), directory);
        }
    }

    private static FileSystemException replaced(Path path) {
        return new FileSystemException(path.toString(), null, "It was replaced in the meantime");
    }

    private static FileStat given(TreeWalk.Entry entry, Owner owner, Modes modes) throws IOException {
        int mode = modes.of(entry.path()).orElse(entry.stat().mode() & LENDS_NO_RIGHTS);
        return entry.stat().with(mode, owner.uid(), owner.gid());
    }
}
