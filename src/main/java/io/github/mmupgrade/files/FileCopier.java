package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Copies files, reading each once: hashed and written from the same buffer. Blocks of zeros are skipped, so that a
 * sparse file stays sparse. For one thread at a time.
 */
public final class FileCopier {

    private static final int BUFFER = 1 << 18;
    private static final int BLOCK = 4096;

    /** What a file may grow by while it is read, at least. */
    private static final long GROWTH = 256L << 20;

    private static final byte[] ZEROS = new byte[BLOCK];
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE);

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final byte[] bytes = new byte[BUFFER];
    private final MessageDigest digest = Digests.sha256();

    /**
     * What was read.
     *
     * @param sha256 its sum
     * @param size bytes
     */
    public record Content(String sha256, long size) {}

    /**
     * Copies the content into a new file of mode 0600.
     *
     * @param source a regular file; a symbolic link is refused, not followed
     * @param target must not exist
     * @param progress hears of the bytes as they are done
     */
    public Content copy(Path source, Path target, LongConsumer progress) throws IOException {
        try (FileChannel in = FileChannel.open(source, READ)) {
            return copy(in, target, in.size(), progress);
        }
    }

    /**
     * The same with a file that is open already, such as one of a {@link Tree}; the caller closes it.
     *
     * @param expected how many bytes it had when it was looked at. A file that grows is read to its end, but not one
     *     that never ends, as another user's file system can make it seem
     */
    public Content copy(ReadableByteChannel in, Path target, long expected, LongConsumer progress) throws IOException {
        try (FileChannel out = FileChannel.open(target, CREATE, PRIVATE)) {
            return copy(in, out, most(expected), progress);
        }
    }

    /** The same into a new file that is open already; the caller closes it. */
    public Content copy(ReadableByteChannel in, SeekableByteChannel out, LongConsumer progress) throws IOException {
        return copy(in, out, Long.MAX_VALUE, progress);
    }

    private static long most(long expected) {
        return expected + Math.max(GROWTH, expected / 2);
    }

    private Content copy(ReadableByteChannel in, SeekableByteChannel out, long most, LongConsumer progress)
            throws IOException {
        try {
            long size = 0;
            boolean hole = false;
            int read;
            do {
                read = fill(in);
                if (read > 0) {
                    hole = write(out, size, read);
                    size += read;
                    progress.accept(read);
                }
            } while (read == BUFFER && size < most);
            if (hole) {
                // a channel makes a file no longer without writing: its last byte
                out.position(size - 1).write(ByteBuffer.wrap(ZEROS, 0, 1));
            }
            return new Content(Digests.hex(digest), size);
        } finally {
            digest.reset();
        }
    }

    /** Reads a file to its end and hashes it. A symbolic link is refused, not followed. */
    public Content hash(Path source, LongConsumer progress) throws IOException {
        try (FileChannel in = FileChannel.open(source, READ)) {
            return hash(in, in.size(), progress);
        }
    }

    /** The same with a file that is open already, of which so much is expected; the caller closes it. */
    public Content hash(ReadableByteChannel in, long expected, LongConsumer progress) throws IOException {
        long most = most(expected);
        try {
            long size = 0;
            int read;
            do {
                read = fill(in);
                size += read;
                progress.accept(read);
            } while (read == BUFFER && size < most);
            return new Content(Digests.hex(digest), size);
        } finally {
            digest.reset();
        }
    }

    /** Fills the buffer; fewer bytes than it holds are the last ones. */
    private int fill(ReadableByteChannel in) throws IOException {
        buffer.clear();
        int read = 0;
        while (buffer.hasRemaining()) {
            int more = in.read(buffer);
            if (more < 0) {
                break;
            }
            read += more;
        }
        buffer.flip();
        buffer.get(0, bytes, 0, read);
        digest.update(bytes, 0, read);
        return read;
    }

    /** Writes what is in the buffer and leaves out blocks of zeros; says whether the last block was left out. */
    private boolean write(SeekableByteChannel out, long position, int length) throws IOException {
        int done = 0;
        boolean skipped = false;
        while (done < length) {
            int start = done;
            while (done < length && !isZeroBlock(done, length)) {
                done = Math.min(length, done + BLOCK);
            }
            if (done > start) {
                buffer.limit(done).position(start);
                out.position(position + start);
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
                skipped = false;
            }
            while (done < length && isZeroBlock(done, length)) {
                done = Math.min(length, done + BLOCK);
                skipped = true;
            }
        }
        return skipped;
    }

    private boolean isZeroBlock(int from, int length) {
        int to = Math.min(length, from + BLOCK);
        return bytes[from] == 0 && Arrays.equals(bytes, from, to, ZEROS, 0, to - from);
    }
}
