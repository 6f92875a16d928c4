package io.github.mmupgrade.files;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
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

    /**
     * The same where the file system may let nobody in but a user.
     *
     * @param user who is asked where this process finds nothing; null when nobody is
     */
    public static DiskSpace of(Host host, Path path, Owner user) throws IOException {
        if (user == null || host.self().uid() != 0 || Files.exists(path)) {
            return of(host, path);
        }
        CommandResult result = host.run(Command.of("stat", "-f", "-c", "%a %S", path.toString())
                .user(user)
                .build());
        String[] numbers = result.output().strip().split(" ");
        return result.succeeded() && numbers.length == 2
                ? new DiskSpace(Long.parseLong(numbers[0]) * Long.parseLong(numbers[1]), OptionalLong.empty())
                : of(host, path);
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
