package io.github.mmupgrade.backup;

import java.time.Duration;

/**
 * Which backups may go. One stays when either rule keeps it; the newest complete one always stays.
 *
 * @param keep how many of the newest complete ones stay; 1 at least
 * @param maxAge how old one may become before it goes; null when age alone keeps none
 */
public record PrunePolicy(int keep, Duration maxAge) {

    /** Checks the parts. */
    public PrunePolicy {
        if (keep < 1) {
            throw new IllegalArgumentException("At least one backup is kept, not " + keep);
        }
        if (maxAge != null && maxAge.isNegative()) {
            throw new IllegalArgumentException("Not an age: " + maxAge);
        }
    }
}
