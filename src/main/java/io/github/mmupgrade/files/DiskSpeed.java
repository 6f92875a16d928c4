package io.github.mmupgrade.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/** How fast a disk takes what is written to it, measured by writing. */
public final class DiskSpeed {

    /** Enough to get past the caches of most disks within a second. */
    private static final long BYTES = 64L << 20;

    private static final int BLOCK = 1 << 20;

    /** What stays free on a disk that is measured. */
    private static final long RESERVE = 1L << 30;

    private static final long NANOSECONDS = 1_000_000_000L;

    private DiskSpeed() {}

    /**
     * Writes 64 MB that no disk can compress to a file that has lost its name, and waits until they are on the disk.
     *
     * @param directory where; when it does not exist, its nearest parent that does
     * @return bytes a second; empty where the disk cannot be written, or has less than 1 GB free
     */
    public static OptionalLong of(Path directory) {
        Path existing = WriteTrial.nearestExisting(directory);
        Path file = existing.resolve(
                ".trial-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        try {
            if (Files.getFileStore(existing).getUsableSpace() < RESERVE) {
                return OptionalLong.empty();
            }
            byte[] noise = new byte[BLOCK];
            ThreadLocalRandom.current().nextBytes(noise);
            try (FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE)) {
                long start = System.nanoTime();
                ByteBuffer block = ByteBuffer.wrap(noise);
                for (long written = 0; written < BYTES; written += BLOCK) {
                    block.clear();
                    while (block.hasRemaining()) {
                        channel.write(block);
                    }
                }
                channel.force(false);
                return OptionalLong.of(BYTES * NANOSECONDS / Math.max(1, System.nanoTime() - start));
            }
        } catch (IOException unwritable) {
            return OptionalLong.empty();
        }
    }

    /** Whether two paths, or their nearest existing parents, are on one file system. */
    public static boolean sameDisk(Path one, Path other) {
        try {
            return Files.getFileStore(WriteTrial.nearestExisting(one))
                    .equals(Files.getFileStore(WriteTrial.nearestExisting(other)));
        } catch (IOException unreadable) {
            return false;
        }
    }
}
