package io.github.mmupgrade.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A small file system of a test's own, in memory, that can be full, without inodes, read-only or gone. To mount one takes
 * root; it doesn't outlive the JVM.
 */
public final class TestMount implements AutoCloseable {

    private static final long PAGE = 4096;
    private static final String ROOMY = "rw,size=256m,nr_inodes=20000";

    private final Path directory;
    private boolean mounted;
    private boolean covered;

    /** Mounts one on a directory, which is made when it isn't there. */
    public TestMount(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory).toRealPath();
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "unmount"));
        mount();
    }

    /** Where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** Mounts an empty one again. */
    public void mount() {
        run("mount", "-t", "tmpfs", "-o", ROOMY + ",mode=755", "test", directory.toString());
        mounted = true;
    }

    /** Leaves room for so many bytes more. */
    public void leaveBytes(long bytes) {
        String[] numbers = run("stat", "-f", "-c", "%b %f %S", directory.toString())
                .strip()
                .split(" ");
        long used = (Long.parseLong(numbers[0]) - Long.parseLong(numbers[1])) * Long.parseLong(numbers[2]);
        remount("size=" + Math.max(PAGE, (used + bytes) / PAGE * PAGE));
    }

    /** Leaves room for so many files more. */
    public void leaveInodes(long inodes) {
        String[] numbers =
                run("stat", "-f", "-c", "%c %d", directory.toString()).strip().split(" ");
        remount("nr_inodes=" + (Long.parseLong(numbers[0]) - Long.parseLong(numbers[1]) + inodes));
    }

    /** Lets nothing be written by whoever opens a file from now on: what is open already keeps no mount from this. */
    public void readOnly() {
        run("mount", "--bind", directory.toString(), directory.toString());
        covered = true;
        remount("bind,ro");
    }

    /** Has room again, and can be written. */
    public void roomy() {
        uncover();
        remount(ROOMY);
    }

    /** Takes it away: the directory is there, and empty. */
    public void unmount() {
        run("umount", "--lazy", directory.toString());
        mounted = false;
    }

    private void uncover() {
        if (covered) {
            run("umount", "--lazy", directory.toString());
            covered = false;
        }
    }

    private void remount(String options) {
        run("mount", "-o", "remount," + options, directory.toString());
    }

    @Override
    public synchronized void close() {
        uncover();
        if (mounted) {
            // whatever still has a file open there
            run("umount", "--lazy", directory.toString());
            mounted = false;
        }
    }

    private static String run(String... command) {
        try {
            List<String> line = new ArrayList<>(List.of(command));
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(line + " (which takes root): " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
