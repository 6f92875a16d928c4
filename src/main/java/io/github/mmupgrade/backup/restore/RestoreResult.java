package io.github.mmupgrade.backup.restore;

import io.github.mmupgrade.report.Amount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a restore of files did.
 *
 * @param restored how many files were written
 * @param bytes how many bytes they have
 * @param kept how many files were there already, unchanged
 * @param asideDirectory where entries went that were in the way; empty when there were none
 * @param aside their names below the restored place, at most 1,000
 * @param asideCount how many there were; a directory with all that is in it counts as one
 * @param duration how long it took
 */
public record RestoreResult(
        long restored,
        long bytes,
        long kept,
        Optional<Path> asideDirectory,
        List<String> aside,
        long asideCount,
        Duration duration) {

    /** Keeps a copy of the list. */
    public RestoreResult {
        aside = List.copyOf(aside);
    }

    @Override
    public String toString() {
        return Amount.of(restored, "file") + " restored (" + Amount.of(bytes, "byte") + "), " + kept + " unchanged"
                + asideDirectory
                        .map(directory -> ", " + asideCount + (asideCount == 1 ? " newer one" : " newer ones")
                                + " kept in " + directory)
                        .orElse("");
    }
}
