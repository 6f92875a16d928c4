package io.github.mmupgrade.context;

/** What happens when a stage after the stop fails. */
public enum OnFailure {
    /** The old server is put back, its database and configuration included, and started. */
    ROLLBACK,
    /** The new server is stopped; nothing is put back. */
    STOP,
    /** Everything is left as it is. */
    LEAVE
}
