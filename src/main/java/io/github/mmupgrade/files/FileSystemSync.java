package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Makes a whole file system durable in one call, where an fsync of each of many files would take minutes. */
public final class FileSystemSync {

    private static final Duration LIMIT = Duration.ofHours(6);

    private FileSystemSync() {}

    /**
     * Waits until all that was written to the file system of a path is on the disk.
     *
     * @throws IOException when that failed: then nothing written there can be relied on
     */
    public static void sync(Host host, Path path) throws IOException {
        sync(host, path, null);
    }

    /**
     * The same of a file system that may let nobody in but one user.
     *
     * @param user who is asked when this process can't; null when nobody is
     */
    public static void sync(Host host, Path path, Owner user) throws IOException {
        CommandResult result = run(host, path, null);
        if (!result.succeeded() && user != null) {
            result = run(host, path, user);
        }
        if (!result.succeeded()) {
            throw new IOException("'sync -f " + path + "' failed: " + result.tail());
        }
    }

    private static CommandResult run(Host host, Path path, Owner user) {
        return host.run(Command.of("sync", "-f", path.toString())
                .user(user)
                .limit(LIMIT)
                .build());
    }
}
