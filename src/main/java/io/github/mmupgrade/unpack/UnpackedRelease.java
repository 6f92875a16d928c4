package io.github.mmupgrade.unpack;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.report.Amount;
import java.nio.file.Path;
import java.util.List;

/**
 * A release that was unpacked as a whole.
 *
 * @param directory where it is: what is {@code mattermost/} in the archive
 * @param made what that directory itself was when it was made, which tells it from any other
 * @param serverProgram the server's program, from the directory: {@code bin/mattermost} or {@code bin/platform}
 * @param shipped what installing it exchanges: the names at its top and those in {@code client/} (as
 *     {@code client/name}), sorted
 * @param shippedList the list of everything in it, which {@link ShippedFileList} reads
 * @param entries how many entries the archive has
 * @param bytes how many bytes its files have
 */
public record UnpackedRelease(
        Path directory,
        FileStat made,
        String serverProgram,
        List<String> shipped,
        Path shippedList,
        int entries,
        long bytes) {

    /** Copies the list. */
    public UnpackedRelease {
        shipped = List.copyOf(shipped);
    }

    @Override
    public String toString() {
        return directory + " (" + Amount.of(entries, "entry") + ", " + Amount.of(bytes, "byte") + ")";
    }
}
