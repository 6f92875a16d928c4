package io.github.mmupgrade.testing;

import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A file system that only one user may enter, not even root: FUSE without allow_other. What is in it lies in a directory
 * beside it. To mount one takes root; it doesn't outlive the JVM.
 */
public final class UserMount implements AutoCloseable {

    /** Who may enter. */
    public static final Owner USER = new Owner(65534, 65534);

    private final Path directory;
    private final Path behind;
    private final Process process;
    private boolean closed;

    /** Mounts one on a directory, which is made; all directories above it are opened for the user to pass. */
    public UserMount(Path directory) throws IOException, InterruptedException {
        Path parent = Files.createDirectories(directory.getParent()).toRealPath();
        this.directory = Files.createDirectories(parent.resolve(directory.getFileName()));
        this.behind = Files.createDirectories(parent.resolve(directory.getFileName() + ".behind"));
        give(behind);
        give(this.directory);
        for (Path above = parent;
                !above.equals(Path.of(System.getProperty("java.io.tmpdir")));
                above = above.getParent()) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "unmount"));
        // the rights to mount and to open /dev/fuse come along, because its mode is not the same everywhere
        String rights = "+sys_admin,+dac_override";
        List<String> line = new ArrayList<>(asUser());
        line.addAll(line.size() - 1, List.of("--inh-caps=" + rights, "--ambient-caps=" + rights));
        // nothing is remembered: tests change what is behind it
        line.addAll(List.of("bindfs", "-f", "--no-allow-other", "-o", "attr_timeout=0,entry_timeout=0"));
        line.addAll(List.of(behind.toString(), this.directory.toString()));
        process = new ProcessBuilder(line).redirectErrorStream(true).start();
        for (int i = 0; !isMounted(); i++) {
            if (i == 200 || !process.isAlive()) {
                throw new IOException("No file system for one user can be mounted: "
                        + new String(
                                process.getInputStream().readNBytes(process.isAlive() ? 0 : 1000),
                                StandardCharsets.UTF_8));
            }
            Thread.sleep(50);
        }
    }

    private static List<String> asUser() {
        return List.of("setpriv", "--reuid=" + USER.uid(), "--regid=" + USER.gid(), "--clear-groups", "--");
    }

    private boolean isMounted() throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + directory + " ");
    }

    /** Where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** The directory that holds what is in it; root may look. */
    public Path behind() {
        return behind;
    }

    /** Gives all that is behind it to the user. */
    public void giveAll() throws IOException {
        try (var all = Files.walk(behind)) {
            for (Path path : all.toList()) {
                give(path);
            }
        }
    }

    /** Gives an entry behind it to the user. */
    public void give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", USER.uid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", USER.gid(), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            new ProcessBuilder("umount", "-l", directory.toString())
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
            process.destroyForcibly().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
