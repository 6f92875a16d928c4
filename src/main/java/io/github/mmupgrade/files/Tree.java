package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A way to work on the entries of trees. No operation follows a symbolic link that the last name of a path is. For one
 * thread at a time, unless an implementation says more.
 */
public interface Tree extends AutoCloseable {

    /** What an entry is like. */
    FileStat stat(Path entry) throws IOException;

    /**
     * The names in a directory, as {@link RawName}s, sorted.
     *
     * @throws java.nio.file.NotDirectoryException also when a link has taken its place
     */
    String[] names(Path directory) throws IOException;

    /** Opens a regular file for reading. */
    ReadableByteChannel read(Path file) throws IOException;

    /** Makes a file of mode 0600 and opens it for writing; nothing may be there. */
    SeekableByteChannel create(Path file) throws IOException;

    /** Makes a directory for this user alone. */
    void createDirectory(Path directory) throws IOException;

    /** Makes a symbolic link. */
    void createLink(Path link, Path target) throws IOException;

    /** Where a symbolic link leads. */
    Path readLink(Path link) throws IOException;

    /** Whether a file has one name only, so that nobody knows it by another one. */
    boolean hasOneName(Path file) throws IOException;

    /**
     * Gives an entry owner, mode and time; see {@link FileAttributes}.
     *
     * <p>Of a file in a directory that others write: it may be another name of a file elsewhere. Take it to a directory
     * of one's own first.
     */
    void apply(FileStat model, Path entry) throws IOException;

    /**
     * Renames an entry within its file system, in the place of what may be there.
     *
     * @param to nothing, or something of the same kind
     */
    void move(Path from, Path to) throws IOException;

    /**
     * Removes an entry and, when it is a directory, all that is in it; a link is removed, not what it leads to. Nothing
     * happens when it isn't there.
     */
    void delete(Path entry) throws IOException;

    /**
     * Where a path leads, links followed.
     *
     * @throws java.nio.file.FileSystemException also when this is root, and somebody made a link on the way to what that user
     *     may not write
     */
    Path real(Path path) throws IOException;

    /**
     * Where other programs of this user can reach an entry, as long as this tree is not asked for anything else; empty
     * when they can't. The last name may still become a link: it must not be followed.
     */
    Optional<Path> reachable(Path entry) throws IOException;

    /** Whether an entry is there, itself and not what a link leads to. */
    default boolean exists(Path entry) throws IOException {
        try {
            stat(entry);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Lets go of what is held. */
    @Override
    void close() throws IOException;
}
