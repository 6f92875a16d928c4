package io.github.mmupgrade.remote.ssh;

/** The connection ended, and nobody has ended it. What was begun goes on. */
public final class LostConnectionException extends Exception {

    private static final long serialVersionUID = 1L;

    public LostConnectionException(String message) {
        super(message);
    }
}
