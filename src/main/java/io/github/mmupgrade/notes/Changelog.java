package io.github.mmupgrade.notes;

import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Release;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The vendor's notes, release by release. */
public final class Changelog {

    /** The longest changelog that the vendor publishes has 1.4 MB. */
    private static final int MOST_BYTES = 32 * 1024 * 1024;

    private static final Hint HINT = Hint.of("Set mattermost.changelog to a changelog in Markdown, a directory of such"
            + " files, or URLs. Without it, the changelogs that the vendor publishes are used.");

    private final NavigableMap<Version, ReleaseNotes> releases;

    private Changelog(NavigableMap<Version, ReleaseNotes> releases) {
        this.releases = releases;
    }

    /** A changelog that knows nothing, for where none could be reached. */
    public static Changelog empty() {
        return new Changelog(new TreeMap<>());
    }

    /**
     * Reads a changelog from its markdown.
     *
     * @param markdown the text in UTF-8, at most 32 MiB
     * @param name where it came from, for messages
     * @throws RefusedException when it is too long or has no heading of a release
     */
    public static Changelog parse(byte[] markdown, String name) {
        if (markdown.length > MOST_BYTES) {
            throw new RefusedException(name + " has " + markdown.length + " bytes, too many for a changelog", HINT);
        }
        Changelog changelog = empty();
        ChangelogParser.parse(new String(markdown, StandardCharsets.UTF_8)).forEach(changelog::add);
        if (changelog.releases.isEmpty()) {
            throw new RefusedException(name + " is not a changelog: it has no heading of a release", HINT);
        }
        return changelog;
    }

    /**
     * Reads a changelog from a file, or all files {@code *.md} of a directory.
     *
     * @throws RefusedException when it can't be read, or none of the files is a changelog
     */
    public static Changelog read(Path fileOrDirectory) {
        try {
            if (!Files.isDirectory(fileOrDirectory)) {
                return parse(bytes(fileOrDirectory), fileOrDirectory.toString());
            }
            Changelog changelog = empty();
            for (Path file : markdownFiles(fileOrDirectory)) {
                ChangelogParser.parse(new String(bytes(file), StandardCharsets.UTF_8))
                        .forEach(changelog::add);
            }
            if (changelog.releases.isEmpty()) {
                throw new RefusedException("No file *.md in " + fileOrDirectory + " is a changelog", HINT);
            }
            return changelog;
        } catch (IOException e) {
            throw new RefusedException("The changelog " + fileOrDirectory + " cannot be read: " + e, HINT, e);
        }
    }

    private static List<Path> markdownFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName()
                            .toString()
                            .toLowerCase(Locale.ROOT)
                            .endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw new RefusedException(file + " has " + size + " bytes, too many for a changelog", HINT);
        }
        return Files.readAllBytes(file);
    }

    /** This changelog and another: of notes of one release, those that say more. */
    public Changelog and(Changelog other) {
        Changelog both = empty();
        releases.values().forEach(both::add);
        other.releases.values().forEach(both::add);
        return both;
    }

    private void add(ReleaseNotes notes) {
        releases.merge(
                notes.version(),
                notes,
                (one, two) -> two.notes().size() > one.notes().size() ? two : one);
    }

    /** The notes of all releases, oldest first. */
    public Collection<ReleaseNotes> releases() {
        return List.copyOf(releases.values());
    }

    /** The notes under the heading of a release, or of its minor release. */
    public Optional<ReleaseNotes> find(Version version) {
        return Optional.ofNullable(releases.get(version))
                .or(() -> Optional.ofNullable(releases.get(version.lineStart())).filter(ReleaseNotes::wholeLine));
    }

    /**
     * What is to be read before an upgrade: the notes of every release after the installed one and up to the target, on
     * the path or not, and those of releases that the catalogue doesn't know as well.
     *
     * @return also has the releases that no notes were found of
     */
    public NotesToRead notesBetween(Version installed, Version target, Catalogue catalogue) {
        NavigableMap<Version, List<ReleaseNotes>> byLine = new TreeMap<>();
        catalogue
                .linesBetween(installed, target)
                .forEach(release -> byLine.put(release.version().lineStart(), new ArrayList<>()));
        if (installed.below(target)) {
            byLine.put(target.lineStart(), new ArrayList<>());
        }
        for (ReleaseNotes notes : releases.values()) {
            notes.between(installed, target)
                    .filter(found -> byLine.containsKey(found.version().lineStart()) || saysMoreThanRepairs(found))
                    .ifPresent(found -> byLine.computeIfAbsent(found.version().lineStart(), line -> new ArrayList<>())
                            .add(found));
        }
        List<NotesToRead.OfRelease> toRead = new ArrayList<>();
        byLine.forEach((line, found) -> toRead.add(
                new NotesToRead.OfRelease(named(line, found, target, catalogue), link(line, found, catalogue), found)));
        return new NotesToRead(installed, target, toRead);
    }

    /** Patches of the installed minor release are worth reading only where they do more than repair. */
    private static boolean saysMoreThanRepairs(ReleaseNotes notes) {
        return notes.notes().stream().anyMatch(note -> note.topic() != NoteTopic.PATCH);
    }

    /** The version by which a minor release is spoken of: the target, else its newest patch. */
    private static Version named(Version line, List<ReleaseNotes> found, Version target, Catalogue catalogue) {
        if (line.sameLine(target)) {
            return target;
        }
        return catalogue.latestOfLine(line).map(Release::version).orElseGet(() -> found.get(found.size() - 1)
                .version());
    }

    private static Optional<URI> link(Version line, List<ReleaseNotes> found, Catalogue catalogue) {
        // The page's own spelling of an anchor has hyphens for dots.
        String anchor = found.stream()
                .flatMap(notes -> notes.anchor().stream())
                .findFirst()
                .map(name -> "#" + name.replace('.', '-'))
                .orElse("");
        return catalogue.changelog(line).map(source -> URI.create(source.page() + anchor));
    }

    @Override
    public String toString() {
        return "notes of " + Amount.of(releases.size(), "release");
    }
}
