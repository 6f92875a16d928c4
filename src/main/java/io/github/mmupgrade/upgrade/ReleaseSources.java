package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.Publication;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where releases come from: the catalogue, and archives that are handed over or fetched. */
final class ReleaseSources {

    /** How the vendor names archives. */
    private static final Pattern NAME =
            Pattern.compile("mattermost(-team|-enterprise)?-(\\d+\\.\\d+\\.\\d+)(?:-.*)?\\.tar\\.gz");

    private final Workplace place;

    ReleaseSources(Workplace place) {
        this.place = place;
    }

    /** The catalogue of releases. */
    Catalogue catalogue() {
        String given = place.options().target().catalogue();
        return given == null ? Catalogue.builtIn() : Catalogue.load(Path.of(given));
    }

    /**
     * The archive that was handed over; empty when none was, or a directory of them.
     *
     * @throws RefusedException when it isn't there, or nothing tells which release it holds
     */
    Optional<GivenArchive> givenArchive() {
        String given = place.options().target().archive();
        if (given == null) {
            return Optional.empty();
        }
        Path file = local(given);
        if (Files.isDirectory(file)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(file)) {
            throw new RefusedException(
                    "There is no archive " + file + ". Nothing was changed.", Hint.of("check mattermost.archive"));
        }
        return Optional.of(identify(file));
    }

    private static Path local(String given) {
        return given.startsWith("file:")
                ? Path.of(URI.create(given))
                : Path.of(given).toAbsolutePath();
    }

    private GivenArchive identify(Path file) {
        Optional<Publication> known = catalogue().bySha256(sha256(file));
        if (known.isPresent()) {
            return new GivenArchive(
                    file, known.get().release().version(), known.get().edition());
        }
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new RefusedException(
                    "Nothing tells which release " + file + " holds: the catalogue does not know its checksum, and its"
                            + " name is not the vendor's. Nothing was changed.",
                    Hint.of("name it as the vendor does, such as mattermost-team-11.7.9-linux-amd64.tar.gz"));
        }
        return new GivenArchive(
                file, Version.parse(name.group(2)), "-team".equals(name.group(1)) ? Edition.TEAM : Edition.ENTERPRISE);
    }

    /** The checksum of an archive. */
    static String sha256(Path file) {
        try {
            return Digests.sha256(file);
        } catch (IOException e) {
            throw new RefusedException(
                    "The archive " + file + " can't be read: " + e.getMessage() + ". Nothing was changed.",
                    Hint.of("check mattermost.archive"),
                    e);
        }
    }

    /**
     * The verified archive of a hop.
     *
     * @throws RefusedException when it isn't there, or isn't what it should be
     */
    Path archive(Hop hop, Edition edition) {
        GivenArchive given = givenArchive()
                .orElseThrow(() -> new RefusedException(
                        "No archive of " + hop.to() + " was given. Nothing was changed.",
                        Hint.of("give it by mattermost.archive")));
        String wanted = place.options().target().sha256();
        String actual = sha256(given.file());
        if (wanted != null && !Digests.normalizeSha256(wanted).equals(actual)) {
            throw new RefusedException(
                    "The archive " + given.file() + " has the SHA-256 sum " + actual + ", not " + wanted
                            + ". Nothing was changed.",
                    Hint.of("fetch it again, or correct mattermost.sha256"));
        }
        return given.file();
    }
}
