package io.github.mmupgrade.release;

import java.util.Objects;

/**
 * A release in one edition, as a checksum names it.
 *
 * @param release the release
 * @param edition the edition
 * @param architecture the processor in the vendor's spelling, such as {@code amd64}
 */
public record Publication(Release release, Edition edition, String architecture) {

    /** Checks the parts. */
    public Publication {
        Objects.requireNonNull(release);
        Objects.requireNonNull(edition);
        Objects.requireNonNull(architecture);
    }
}
