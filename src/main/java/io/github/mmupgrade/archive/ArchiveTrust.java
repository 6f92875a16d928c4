package io.github.mmupgrade.archive;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What an archive is held against before it is used: a checksum, or where none is known, the vendor's signature by a
 * key that the administrator vouches for. Without either nothing is trusted.
 *
 * @param sha256 the sum that the archive must have, in lower case; empty when none is known
 * @param sha256From where the sum is from, for messages
 * @param signingKey a file with the public key or keys that may sign archives; used when no sum is known
 */
public record ArchiveTrust(Optional<String> sha256, String sha256From, Optional<Path> signingKey) {

    private static final String GIVEN = "mattermost.sha256";

    /** Checks that there is something to trust. */
    public ArchiveTrust {
        Objects.requireNonNull(sha256From);
        sha256 = sha256.map(Digests::normalizeSha256);
        if (sha256.isEmpty() && signingKey.isEmpty()) {
            throw new IllegalArgumentException("Neither a checksum nor a key");
        }
    }

    /**
     * What is known of one archive.
     *
     * @param given the sum that the administrator passed ({@code mattermost.sha256})
     * @param catalogue the sum that the catalogue has
     * @param signingKey the public key that the administrator passed ({@code mattermost.signingKey})
     * @throws RefusedException when nothing is known, when what was passed is no sum, or when the two sums differ
     */
    public static ArchiveTrust of(Optional<String> given, Optional<String> catalogue, Optional<Path> signingKey) {
        Optional<String> passed = given.map(ArchiveTrust::passed);
        if (passed.isPresent() && catalogue.isPresent() && !passed.equals(catalogue.map(Digests::normalizeSha256))) {
            throw new RefusedException(
                    "The checksum in " + GIVEN + " (" + passed.get() + ") is not the one in the catalogue ("
                            + catalogue.get() + ").",
                    Hint.of("One of the two is for another archive or edition. Leave " + GIVEN
                            + " out, or set mattermost.catalogue to a catalogue that has this archive."));
        }
        if (passed.or(() -> catalogue).isEmpty() && signingKey.isEmpty()) {
            throw new RefusedException(
                    "No checksum of the archive is known, so nothing shows that it comes from the vendor.",
                    Hint.of("Set " + GIVEN + " to the SHA-256 sum that the vendor publishes for the release"
                            + ", or mattermost.signingKey to a file with the vendor's public signing key."));
        }
        return new ArchiveTrust(passed.or(() -> catalogue), passed.isPresent() ? GIVEN : "the catalogue", signingKey);
    }

    private static String passed(String text) {
        try {
            return Digests.normalizeSha256(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    GIVEN + " is not a SHA-256 sum: '" + text + "'.",
                    Hint.of("A SHA-256 sum has 64 hexadecimal digits. The vendor publishes it next to the archive."),
                    e);
        }
    }
}
