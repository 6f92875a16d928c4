package io.github.mmupgrade.unpack;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.Host;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;

/**
 * Inflates by {@code igzip} of Intel's ISA-L (Debian's package isal), which takes a fraction of the time of other inflaters.
 *
 * <p>The program is not relied upon. It does not look at what follows the last member, and it may be killed; so what it
 * wrote is compared with the CRC-32 and the length that stand at the very end of the file (RFC 1952). They are those of
 * the whole content when the file has one member, as every release has, and nothing behind it. Whoever reads then has
 * all of it, whichever way the program ended; with any other file, reading fails, and Java's inflater has the say.
 *
 * <p>A program rather than a native library: a fault in it ends no Java, and nothing has to be put into a temporary
 * directory and loaded by root, as com.intel.gkl does.
 */
final class IgzipInflater implements UnpackInflater {

    static final String NAME = "igzip";

    /** Longer than any archive takes; a program that hangs is ended, and Java's inflater begins anew. */
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private static final int HEADER = 10;
    private static final int TRAILER = 8;
    private static final int MAGIC = 0x1f8b08;
    private static final int RESERVED_FLAGS = 0xe0;

    private final Path file;
    private final long size;
    private final long sum;
    private final long length;
    private final Dialogue program;

    private IgzipInflater(Host host, Path file, long size, ByteBuffer trailer) {
        this.file = file;
        this.size = size;
        this.sum = Integer.toUnsignedLong(trailer.getInt());
        this.length = Integer.toUnsignedLong(trailer.getInt());
        this.program = host.open(Command.of(NAME, "-dc", file.toAbsolutePath().toString())
                .cleanEnvironment()
                .limit(LIMIT)
                .build());
    }

    /** Starts the program on a file; empty when that isn't possible, or the file isn't one for it. */
    static Optional<IgzipInflater> start(Host host, Path file) {
        if (host.which(NAME).isEmpty()) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < HEADER + TRAILER) {
                return Optional.empty();
            }
            int start = read(channel, 0, Integer.BYTES).getInt();
            // the program knows no flags of the future, and doesn't mind them
            if (start >>> Byte.SIZE != MAGIC || (start & RESERVED_FLAGS) != 0) {
                return Optional.empty();
            }
            ByteBuffer trailer = read(channel, size - TRAILER, TRAILER).order(ByteOrder.LITTLE_ENDIAN);
            return Optional.of(new IgzipInflater(host, file, size, trailer));
        } catch (IOException | UncheckedIOException e) {
            // if the file is to blame, Java's inflater will say so
            return Optional.empty();
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {
            // again until it is full
        }
        return bytes.rewind();
    }

    @Override
    public InputStream open(LongConsumer progress) {
        return new Checked(program.output(), progress);
    }

    @Override
    public void close() {
        program.close();
    }

    /** What the program writes, compared at its end with what it should have written. */
    private final class Checked extends FilterInputStream {
        private final CRC32 crc = new CRC32();
        private final LongConsumer progress;
        private long count;
        private long told;

        Checked(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int start, int wanted) throws IOException {
            int read = super.read(target, start, wanted);
            if (read < 0) {
                requireWhole();
                return read;
            }
            crc.update(target, start, read);
            count += read;
            // how far it got in the file, nobody knows but the program
            long now = length == 0 ? 0 : (long) ((double) size * Math.min(count, length) / length);
            progress.accept(now - told);
            told = now;
            return read;
        }

        private void requireWhole() throws IOException {
            if ((count & 0xffffffffL) != length || crc.getValue() != sum) {
                throw new IOException(NAME + " did not give the whole content of " + file + " (" + count + " bytes): "
                        + program.errors());
            }
        }
    }
}
