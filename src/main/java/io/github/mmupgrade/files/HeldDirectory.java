package io.github.mmupgrade.files;

import io.github.mmupgrade.linux.Kernel;
import io.github.mmupgrade.linux.NativeBuffer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A directory that is held by a descriptor of its own, for looking only. Asks the kernel once for each entry, where
 * {@link SecureTree}, which has only Java's words, asks ten times. For one thread at a time.
 */
final class HeldDirectory implements Closeable {

    private static final int BUFFER = 1 << 15;
    private static final int RECORD = 16;
    private static final int NAME = 19;
    /** Longer than any name of an entry. */
    private static final int NAME_BYTES = 1 << 12;

    private static final ThreadLocal<NativeBuffer> ENTRIES = ThreadLocal.withInitial(() -> new NativeBuffer(BUFFER));
    private static final ThreadLocal<NativeBuffer> STAT =
            ThreadLocal.withInitial(() -> new NativeBuffer(Kernel.STATX_BYTES));

    private final int descriptor;

    private HeldDirectory(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Holds a directory.
     *
     * @param tree leads to it; empty where it may not be reached by this process itself, or this is no system that is
     *     known well enough
     */
    static Optional<HeldDirectory> of(Path directory, Tree tree) throws IOException {
        if (!Kernel.isAvailable() || directory.toAbsolutePath().normalize().getParent() == null) {
            return Optional.empty();
        }
        Optional<Path> reachable = tree.reachable(directory);
        if (reachable.isEmpty()) {
            return Optional.empty();
        }
        int above = Kernel.openDirectory(RawName.ofWhole(reachable.get().getParent()));
        try {
            return Optional.of(new HeldDirectory(Kernel.openDirectory(above, RawName.of(directory))));
        } finally {
            Kernel.close(above);
        }
    }

    /**
     * Holds a directory that is in this one.
     *
     * @throws java.nio.file.NotDirectoryException also when a link has taken its place
     */
    HeldDirectory enter(String name) throws IOException {
        return new HeldDirectory(Kernel.openDirectory(descriptor, name));
    }

    /** What an entry is like. */
    FileStat stat(String name) throws IOException {
        NativeBuffer result = STAT.get();
        Kernel.stat(descriptor, name, result);
        return FileStat.ofStatx(result.bytes());
    }

    /** The names in it, sorted; once. */
    String[] names() throws IOException {
        List<String> names = new ArrayList<>();
        NativeBuffer buffer = ENTRIES.get();
        ByteBuffer read = buffer.bytes();
        byte[] name = new byte[NAME_BYTES];
        for (int length = Kernel.entries(descriptor, buffer); length > 0; length = Kernel.entries(descriptor, buffer)) {
            // struct linux_dirent64: d_ino 8, d_off 8, d_reclen 2, d_type 1, d_name
            int record;
            for (int at = 0; at < length; at += record) {
                record = Short.toUnsignedInt(read.getShort(at + RECORD));
                int end = 0;
                while ((name[end] = read.get(at + NAME + end)) != 0) {
                    end++;
                }
                if (!isDots(name, end)) {
                    names.add(new String(name, 0, end, StandardCharsets.ISO_8859_1));
                }
            }
        }
        String[] sorted = names.toArray(new String[0]);
        Arrays.sort(sorted);
        return sorted;
    }

    private static boolean isDots(byte[] name, int length) {
        return name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
    }

    @Override
    public void close() throws IOException {
        Kernel.close(descriptor);
    }
}
