package io.github.mmupgrade.rehearsal;

import java.time.Duration;
import java.util.Optional;

/**
 * For how long the real upgrade will keep people out: what the rehearsal took, and what the original has more of than
 * the copy.
 *
 * @param measured from each order to stop until the next server answered, in the rehearsal
 * @param files what a second look at the original's files will take, in milliseconds
 * @param database what copying the original's database will take longer than that of the copy, because it takes more
 *     room, in milliseconds
 * @param downtimeMilliseconds all of it together
 * @param keptOutMilliseconds the same, and the time between the hops, while servers run that nobody is let to
 */
record DowntimePrediction(
        long measured, long files, long database, long downtimeMilliseconds, long keptOutMilliseconds) {

    /** The pass after the stop reads a list and writes one besides walking the files. */
    private static final double PASS_OF_WALK = 1.2;

    /**
     * Predicts.
     *
     * @param times of the rehearsal
     * @param walk what a walk over the original's files takes
     * @param copyWalk what a walk over the copy's files takes
     * @param originalBytes what the original's database takes
     * @param copyBytes what the copy's took before the upgrade
     * @return empty when the rehearsal did not come to its end
     */
    static Optional<DowntimePrediction> of(
            StageTimes times, Duration walk, Duration copyWalk, long originalBytes, long copyBytes) {
        if (times.downtime().isEmpty() || times.keptOut().isEmpty()) {
            return Optional.empty();
        }
        long measured = times.downtime().get().toMillis();
        long files = Math.round(Math.max(0, walk.toMillis() - copyWalk.toMillis()) * PASS_OF_WALK);
        double growth = copyBytes <= 0 ? 0 : Math.max(0, (double) originalBytes / copyBytes - 1);
        long database = Math.round(times.freeze().toMillis() * growth);
        return Optional.of(new DowntimePrediction(
                measured,
                files,
                database,
                measured + files + database,
                times.keptOut().get().toMillis() + files + database));
    }
}
