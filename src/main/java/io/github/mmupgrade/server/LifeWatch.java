package io.github.mmupgrade.server;

import java.util.Optional;

/** Watches over a server that was just started. */
@FunctionalInterface
public interface LifeWatch {

    /**
     * Why the server isn't alive any more, in words for a message.
     *
     * @return empty while it lives, or is still being started
     */
    Optional<String> death();
}
