package io.github.mmupgrade.service;

import io.github.mmupgrade.server.LifeWatch;
import java.time.Duration;
import java.util.Optional;

/**
 * Watches a server through its processes, for managers that can't be asked.
 *
 * <p>A start script may take its time until the server's process is there, and a server may replace itself: only what
 * is missing twice in a row is dead.
 */
final class ProcessLife implements LifeWatch {

    private static final Duration APPEARS_WITHIN = Duration.ofSeconds(20);

    private final ServiceContext context;
    private final Duration started;
    private boolean seen;
    private int missing;

    ProcessLife(ServiceContext context) {
        this.context = context;
        this.started = context.pace().elapsed();
    }

    @Override
    public Optional<String> death() {
        if (!context.servers().isEmpty()) {
            seen = true;
            missing = 0;
            return Optional.empty();
        }
        missing++;
        if (seen) {
            return missing > 1 ? Optional.of("its process has ended") : Optional.empty();
        }
        boolean late = context.pace().elapsed().minus(started).compareTo(APPEARS_WITHIN) > 0;
        return late
                ? Optional.of("no process of " + context.installation() + " appeared within "
                        + APPEARS_WITHIN.toSeconds() + " s")
                : Optional.empty();
    }
}
