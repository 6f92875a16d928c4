package io.github.mmupgrade.release;

import java.net.URI;
import java.util.Objects;

/**
 * Where the vendor publishes the notes of some releases.
 *
 * @param from the first release
 * @param below the first release that isn't among them any more
 * @param source the notes as markdown
 * @param page the notes as a page for people
 */
public record ChangelogSource(Version from, Version below, URI source, URI page) {

    /** Checks the parts. */
    public ChangelogSource {
        Objects.requireNonNull(source);
        Objects.requireNonNull(page);
        if (!from.below(below)) {
            throw new IllegalArgumentException("Nothing is at least " + from + " and below " + below);
        }
    }

    /** Whether a release's notes are there. */
    public boolean covers(Version version) {
        return version.atLeast(from) && version.below(below);
    }

    /** Whether notes of a release after one version and up to another can be there. */
    boolean touches(Version after, Version upTo) {
        return after.below(below) && upTo.atLeast(from);
    }
}
