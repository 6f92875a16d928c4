package io.github.mmupgrade.remote;

/** The connection ended, and nobody has ended it. What was begun goes on. */
final class LostConnectionException extends Exception {

    private static final long serialVersionUID = 1L;

    LostConnectionException(String message) {
        super(message);
    }
}
