package io.github.mmupgrade.archive;

import java.nio.file.Path;

/**
 * An archive that is here and was verified.
 *
 * @param file where it is
 * @param sha256 its sum, in lower case
 * @param verifiedBy what it was held against, for a person: {@code SHA-256 of the catalogue}, or whose signature
 */
public record VerifiedArchive(Path file, String sha256, String verifiedBy) {

    @Override
    public String toString() {
        return file + " (verified by " + verifiedBy + ")";
    }
}
