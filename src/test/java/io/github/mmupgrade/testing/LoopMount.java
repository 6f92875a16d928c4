package io.github.mmupgrade.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real file system of a test's own in a file that is mounted through a loop device. To mount one takes root; it does
 * not outlive the JVM.
 */
public final class LoopMount implements AutoCloseable {

    /** XFS makes none that is smaller than 300 MB; the file has holes and takes what is written only. */
    private static final long MEGABYTES = 1000;

    private static final long MEGABYTE = 1_000_000;

    private final Path image;
    private final Path directory;
    private boolean mounted;

    /**
     * Makes and mounts one.
     *
     * @param mkfs what makes it, such as {@code mkfs.xfs -m reflink=1}; the file's name is added
     */
    public LoopMount(String... mkfs) {
        this(MEGABYTES, mkfs);
    }

    /** Makes and mounts one of a size. */
    public LoopMount(long megabytes, String... mkfs) {
        try {
            image = Files.createTempFile("mm-disk", ".img");
            directory = Files.createTempDirectory("mm-disk");
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(megabytes * MEGABYTE);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(this::close, "unmount"));
            List<String> make = new ArrayList<>(List.of(mkfs));
            make.add(image.toString());
            run(make);
            run(List.of("mount", "-o", "loop", image.toString(), directory.toString()));
            mounted = true;
            Files.setPosixFilePermissions(
                    directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** Unmounts it and removes the file. */
    @Override
    public synchronized void close() {
        try {
            if (mounted) {
                run(List.of("umount", directory.toString()));
                mounted = false;
            }
            Files.deleteIfExists(directory);
            Files.deleteIfExists(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
