package io.github.mmupgrade.planning;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a goal would fetch from a network, so that somebody who reaches it can bring it here instead.
 *
 * @param archives the archives that are neither given nor in the cache
 * @param texts the addresses of the vendor's notes
 * @param given the names of the archives in the directory that was given, as far as they are needed
 * @param postgres the major version of the installation's PostgreSQL; 0 when it has another database, or it is not known
 */
public record ReleaseNeeds(List<Archive> archives, List<String> texts, List<String> given, int postgres) {

    /** Nothing. */
    public static final ReleaseNeeds NONE = new ReleaseNeeds(List.of(), List.of(), List.of(), 0);

    /** Copies the lists. */
    public ReleaseNeeds {
        archives = List.copyOf(archives);
        texts = List.copyOf(texts);
        given = List.copyOf(given);
    }

    /**
     * An archive.
     *
     * @param location its address
     * @param file where it is looked for
     * @param sha256 the checksum that it must have, 64 hexadecimal digits; null when only its signature vouches for it
     */
    public record Archive(String location, Path file, String sha256) {}

    /**
     * Of a goal that goes to a target. Changes nothing, and fetches nothing but a catalogue.
     *
     * @return nothing when there is no way to the target; the goal itself says why
     */
    public static ReleaseNeeds of(GoalContext context) {
        GoalContext reading = context.forReading();
        ReleaseSources sources = new ReleaseSources(context);
        try {
            PlannedUpgrade forecast = PlannedUpgrade.make(reading, reading.server(), sources);
            List<Archive> archives = new ArrayList<>();
            List<String> given = new ArrayList<>();
            for (Hop hop : forecast.path().hops()) {
                sources.toFetch(hop.to(), forecast.edition())
                        .filter(archive -> !Files.exists(archive.file()))
                        .ifPresent(archives::add);
                sources.onThisMachine(hop.to(), forecast.edition())
                        .ifPresent(file -> given.add(file.getFileName().toString()));
            }
            return new ReleaseNeeds(
                    archives,
                    sources.changelogs(
                            forecast.installed().version(),
                            forecast.path().target().version()),
                    given,
                    reading.server().dataSource().kind() == DatabaseKind.POSTGRESQL
                            ? forecast.database().major()
                            : 0);
        } catch (RefusedException e) {
            return NONE;
        }
    }
}
