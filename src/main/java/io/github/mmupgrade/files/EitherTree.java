package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Works with the rights of this process and, where the file system keeps even root out (NFS with root_squash, FUSE
 * without allow_other), as the user whose data they are.
 */
final class EitherTree implements Tree {

    private final SecureTree own;
    private final AsUser user;
    private final Set<Path> shut;

    /** Hands out the user's tree; the first call starts it. */
    @FunctionalInterface
    interface AsUser {
        Tree get() throws IOException;
    }

    /**
     * Both ways.
     *
     * @param shut the entries that this process was kept out of so far; may be shared with other threads
     */
    EitherTree(SecureTree own, AsUser user, Set<Path> shut) {
        this.own = own;
        this.user = user;
        this.shut = shut;
    }

    @FunctionalInterface
    private interface Operation<T> {
        T in(Tree tree) throws IOException;
    }

    @FunctionalInterface
    private interface Act {
        void in(Tree tree) throws IOException;
    }

    private <T> T call(Path entry, Operation<T> operation) throws IOException {
        return call(entry, false, operation);
    }

    /** The second argument: whether all below the entry is the user's to reach from now on, when it is this time. */
    private <T> T call(Path entry, boolean forGood, Operation<T> operation) throws IOException {
        if (isShut(entry)) {
            return operation.in(user.get());
        }
        try {
            return operation.in(own);
        } catch (FileSystemException e) {
            if (!isDenied(e)) {
                throw e;
            }
            T result = again(operation, e);
            if (forGood) {
                shut.add(entry.toAbsolutePath().normalize());
            }
            return result;
        }
    }

    private <T> T again(Operation<T> operation, FileSystemException first) throws IOException {
        try {
            return operation.in(user.get());
        } catch (FileSystemException e) {
            if (isDenied(e)) {
                first.addSuppressed(e);
                throw first;
            }
            throw e;
        }
    }

    private void act(Path entry, Act act) throws IOException {
        call(entry, tree -> {
            act.in(tree);
            return null;
        });
    }

    private static boolean isDenied(FileSystemException e) {
        // what a server of NFS does not let root do is "not permitted" with some operations
        return e instanceof AccessDeniedException
                || String.valueOf(e.getReason()).contains("Operation not permitted");
    }

    private boolean isShut(Path entry) {
        return isBelow(shut, entry);
    }

    /** Whether one of some entries is this one, or lies above it. */
    static boolean isBelow(Set<Path> shut, Path entry) {
        if (shut.isEmpty()) {
            return false;
        }
        Path above = entry.toAbsolutePath().normalize();
        while (above != null && !shut.contains(above)) {
            above = above.getParent();
        }
        return above != null;
    }

    @Override
    public FileStat stat(Path entry) throws IOException {
        return call(entry, true, tree -> tree.stat(entry));
    }

    @Override
    public String[] names(Path directory) throws IOException {
        return call(directory, true, tree -> tree.names(directory));
    }

    @Override
    public ReadableByteChannel read(Path file) throws IOException {
        return call(file, tree -> tree.read(file));
    }

    @Override
    public SeekableByteChannel create(Path file) throws IOException {
        return call(file, tree -> tree.create(file));
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        call(directory, true, tree -> {
            tree.createDirectory(directory);
            return null;
        });
    }

    @Override
    public void createLink(Path link, Path target) throws IOException {
        act(link, tree -> tree.createLink(link, target));
    }

    @Override
    public Path readLink(Path link) throws IOException {
        return call(link, tree -> tree.readLink(link));
    }

    @Override
    public boolean hasOneName(Path file) throws IOException {
        return call(file, tree -> tree.hasOneName(file));
    }

    @Override
    public void apply(FileStat model, Path entry) throws IOException {
        act(entry, tree -> tree.apply(model, entry));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        act(isShut(to) ? to : from, tree -> tree.move(from, to));
    }

    @Override
    public void delete(Path entry) throws IOException {
        act(entry, tree -> tree.delete(entry));
    }

    @Override
    public Path real(Path path) throws IOException {
        return call(path, tree -> tree.real(path));
    }

    @Override
    public Optional<Path> reachable(Path entry) throws IOException {
        return isShut(entry) ? Optional.empty() : own.reachable(entry);
    }

    /** Lets go of what this process holds; the user's program serves other threads, too. */
    @Override
    public void close() throws IOException {
        own.close();
    }
}
