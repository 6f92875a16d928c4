package io.github.mmupgrade.release;

import java.time.LocalDate;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A release that the vendor published.
 *
 * @param version its number
 * @param type what the vendor calls it
 * @param released the day it was published; empty when not known
 * @param supportEnds the last day of its support; empty when not known
 * @param files the editions it was published in; never empty for a listed release
 * @param listed false for a patch release that the catalogue doesn't list and that is known by its minor release only:
 *     such a release has no checksums here
 */
public record Release(
        Version version,
        ReleaseType type,
        Optional<LocalDate> released,
        Optional<LocalDate> supportEnds,
        Map<Edition, PublishedFile> files,
        boolean listed) {

    /** Checks the parts. */
    public Release {
        Objects.requireNonNull(version);
        Objects.requireNonNull(type);
        Objects.requireNonNull(released);
        Objects.requireNonNull(supportEnds);
        files = Map.copyOf(files);
    }

    /** A patch of the same minor release that the catalogue doesn't list. */
    Release unlistedPatch(Version patch) {
        if (!patch.sameLine(version)) {
            throw new IllegalArgumentException(patch + " is not a patch release of " + version.line());
        }
        return new Release(patch, type, Optional.empty(), supportEnds, Map.of(), false);
    }

    /** Whether it is an extended support release. */
    public boolean isEsr() {
        return type == ReleaseType.ESR;
    }

    @Override
    public String toString() {
        return version + (isEsr() ? " (ESR)" : "");
    }
}
