package io.github.mmupgrade.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that are there in full or not at all, whatever happens while they are written: a temporary name beside the
 * target, fsync, rename, fsync of the directory.
 */
public final class AtomicFile {

    /** For the owner alone: the mode of everything that may hold a secret. */
    public static final Set<PosixFilePermission> PRIVATE = Set.copyOf(PosixFilePermissions.fromString("rw-------"));

    /** For everybody to read. */
    public static final Set<PosixFilePermission> PUBLIC = Set.copyOf(PosixFilePermissions.fromString("rw-r--r--"));

    private static final int LINKS_FOLLOWED = 40;

    private AtomicFile() {}

    /** Writes the content of a file, piece by piece. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to the stream, which the caller closes. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file with the given mode, in the place of one that may be there (a link is replaced, not followed).
     *
     * @param target where it shall be; its directory must exist
     * @param mode the permissions of the new file, whatever the process's mask
     * @param content what to write; when it throws, the target is as it was
     */
    public static void write(Path target, Set<PosixFilePermission> mode, Content content) throws IOException {
        Path temporary = temporary(target);
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PRIVATE))) {
                fill(channel, content);
                if (!mode.equals(Files.getPosixFilePermissions(temporary, LinkOption.NOFOLLOW_LINKS))) {
                    Files.getFileAttributeView(temporary, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                            .setPermissions(mode);
                }
                channel.force(true);
            }
            rename(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Like {@link #write(Path, Set, Content)}, with bytes. */
    public static void write(Path target, Set<PosixFilePermission> mode, byte[] content) throws IOException {
        write(target, mode, out -> out.write(content));
    }

    /** Like {@link #write(Path, Set, Content)}, with text in UTF-8. */
    public static void write(Path target, Set<PosixFilePermission> mode, String content) throws IOException {
        write(target, mode, content.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Gives a file another content and keeps what its administrator gave it: owner, group and mode; where it is a
     * symbolic link, the link stays and the file that it names is written. A file that isn't there is created with
     * {@link #PRIVATE} for the owner of its directory: one that belongs to root would keep the server from starting.
     */
    public static void replace(Path file, Content content) throws IOException {
        try (SecureTree tree = new SecureTree()) {
            replace(LinkMakers.target(file), content, tree);
        }
    }

    /**
     * The directory may be somebody else's, who could exchange what was written before it has its owner. So it is
     * written in a directory of ours beside it.
     */
    static void replace(Path target, Content content, SecureTree tree) throws IOException {
        Path place = temporary(target);
        Path written = place.resolve(target.getFileName());
        tree.createDirectory(place);
        try {
            requireOurs(tree, place);
            try (FileChannel channel = tree.create(written)) {
                fill(channel, content);
                if (tree.exists(target)) {
                    FileStat old = tree.stat(target);
                    if (old.kind() != FileStat.Kind.FILE) {
                        throw new FileSystemException(target.toString(), null, "It is not a file");
                    }
                    tree.apply(tree.stat(written).with(old.mode(), old.uid(), old.gid()), written);
                } else {
                    FileStat directory = tree.stat(target.getParent());
                    FileStat fresh = tree.stat(written);
                    tree.apply(fresh.with(fresh.mode(), directory.uid(), directory.gid()), written);
                }
                channel.force(true);
            }
            requireOurs(tree, place);
            tree.move(written, target);
            tree.force(target.getParent());
        } finally {
            tree.delete(place);
        }
    }

    private static void requireOurs(SecureTree tree, Path place) throws IOException {
        FileStat stat = tree.stat(place);
        if (!stat.isDirectory()
                || stat.uid() != FileStat.of(Path.of("/proc/self/")).uid()
                || (stat.mode() & 0077) != 0) {
            throw new FileSystemException(place.toString(), null, "It was replaced in the meantime");
        }
    }

    /**
     * Renames within one file system, in the place of what may be there, and makes that durable: after a power cut the
     * entry has one name or the other.
     */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(parent(to));
        if (!parent(from).equals(parent(to))) {
            syncDirectory(parent(from));
        }
    }

    /** Waits until a file's contents are on the disk. */
    public static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes the names in a directory durable. */
    public static void syncDirectory(Path directory) throws IOException {
        force(directory);
    }

    /** Where a chain of symbolic links ends; the path itself when it is none. The end need not exist. */
    public static Path followLinks(Path path) throws IOException {
        Path current = path;
        for (int i = 0; Files.isSymbolicLink(current); i++) {
            if (i == LINKS_FOLLOWED) {
                throw new IOException("Too many symbolic links: " + path);
            }
            current = parent(current).resolve(Files.readSymbolicLink(current));
        }
        return current;
    }

    private static Path temporary(Path target) {
        return parent(target)
                .resolve("." + target.getFileName() + "."
                        + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36) + ".tmp");
    }

    private static void fill(FileChannel channel, Content content) throws IOException {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        content.writeTo(out);
        out.flush();
    }

    private static Path parent(Path path) {
        return path.toAbsolutePath().getParent();
    }
}
