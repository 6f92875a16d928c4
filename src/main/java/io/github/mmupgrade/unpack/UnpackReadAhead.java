package io.github.mmupgrade.unpack;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongConsumer;

/**
 * What comes out of a gzip file, inflated by a thread of its own, so that inflating and writing files go on at once.
 */
final class UnpackReadAhead implements AutoCloseable {

    private static final int CHUNK = 1 << 17;
    private static final int CHUNKS = 16;

    private final BlockingQueue<Chunk> empty = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS);
    private final UnpackInflater inflater;
    private final Thread thread;

    /**
     * Starts to read.
     *
     * @param inflater is closed with this
     * @param progress hears, in the thread, how many more bytes of the file were read
     */
    UnpackReadAhead(UnpackInflater inflater, LongConsumer progress) {
        this.inflater = inflater;
        for (int i = 0; i < CHUNKS; i++) {
            empty.add(new Chunk());
        }
        thread = new Thread(() -> inflate(progress), "unpack-inflate");
        thread.setDaemon(true);
        thread.start();
    }

    /** Some bytes in a row; {@code length} is -1 at the end, {@code failure} set when it ended early. */
    static final class Chunk {
        private final byte[] bytes = new byte[CHUNK];
        private int length;
        private Throwable failure;

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
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
        inflater.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void inflate(LongConsumer progress) {
        try {
            Throwable failure = null;
            try (InputStream in = inflater.open(progress)) {
                int read;
                do {
                    Chunk chunk = empty.take();
                    read = in.readNBytes(chunk.bytes, 0, CHUNK);
                    chunk.length = read;
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
