package io.github.mmupgrade.elsewhere;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;

/** A place does not answer now; nothing says that anything about it has to be corrected. */
public final class UnreachablePlaceException extends RefusedException {

    private static final long serialVersionUID = 1L;

    UnreachablePlaceException(String place, String why, Throwable cause) {
        super(
                place + " does not answer: " + why,
                Hint.of("Check the network and the machine of mattermost.backup.elsewhere, then run the goal again."),
                cause);
    }
}
