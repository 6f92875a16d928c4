package io.github.mmupgrade.planning;

import io.github.mmupgrade.archive.ArchiveIdentity;
import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A directory of release archives that was given ({@code mattermost.archive}); they are known by their names. */
final class ArchiveDirectory {

    private final Path directory;

    private ArchiveDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * The directory.
     *
     * @param archive what was given; null for nothing
     * @return empty when nothing was given, or one archive
     */
    static Optional<ArchiveDirectory> of(String archive) {
        return Optional.ofNullable(archive)
                .flatMap(location -> Location.parse(location).file())
                .filter(Files::isDirectory)
                .map(ArchiveDirectory::new);
    }

    /** The archive of a release for this machine's processor; empty when there is none. */
    Optional<Path> find(Version version, Edition edition) {
        return archives(found -> found.version().equals(version) && found.edition() == edition).stream()
                .findFirst();
    }

    /** The releases of an edition that there are archives of for this machine's processor, oldest first. */
    List<Version> releases(Edition edition) {
        return archives(found -> found.edition() == edition).stream()
                .map(ArchiveDirectory::identity)
                .flatMap(Optional::stream)
                .map(ArchiveIdentity::version)
                .distinct()
                .sorted()
                .toList();
    }

    private List<Path> archives(Predicate<ArchiveIdentity> wanted) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted()
                    .filter(Files::isRegularFile)
                    .filter(file -> identity(file)
                            .filter(found -> found.processor() == ReleaseSources.processor())
                            .filter(wanted)
                            .isPresent())
                    .toList();
        } catch (IOException e) {
            throw new RefusedException(
                    "The directory " + directory + " cannot be listed: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Check mattermost.archive."),
                    e);
        }
    }

    private static Optional<ArchiveIdentity> identity(Path file) {
        return ArchiveIdentity.ofName(file.getFileName().toString());
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
