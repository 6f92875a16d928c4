package io.github.mmupgrade.release;

import java.net.URI;
import java.util.List;
import java.util.Objects;

/**
 * One step of an upgrade path.
 *
 * @param from the version before it
 * @param release the release that it installs
 * @param archive where the release's archive can be downloaded
 * @param reason why the path goes through this release, as part of a sentence
 * @param needsUpgradeDb30 whether the server starts only after its binary was run with {@code -upgrade_db_30} and the
 *     primary team's name
 * @param warnings what an administrator should know before; often empty
 */
public record Hop(
        Version from, Release release, URI archive, String reason, boolean needsUpgradeDb30, List<String> warnings) {

    /** Checks that it doesn't lead down; a change of the edition stays at the same version. */
    public Hop {
        Objects.requireNonNull(archive);
        Objects.requireNonNull(reason);
        warnings = List.copyOf(warnings);
        if (release.version().below(from)) {
            throw new IllegalArgumentException("No upgrade leads from " + from + " to " + release.version());
        }
    }

    /** The version after it. */
    public Version to() {
        return release.version();
    }

    @Override
    public String toString() {
        return from + " -> " + release + ": " + reason;
    }
}
