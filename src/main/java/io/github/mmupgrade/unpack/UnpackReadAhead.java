package io.github.mmupgrade.unpack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongConsumer;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * What comes out of a gzip file, inflated by a thread of its own, so that inflating and writing files go on at once.
 * Every member of the file is read; anything behind the last one that is none is an error.
 */
final class UnpackReadAhead implements AutoCloseable {

    private static final int CHUNK = 1 << 17;
    private static final int CHUNKS = 16;
    private static final int FILE_BUFFER = 1 << 17;

    private final BlockingQueue<Chunk> empty = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS);
    private final Thread thread;

    /**
     * Starts to read.
     *
     * @param progress hears, in the thread, how many more bytes of the file were read
     */
    UnpackReadAhead(Path file, LongConsumer progress) {
        for (int i = 0; i < CHUNKS; i++) {
            empty.add(new Chunk());
        }
        thread = new Thread(() -> inflate(file, progress), "unpack-inflate");
        thread.setDaemon(true);
        thread.start();
    }

    /** Some bytes in a row; {@code length} is -1 at the end, {@code failure} set when it ended early. */
    static final class Chunk {
        private final byte[] bytes = new byte[CHUNK];
        private int length;
        private long packed;
        private Throwable failure;

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
        }

        /** How many bytes of the file were read up to here. */
        long packed() {
            return packed;
        }
    }

    /**
     * The next bytes, to be given back to {@link #recycle} when used up; null at the end.
     *
     * @throws IOException when the file can't be read or isn't a whole gzip file
     */
    Chunk next() throws IOException {
        try {
            Chunk chunk = full.take();
            if (chunk.failure instanceof IOException e) {
                throw e;
            }
            if (chunk.failure != null) {
                throw new IOException(chunk.failure.toString(), chunk.failure);
            }
            return chunk.length < 0 ? null : chunk;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    void recycle(Chunk chunk) {
        empty.add(chunk);
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void inflate(Path file, LongConsumer progress) {
        try {
            Throwable failure = null;
            long packed = 0;
            // the buffer is ours: the decompressor asks for little at a time
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), FILE_BUFFER);
                    GzipCompressorInputStream gzip = GzipCompressorInputStream.builder()
                            .setInputStream(in)
                            .setDecompressConcatenated(true)
                            .get()) {
                int read;
                do {
                    Chunk chunk = empty.take();
                    read = gzip.readNBytes(chunk.bytes, 0, CHUNK);
                    long now = gzip.getCompressedCount();
                    progress.accept(now - packed);
                    packed = now;
                    chunk.length = read;
                    chunk.packed = packed;
                    if (read > 0) {
                        full.put(chunk);
                    }
                } while (read == CHUNK);
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
            Chunk last = new Chunk();
            last.length = -1;
            last.failure = failure;
            full.put(last);
        } catch (InterruptedException e) {
            // closed early: nobody waits for more
            Thread.currentThread().interrupt();
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        IOException result = new InterruptedIOException("Interrupted while unpacking");
        result.initCause(e);
        return result;
    }
}
