package io.github.mmupgrade.unpack;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Writes files in a thread of its own, in the order they come, so that the next ones are read and hashed meanwhile. What
 * large files consist of is sent to the disk by another thread as it comes: else the disk would have nothing to do until
 * the end, and everything then.
 */
final class UnpackWriter implements AutoCloseable {

    private static final int BUFFER = 1 << 16;
    private static final int BUFFERS = 48;
    private static final int SENT_TOGETHER = 16 << 20;
    private static final int WORTH_SENDING = 1 << 20;
    private static final Set<OpenOption> NEW_FILE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /**
     * A file to be made.
     *
     * @param created its permissions from the beginning
     * @param mode its permissions at the end; negative when they are those already
     */
    record Target(Path path, FileAttribute<Set<PosixFilePermission>> created, int mode, FileTime modified) {}

    /** Some bytes of a file; without a target, the end of all. */
    static final class Piece {
        private final byte[] bytes = new byte[BUFFER];
        private Target target;
        private int length;

        byte[] bytes() {
            return bytes;
        }
    }

    private final BlockingQueue<Piece> empty = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<Piece> full = new ArrayBlockingQueue<>(BUFFERS + 1);
    private final ExecutorService sender = Executors.newSingleThreadExecutor(task -> thread(task, "unpack-send"));
    private final Thread thread = thread(this::write, "unpack-write");
    private FileChannel out;
    private long unsent;
    private volatile IOException failure;

    /** Starts the threads. */
    UnpackWriter() {
        for (int i = 0; i < BUFFERS; i++) {
            empty.add(new Piece());
        }
        thread.start();
    }

    /**
     * A piece to fill.
     *
     * @throws IOException also when a file before could not be written
     */
    Piece empty() throws IOException {
        requireWell();
        try {
            return empty.take();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Takes a piece with the next bytes of a file; the last ones do not fill it. */
    void write(Piece piece, Target target, int length) {
        piece.target = target;
        piece.length = length;
        full.add(piece);
    }

    /**
     * Waits until all files are written.
     *
     * @throws IOException when one could not be
     */
    void finish() throws IOException {
        full.add(new Piece());
        try {
            thread.join();
            sender.shutdown();
            sender.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        requireWell();
    }

    /** Ends the threads, whatever is left to do. */
    @Override
    public void close() throws IOException {
        thread.interrupt();
        sender.shutdownNow();
        try {
            thread.join();
            sender.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            if (out != null) {
                out.close();
            }
        }
    }

    private void write() {
        try {
            for (Piece piece = full.take(); piece.target != null; piece = full.take()) {
                if (failure == null) {
                    try {
                        write(piece);
                    } catch (IOException | RuntimeException e) {
                        failure = new IOException("'" + piece.target.path() + "': " + e, e);
                    }
                }
                empty.add(piece);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void write(Piece piece) throws IOException {
        Target target = piece.target;
        if (out == null) {
            out = FileChannel.open(target.path(), NEW_FILE, target.created());
            unsent = 0;
        }
        ByteBuffer bytes = ByteBuffer.wrap(piece.bytes, 0, piece.length);
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
        unsent += piece.length;
        boolean last = piece.length < BUFFER;
        if (unsent >= (last ? WORTH_SENDING : SENT_TOGETHER)) {
            unsent = 0;
            sender.execute(() -> send(target.path()));
        }
        if (last) {
            out.close();
            out = null;
            if (target.mode() >= 0) {
                setMode(target.path(), target.mode());
            }
            setModified(target.path(), target.modified());
        }
    }

    private void send(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            channel.force(false);
        } catch (IOException e) {
            failure = new IOException("'" + file + "': " + e, e);
        }
    }

    static void setMode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
    }

    static void setModified(Path path, FileTime modified) throws IOException {
        // the time of access is given too: left out, it would have to be looked up
        Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(modified, modified, null);
    }

    private void requireWell() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        IOException result = new InterruptedIOException("Interrupted while unpacking");
        result.initCause(e);
        return result;
    }
}
