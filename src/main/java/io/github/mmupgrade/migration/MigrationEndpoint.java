package io.github.mmupgrade.migration;

import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.util.Objects;
import java.util.Optional;

/**
 * One end of a migration, as far as it has to fit the other.
 *
 * @param name what it is called in messages
 * @param release the release that it runs, or that a backup is of
 * @param edition the edition
 * @param databaseServer what its database server is; empty where a backup does not say
 * @param filesInDirectory whether its file store is a directory, and not a bucket
 */
public record MigrationEndpoint(
        String name,
        Version release,
        Edition edition,
        Optional<ServerVersion> databaseServer,
        boolean filesInDirectory) {

    /** Checks the parts. */
    public MigrationEndpoint {
        Objects.requireNonNull(name);
        Objects.requireNonNull(release);
        Objects.requireNonNull(edition);
        Objects.requireNonNull(databaseServer);
    }

    @Override
    public String toString() {
        return name + ": Mattermost " + release + " (" + edition + ")";
    }
}
