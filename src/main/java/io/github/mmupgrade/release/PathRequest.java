package io.github.mmupgrade.release;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What an upgrade path depends on.
 *
 * @param installed the version that is installed
 * @param schema the schema in the database, where it is known; else the installed version's is assumed
 * @param target the version to move to
 * @param choice how the releases between are chosen, or which they are
 * @param atHand the releases whose archives were handed over, oldest first; empty when archives are downloaded
 * @param installedEdition the edition that is installed
 * @param edition the edition to install
 * @param architecture the processor in the vendor's spelling, such as {@code amd64}
 * @param database the database server; empty when it couldn't be asked, which is said with the path
 */
public record PathRequest(
        Version installed,
        Optional<Version> schema,
        TargetVersion target,
        PathChoice choice,
        Optional<List<Version>> atHand,
        Edition installedEdition,
        Edition edition,
        String architecture,
        Optional<DatabaseServer> database) {

    /** Checks that everything is there. */
    public PathRequest {
        Objects.requireNonNull(installed);
        Objects.requireNonNull(schema);
        Objects.requireNonNull(target);
        Objects.requireNonNull(choice);
        atHand = atHand.map(List::copyOf);
        Objects.requireNonNull(installedEdition);
        Objects.requireNonNull(edition);
        Objects.requireNonNull(architecture);
        Objects.requireNonNull(database);
    }
}
