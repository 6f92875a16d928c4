package io.github.mmupgrade.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens files that somebody else may exchange meanwhile. A pipe in the place of a file would keep who opens it waiting
 * for ever, and Java can't open without waiting.
 */
public final class PlainFile {

    /** Many times what a page, a key, or a file of variables has. */
    public static final int SMALL = 1 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final ExecutorService OPENERS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "open");
        thread.setDaemon(true);
        return thread;
    });

    private PlainFile() {}

    /**
     * Reads a whole file, links followed.
     *
     * @param most how many bytes it may have: who exchanges it may put a file of any length there
     * @throws FileSystemException when it is no regular file, or longer
     */
    public static byte[] read(Path file, int most) throws IOException {
        try (FileChannel channel = open(file.toRealPath())) {
            return read(channel, file, most);
        }
    }

    /**
     * The same of a file in a directory of another user's, who must not have root read what that user may not: a link is
     * followed only to where its maker may write.
     */
    public static byte[] readOfOther(Path file, int most) throws IOException {
        try (SecureTree tree = new SecureTree();
                FileChannel channel = tree.read(tree.real(file))) {
            return read(channel, file, most);
        }
    }

    private static byte[] read(FileChannel channel, Path file, int most) throws IOException {
        try (InputStream in = Channels.newInputStream(channel)) {
            byte[] content = in.readNBytes(most);
            if (content.length == most && in.read() >= 0) {
                throw new FileSystemException(file.toString(), null, "It has more than " + most + " bytes");
            }
            return content;
        }
    }

    /**
     * Opens a regular file for reading.
     *
     * @throws FileSystemException when it is anything else, a link included
     */
    public static FileChannel open(Path file) throws IOException {
        return open(file, PATIENCE);
    }

    /** For tests: gives up earlier. */
    static FileChannel open(Path file, Duration patience) throws IOException {
        if (FileStat.of(file).kind() != FileStat.Kind.FILE) {
            throw noFile(file);
        }
        FileChannel channel = await(file, patience);
        boolean plain = false;
        try {
            // a pipe that somebody writes to is opened at once, and would be waited for when it is read
            channel.position();
            plain = true;
        } catch (IOException e) {
            throw noFile(file);
        } finally {
            if (!plain) {
                channel.close();
            }
        }
        return channel;
    }

    private static FileChannel await(Path file, Duration patience) throws IOException {
        CompletableFuture<FileChannel> opened = new CompletableFuture<>();
        OPENERS.execute(() -> openInto(file, opened));
        try {
            return opened.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            giveUp(opened);
            throw new FileSystemException(
                    file.toString(), null, "It could not be opened within " + patience.toSeconds() + " s");
        } catch (InterruptedException e) {
            giveUp(opened);
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }

    private static void openInto(Path file, CompletableFuture<FileChannel> opened) {
        try {
            FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            if (!opened.complete(channel)) {
                channel.close();
            }
        } catch (IOException e) {
            opened.completeExceptionally(e);
        }
    }

    /** Whoever opens it later closes it; what was opened just now is closed here. */
    private static void giveUp(CompletableFuture<FileChannel> opened) throws IOException {
        if (!opened.cancel(false) && !opened.isCompletedExceptionally()) {
            opened.join().close();
        }
    }

    private static FileSystemException noFile(Path file) {
        return new FileSystemException(file.toString(), null, "It is not a file");
    }
}
