package io.github.mmupgrade.kubernetes;

import io.github.mmupgrade.kubernetes.cluster.Snapshot;
import java.util.Optional;

/** Why an upgrade does not come to its end. */
final class RolloutFailure extends Exception {

    private static final long serialVersionUID = 1;

    /** What can be done about it. */
    enum Kind {
        /** The new release does not come up: the former values may be put back. */
        BROKEN,
        /** A migration still runs after its limit: to end it would leave half of it. */
        STILL_MIGRATING,
        /** Somebody else has changed the resource: what they want is not undone. */
        FOREIGN,
        /** The cluster cannot be asked any more: what was begun goes on without us. */
        OUT_OF_REACH
    }

    private final Kind kind;
    private final transient Snapshot last;

    /**
     * A failure.
     *
     * @param message a sentence
     * @param last what was seen last; null when nothing was
     */
    RolloutFailure(Kind kind, String message, Snapshot last) {
        super(message);
        this.kind = kind;
        this.last = last;
    }

    Kind kind() {
        return kind;
    }

    /** What was seen last. */
    Optional<Snapshot> last() {
        return Optional.ofNullable(last);
    }
}
