package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandNotFoundException;
import io.github.mmupgrade.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Clones files on file systems where a copy can share its blocks with the original until one of them is written (Btrfs,
 * XFS, bcachefs): no byte is written and no room is taken. Java itself can't ask for it; {@code cp --reflink=always} of
 * the GNU programs can. Safe for use by several threads.
 */
public final class Reflink {

    /** Bytes from which on a clone is worth the start of a program; below, copying is quicker. */
    static final long WORTHWHILE = 4L << 20;

    /** A clone writes no content. Without a limit, a pipe that somebody puts in the file's place would be waited for. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Host host;

    /** Devices whose files were tried in vain: the answer depends on the file systems, not on the file. */
    private final Set<Long> without = ConcurrentHashMap.newKeySet();

    /** Clones by a program of this host. */
    public Reflink(Host host) {
        this.host = host;
    }

    /** Whether a file is large enough. */
    public static boolean isWorthwhile(FileStat stat) {
        return stat.size() >= WORTHWHILE;
    }

    /**
     * Clones a file, when it is large enough and the file systems can.
     *
     * @param source a regular file; not tried when it is something else by now
     * @param stat what is known of it
     * @param target must not exist; mode 0600 afterwards
     * @return whether it was done; when not, nothing is at the target
     */
    public boolean tryClone(Path source, FileStat stat, Path target) throws IOException {
        if (!isWorthwhile(stat)
                || without.contains(stat.device())
                || !Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        // made by us, because cp would give it the mode of the original for a moment
        Files.createFile(target, PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
        boolean cloned = false;
        try {
            cloned = host.run(Command.of(
                                    "cp",
                                    "--reflink=always",
                                    "--no-dereference",
                                    "--",
                                    source.toString(),
                                    target.toString())
                            .limit(LIMIT)
                            .build())
                    .succeeded();
        } catch (CommandNotFoundException e) {
            without.add(stat.device());
        } finally {
            if (!cloned) {
                Files.deleteIfExists(target);
            }
        }
        if (!cloned && Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
            without.add(stat.device());
        }
        return cloned;
    }
}
