package io.github.mmupgrade.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
        place(target, content, written -> Files.setPosixFilePermissions(written, mode));
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
     * {@link #PRIVATE}.
     */
    public static void replace(Path file, Content content) throws IOException {
        Path target = followLinks(file);
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            write(target, PRIVATE, content);
            return;
        }
        Object uid = Files.getAttribute(target, "unix:uid");
        Object gid = Files.getAttribute(target, "unix:gid");
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(target);
        place(target, content, written -> {
            if (!uid.equals(Files.getAttribute(written, "unix:uid"))) {
                Files.setAttribute(written, "unix:uid", uid);
            }
            if (!gid.equals(Files.getAttribute(written, "unix:gid"))) {
                Files.setAttribute(written, "unix:gid", gid);
            }
            // last: a change of owner clears bits, and nobody else may read the file before it is his
            Files.setPosixFilePermissions(written, mode);
        });
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

    /** Makes the names in a directory durable. */
    public static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
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

    @FunctionalInterface
    private interface Finish {
        void apply(Path written) throws IOException;
    }

    private static void place(Path target, Content content, Finish finish) throws IOException {
        Path temporary = parent(target)
                .resolve("." + target.getFileName() + "."
                        + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36) + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                            temporary,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PRIVATE));
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
                content.writeTo(out);
                out.flush();
                finish.apply(temporary);
                channel.force(true);
            }
            rename(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static Path parent(Path path) {
        return path.toAbsolutePath().getParent();
    }
}
