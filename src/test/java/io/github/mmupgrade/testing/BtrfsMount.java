package io.github.mmupgrade.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small Btrfs in a file. To mount one takes root; it doesn't outlive the JVM. */
public final class BtrfsMount implements AutoCloseable {

    private static final long BYTES = 1L << 30;

    private final Path directory;
    private boolean mounted;

    /** Mounts one on a directory; the file is beside it. */
    public BtrfsMount(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory).toRealPath();
        Path image = directory.resolveSibling(directory.getFileName() + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        TestCluster.run(List.of("mkfs.btrfs", "-q", image.toString()));
        TestCluster.run(List.of("mount", "-o", "loop", image.toString(), this.directory.toString()));
        mounted = true;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "unmount-btrfs"));
    }

    public Path directory() {
        return directory;
    }

    @Override
    public synchronized void close() {
        if (mounted) {
            TestCluster.run(List.of("umount", "--lazy", directory.toString()));
            mounted = false;
        }
    }
}
