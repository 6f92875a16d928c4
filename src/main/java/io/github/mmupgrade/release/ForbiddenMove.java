package io.github.mmupgrade.release;

import java.util.Objects;

/**
 * A pair of releases between which the vendor forbids to move, though the numbers ascend.
 *
 * @param fromAtLeast the first installed version that it is about
 * @param fromBelow the first installed version that it is no longer about
 * @param toAtMost the last target that is forbidden; a target among the installed versions it is about is not
 * @param why what happens, for a person
 */
public record ForbiddenMove(Version fromAtLeast, Version fromBelow, Version toAtMost, String why) {

    /** Checks the parts. */
    public ForbiddenMove {
        Objects.requireNonNull(toAtMost);
        Objects.requireNonNull(why);
        if (!fromAtLeast.below(fromBelow)) {
            throw new IllegalArgumentException("Nothing is at least " + fromAtLeast + " and below " + fromBelow);
        }
    }

    /** Whether it forbids to move between the two. */
    public boolean forbids(Version from, Version to) {
        return covers(from) && !covers(to) && from.below(to) && toAtMost.atLeast(to);
    }

    /** The first version above the forbidden ones. */
    public Version firstAllowed() {
        return new Version(toAtMost.major(), toAtMost.minor(), toAtMost.patch() + 1);
    }

    private boolean covers(Version version) {
        return version.atLeast(fromAtLeast) && version.below(fromBelow);
    }
}
