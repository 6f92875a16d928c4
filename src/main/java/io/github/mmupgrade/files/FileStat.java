package io.github.mmupgrade.files;

import io.github.mmupgrade.linux.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What the file system says of an entry, as {@code lstat} gives it: links are not followed.
 *
 * @param kind what it is
 * @param size bytes; of a directory, whatever the file system says
 * @param mode the twelve permission bits
 * @param uid the owner's number
 * @param gid the group's number
 * @param mtime when the content was last written, nanoseconds since 1970
 * @param ctime when content or attributes last changed, nanoseconds since 1970
 * @param device the file system's number
 * @param inode the number within the file system
 */
public record FileStat(
        Kind kind, long size, int mode, int uid, int gid, long mtime, long ctime, long device, long inode) {

    private static final String WANTED = "unix:size,lastModifiedTime,ctime,ino,dev,mode,uid,gid";
    private static final int TYPE_BITS = 0170000;

    /** What an entry can be. */
    public enum Kind {
        /** A regular file. */
        FILE,
        /** A directory. */
        DIRECTORY,
        /** A symbolic link. */
        LINK,
        /** A socket, a pipe or a device. */
        OTHER
    }

    /** Checks the parts. */
    public FileStat {
        Objects.requireNonNull(kind);
    }

    /**
     * Asks the file system.
     *
     * @throws java.nio.file.NoSuchFileException when there is no such entry
     */
    public static FileStat of(Path path) throws IOException {
        Map<String, Object> read = Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) read.get("mode");
        return new FileStat(
                kind(mode & TYPE_BITS),
                (Long) read.get("size"),
                mode & 07777,
                (Integer) read.get("uid"),
                (Integer) read.get("gid"),
                nanos((FileTime) read.get("lastModifiedTime")),
                nanos((FileTime) read.get("ctime")),
                (Long) read.get("dev"),
                (Long) read.get("ino"));
    }

    /** Reads a {@code struct statx} (statx(2)), which is in the order of the machine's bytes. */
    static FileStat ofStatx(ByteBuffer read) {
        int mode = Short.toUnsignedInt(read.getShort(28));
        return new FileStat(
                kind(mode & TYPE_BITS),
                read.getLong(40),
                mode & 07777,
                read.getInt(20),
                read.getInt(24),
                nanos(read, 112),
                nanos(read, 96),
                Kernel.device(read.getInt(136), read.getInt(140)),
                read.getLong(32));
    }

    private static long nanos(ByteBuffer read, int place) {
        return read.getLong(place) * 1_000_000_000L + read.getInt(place + Long.BYTES);
    }

    /** Whether this is the same file with the same content as far as the file system can tell: nothing moved. */
    public boolean sameContentAs(FileStat other) {
        return kind == other.kind
                && size == other.size
                && mtime == other.mtime
                && ctime == other.ctime
                && inode == other.inode
                && device == other.device;
    }

    /** Whether this is the same entry of the same file system, whatever its name, content and attributes. */
    public boolean isSameEntryAs(FileStat other) {
        return inode == other.inode && device == other.device;
    }

    /** The same with another mode and owner. */
    public FileStat with(int newMode, int newUid, int newGid) {
        return new FileStat(kind, size, newMode, newUid, newGid, mtime, ctime, device, inode);
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    private static Kind kind(int type) {
        return switch (type) {
            case 0100000 -> Kind.FILE;
            case 0040000 -> Kind.DIRECTORY;
            case 0120000 -> Kind.LINK;
            default -> Kind.OTHER;
        };
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }
}
