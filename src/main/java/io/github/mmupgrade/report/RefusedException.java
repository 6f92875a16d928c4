package io.github.mmupgrade.report;

/**
 * Something stood against going on, and nothing was changed: the server is as it was.
 *
 * <p>Becomes a {@code MojoFailureException}.
 */
public non-sealed class RefusedException extends ProblemException {

    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param message what prevents it, with the value and the path, never a secret
     * @param hint what to do about it
     */
    public RefusedException(String message, Hint hint) {
        super(message, hint, null);
    }

    /** A refusal with the exception that led to it. */
    public RefusedException(String message, Hint hint, Throwable cause) {
        super(message, hint, cause);
    }
}
