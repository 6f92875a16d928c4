package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What a file system has room for.
 *
 * @param bytes how many bytes this process may still write
 * @param inodes how many files can still be made; empty where the file system knows no bound
 */
public record DiskSpace(long bytes, OptionalLong inodes) {

    /** The room where a path is, or where its nearest existing parent is. */
    public static DiskSpace of(Host host, Path path) throws IOException {
        Path existing = WriteTrial.nearestExisting(path);
        return new DiskSpace(Files.getFileStore(existing).getUsableSpace(), inodes(host, existing));
    }

    /** {@code stat -f}: all inodes and the free ones; btrfs and some others say 0 of 0. */
    private static OptionalLong inodes(Host host, Path path) {
        CommandResult result = host.run(
                Command.of("stat", "-f", "-c", "%c %d", path.toString()).build());
        String[] numbers = result.output().strip().split(" ");
        if (!result.succeeded() || numbers.length != 2 || !numbers[0].matches("[0-9]+") || numbers[0].equals("0")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(numbers[1]));
    }
}
