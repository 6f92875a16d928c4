package io.github.mmupgrade.download;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/**
 * A name and a password for a mirror or a proxy.
 *
 * @param user the name; without a colon, which would end it
 * @param password the password; may be empty
 */
public record DownloadCredentials(String user, String password) {

    /** Checks the name. */
    public DownloadCredentials {
        Objects.requireNonNull(password);
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("A user name for basic authentication cannot contain a colon");
        }
    }

    /** The value of an {@code Authorization} header (RFC 7617). */
    String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return user + ":***";
    }
}
