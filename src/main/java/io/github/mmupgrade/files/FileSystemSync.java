package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
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
        CommandResult result =
                host.run(Command.of("sync", "-f", path.toString()).limit(LIMIT).build());
        if (!result.succeeded()) {
            throw new IOException("'sync -f " + path + "' failed: " + result.tail());
        }
    }
}
