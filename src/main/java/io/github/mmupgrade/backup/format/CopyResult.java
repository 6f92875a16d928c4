package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.report.Amount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a pass over the sources did.
 *
 * @param trees which trees of the backup it filled, in their order
 * @param files how many files the backup has now
 * @param bytes how long they are together
 * @param copied how many of them this pass read and wrote
 * @param copiedBytes how many bytes that were
 * @param linked how many are hard links to the previous backup's files
 * @param gone how many entries were taken out of the backup because their originals are gone
 * @param leftOut names of sockets, pipes and devices, at most 100; they are not in the backup
 * @param restless names of files that were written while they were copied, at most 100; only a running server's
 *     backup has any
 * @param duration how long it took
 */
public record CopyResult(
        List<String> trees,
        long files,
        long bytes,
        long copied,
        long copiedBytes,
        long linked,
        long gone,
        List<String> leftOut,
        List<String> restless,
        Duration duration) {

    /** Keeps copies of the lists. */
    public CopyResult {
        trees = List.copyOf(trees);
        leftOut = List.copyOf(leftOut);
        restless = List.copyOf(restless);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(copied + " copied (" + Amount.bytes(copiedBytes) + ")");
        if (linked > 0) {
            parts.add(linked + " linked to the previous backup");
        }
        long kept = files - copied - linked;
        if (kept > 0) {
            parts.add(kept + " copied before");
        }
        if (gone > 0) {
            parts.add(gone + " removed");
        }
        return Amount.of(files, "file") + ", " + Amount.bytes(bytes) + ": " + String.join(", ", parts)
                + String.format(Locale.ROOT, ", %.1f s", duration.toMillis() / 1e3);
    }
}
