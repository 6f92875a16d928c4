package io.github.mmupgrade.unpack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Creates what an archive holds below a directory that is held and that nobody else can enter. Every name is created,
 * none is opened: what is already there, a link for instance, is never followed.
 */
final class UnpackTree implements AutoCloseable {

    private static final int OWNER_MAY_ALL = 0700;
    private static final int OWNER_READS = 0400;
    private static final PosixFilePermission[] BITS = {
        PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
    };

    private record Finish(int mode, FileTime modified) {}

    private final Path root;
    private final int masked;
    private final UnpackWriter writer = new UnpackWriter();
    private final Set<String> directories = new HashSet<>();
    private final Map<String, Finish> finishes = new LinkedHashMap<>();
    private final Map<Integer, FileAttribute<Set<PosixFilePermission>>> modes = new HashMap<>();

    /**
     * A tree below a directory that exists.
     *
     * @param root leads there by a handle, which no name can change
     */
    UnpackTree(Path root) throws IOException {
        this.root = root;
        this.masked = mask();
        directories.add("");
    }

    /** A directory, with mode and time for when everything in it is there. */
    void directory(String name, int mode, FileTime modified) throws IOException {
        ensureDirectory(name);
        finishes.put(name, new Finish(mode, modified));
    }

    /**
     * A file.
     *
     * @param content what is in it: all of the stream
     * @param digest is fed with the content
     * @param start receives the first bytes of the content; as long as wanted, may be empty
     * @return the number of bytes
     */
    long file(String name, int mode, FileTime modified, InputStream content, MessageDigest digest, byte[] start)
            throws IOException {
        ensureParent(name);
        UnpackWriter.Target target = new UnpackWriter.Target(
                root.resolve(name),
                // the mode can only be set without following a link where the file can be read
                modes.computeIfAbsent(mode | OWNER_READS, UnpackTree::attribute),
                (mode & masked) == 0 && (mode & OWNER_READS) != 0 ? -1 : mode,
                modified);
        long size = 0;
        boolean more;
        do {
            UnpackWriter.Piece piece = writer.empty();
            byte[] bytes = piece.bytes();
            int read = content.readNBytes(bytes, 0, bytes.length);
            more = read == bytes.length;
            if (size < start.length) {
                System.arraycopy(bytes, 0, start, (int) size, (int) Math.min(read, start.length - size));
            }
            digest.update(bytes, 0, read);
            size += read;
            writer.write(piece, target, read);
        } while (more);
        return size;
    }

    /**
     * Waits for the files, creates links and gives the directories their modes and times; nothing can be added after it.
     */
    void finish(UnpackLinks links) throws IOException {
        writer.finish();
        for (Map.Entry<String, String> link : links.hard().entrySet()) {
            ensureParent(link.getKey());
            Files.createLink(root.resolve(link.getKey()), root.resolve(link.getValue()));
        }
        for (Map.Entry<String, String> link : links.checkedSymbolic().entrySet()) {
            ensureParent(link.getKey());
            Files.createSymbolicLink(root.resolve(link.getKey()), Path.of(link.getValue()));
        }
        List<String> deepestFirst = directories.stream()
                .sorted((a, b) -> Integer.compare(b.length(), a.length()))
                .toList();
        for (String name : deepestFirst) {
            // as the directory's dot: the handle itself is a link
            Path path = root.resolve(name).resolve(".");
            Finish finish = finishes.get(name);
            if (finish == null) {
                UnpackWriter.setMode(path, 0755);
            } else {
                UnpackWriter.setMode(path, finish.mode);
                UnpackWriter.setModified(path, finish.modified);
            }
        }
    }

    /** Ends what is still at work. */
    @Override
    public void close() throws IOException {
        writer.close();
    }

    private void ensureParent(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        ensureDirectory(slash < 0 ? "" : name.substring(0, slash));
    }

    private void ensureDirectory(String name) throws IOException {
        if (directories.contains(name)) {
            return;
        }
        ensureParent(name);
        Files.createDirectory(root.resolve(name), attribute(OWNER_MAY_ALL));
        directories.add(name);
    }

    private static FileAttribute<Set<PosixFilePermission>> attribute(int mode) {
        Set<PosixFilePermission> set = new HashSet<>();
        for (int i = 0; i < BITS.length; i++) {
            if ((mode & 1 << i) != 0) {
                set.add(BITS[i]);
            }
        }
        return PosixFilePermissions.asFileAttribute(set);
    }

    /** The permissions that the system takes away from new files; all when that isn't known. */
    private static int mask() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.isReadable(status)) {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("Umask:")) {
                    return Integer.parseInt(line.substring("Umask:".length()).strip(), 8);
                }
            }
        }
        return 0777;
    }
}
