package io.github.mmupgrade.server;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.util.Optional;

/**
 * What a server said when it was asked who it is and how it does.
 *
 * @param answered whether anything answered by HTTP
 * @param healthy whether it answers as a server does that is ready
 * @param release the release; empty when it didn't say
 * @param exact whether the release has the patch for certain; releases that only say their schema's x.y.0 don't
 * @param schema the version it was built for, x.y.0; empty when it didn't say
 * @param edition the edition; empty when it didn't say
 * @param reason why it isn't healthy, in words; empty when it is
 */
public record ServerAnswer(
        boolean answered,
        boolean healthy,
        Optional<Version> release,
        boolean exact,
        Optional<Version> schema,
        Optional<Edition> edition,
        String reason) {

    /** Nothing answered. */
    public static ServerAnswer none(String reason) {
        return new ServerAnswer(false, false, Optional.empty(), false, Optional.empty(), Optional.empty(), reason);
    }

    /**
     * Whether it is the release that was expected. A server that doesn't say its patch is held to the minor release.
     *
     * @param expected the release
     */
    public boolean is(Version expected) {
        return release.filter(r -> exact ? r.equals(expected) : r.sameLine(expected))
                .isPresent();
    }

    @Override
    public String toString() {
        if (!answered) {
            return "no answer (" + reason + ")";
        }
        String who = release.map(Version::toString).orElse("a server of unknown version");
        return healthy ? who : who + ", not ready (" + reason + ")";
    }
}
