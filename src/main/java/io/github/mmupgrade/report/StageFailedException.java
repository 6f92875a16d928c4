package io.github.mmupgrade.report;

/**
 * Something failed half-way: the journal says where.
 *
 * <p>Becomes a {@code MojoExecutionException}.
 */
public final class StageFailedException extends ProblemException {

    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what happened, with the value and the path, never a secret
     * @param hint what to do about it
     */
    public StageFailedException(String message, Hint hint) {
        super(message, hint, null);
    }

    /** A failure with the exception that led to it. */
    public StageFailedException(String message, Hint hint, Throwable cause) {
        super(message, hint, cause);
    }
}
