package io.github.mmupgrade.release;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is known of a release's archive in one edition.
 *
 * @param sha256 the checksum of the archive for the catalogue's processor, 64 hexadecimal digits in lower case; empty
 *     when not known
 * @param url where the archive is, with the places {@code {version}}, {@code {edition}} and {@code {arch}}; empty where
 *     the catalogue's own template holds
 */
public record PublishedFile(Optional<String> sha256, Optional<String> url) {

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /** Checks the checksum and brings it to lower case. */
    public PublishedFile {
        Objects.requireNonNull(url);
        sha256 = sha256.map(sum -> sum.toLowerCase(Locale.ROOT));
        if (sha256.isPresent() && !SHA_256.matcher(sha256.get()).matches()) {
            throw new IllegalArgumentException("Not a SHA-256 sum: '" + sha256.get() + "'");
        }
    }
}
