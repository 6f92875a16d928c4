package io.github.mmupgrade.download;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Why an attempt to download came to nothing, though another may not. */
final class TransientFault extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<Duration> retryAfter;

    TransientFault(String message, Throwable cause) {
        super(message, cause);
        this.retryAfter = Optional.empty();
    }

    TransientFault(String message, Optional<Duration> retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /** How long the server wants to be left alone. */
    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
