package io.github.mmupgrade.follow;

/** Changes cannot be followed, or some may have been missed: then everything has to be looked at. */
public final class CannotFollowException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * Says why.
     *
     * @param reason the second half of a sentence that begins with "because"
     */
    public CannotFollowException(String reason) {
        super(reason);
    }

    CannotFollowException(String reason, Exception cause) {
        super(reason, cause);
    }
}
