package io.github.mmupgrade.report;

import java.util.Objects;

/** A problem that a person has to hear of: what happened, with the value and the path, and what to do. */
public abstract sealed class ProblemException extends RuntimeException permits RefusedException, StageFailedException {

    private static final long serialVersionUID = 1L;

    private final transient Hint hint;

    ProblemException(String message, Hint hint, Throwable cause) {
        super(Objects.requireNonNull(message), cause);
        this.hint = Objects.requireNonNull(hint);
    }

    /** What to do about it; never null. */
    public Hint hint() {
        return hint;
    }
}
