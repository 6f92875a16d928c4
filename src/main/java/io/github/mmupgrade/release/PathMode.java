package io.github.mmupgrade.release;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Locale;

/** How an upgrade path is chosen. */
public enum PathMode {
    /**
     * What servers and the vendor need: every release in turn below 3.0, 3.0 itself from 2.x, then from one extended
     * support release to the next, then the target.
     */
    AUTO,
    /** Every minor release between, but those that the vendor forbids to move to. */
    EVERY_RELEASE,
    /** The extended support releases between and nothing else, then the target. */
    ESR,
    /** The target at once; refused where the target's own server would refuse the database. */
    DIRECT;

    /**
     * Reads a mode's name, in upper or lower case.
     *
     * @throws RefusedException when there is no such mode
     */
    public static PathMode parse(String text) {
        for (PathMode mode : values()) {
            if (mode.key().equals(text.strip().toLowerCase(Locale.ROOT))) {
                return mode;
            }
        }
        throw new RefusedException(
                "mattermost.path is '" + text
                        + "', which is neither a mode nor a list of releases. Nothing was changed.",
                Hint.of("It can be auto, every-release, esr or direct, or releases separated by commas."));
    }

    /** The name as the parameter writes it, such as {@code every-release}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
