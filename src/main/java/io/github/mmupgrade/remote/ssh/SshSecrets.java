package io.github.mmupgrade.remote.ssh;

import java.util.Optional;

/**
 * What ssh and sudo may ask for.
 *
 * @param password of the login; empty when there is none
 * @param passphrase of the private key; empty when there is none
 * @param sudo for sudo; empty when there is none
 */
public record SshSecrets(Optional<String> password, Optional<String> passphrase, Optional<String> sudo) {

    /** None. */
    public static final SshSecrets NONE = new SshSecrets(Optional.empty(), Optional.empty(), Optional.empty());

    @Override
    public String toString() {
        return "SshSecrets[***]";
    }
}
