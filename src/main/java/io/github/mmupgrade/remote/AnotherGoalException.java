package io.github.mmupgrade.remote;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;

/** Something else was under way on the machine and was shown to its end; what was asked for was not begun. */
public final class AnotherGoalException extends RefusedException {

    private static final long serialVersionUID = 1L;

    AnotherGoalException(String message, Hint hint) {
        super(message, hint);
    }
}
