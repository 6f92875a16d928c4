package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Whether something can be written to a directory, found out by doing it: a read-only file system, a full one, one
 * without free inodes and an immutable directory all say no to root, too, and no permission bit tells.
 */
public final class WriteTrial {

    private static final int BYTES = 4096;

    private WriteTrial() {}

    /**
     * Writes a file that has lost its name before anything is in it, so that none is ever left behind.
     *
     * @param directory where; when it isn't there, its nearest parent that is
     * @throws IOException when nothing can be written there
     */
    public static void in(Path directory) throws IOException {
        Path existing = nearestExisting(directory);
        Path trial = existing.resolve(
                ".trial-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        try (FileChannel channel = FileChannel.open(
                trial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            ByteBuffer some = ByteBuffer.allocate(BYTES);
            while (some.hasRemaining()) {
                channel.write(some);
            }
            channel.force(false);
        }
    }

    /** A path, or the nearest of its parents that is there. */
    public static Path nearestExisting(Path path) {
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing;
    }
}
