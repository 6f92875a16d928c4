package io.github.mmupgrade.maven.parameters;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;

/** Parameters that cannot be given together: one of them would be passed over without a word. */
public final class Contradiction {

    private Contradiction() {}

    /** Whether a person gave a parameter; one that is empty is not given. */
    public static boolean given(Object value) {
        return value != null && !value.toString().isBlank();
    }

    /**
     * Refuses two parameters.
     *
     * @param both whether they contradict each other
     * @param one the property and, where it matters, its value
     * @param other the same of the other one
     * @param why what does not fit, as the end of a sentence
     * @throws RefusedException naming both
     */
    public static void refuse(boolean both, String one, String other, String why) {
        if (both) {
            throw new RefusedException(
                    one + " and " + other + " cannot be given together: " + why + ". Nothing was changed.",
                    Hint.of(
                            "Leave one of them out. If the POM sets it, set it to an empty value on the command line."));
        }
    }
}
