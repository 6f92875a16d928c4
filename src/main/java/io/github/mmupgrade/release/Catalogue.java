package io.github.mmupgrade.release;

import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * The releases that are known, and the vendor's rules about moving between them.
 *
 * <p>One is built in. A file of the same format replaces it, or extends it, so that a new release needs no new plugin.
 * The format is JSON:
 *
 * <ul>
 *   <li>{@code format}: 1;
 *   <li>{@code extends}: {@code "built-in"} adds to the built-in catalogue, and a release of the same version takes the
 *       built-in one's place; left out, the releases replace the built-in ones;
 *   <li>{@code url}: an object of templates by edition, with {@code {version}}, {@code {edition}}, {@code {arch}};
 *   <li>{@code signatureSuffix}: what follows the archive's URL in its detached signature's;
 *   <li>{@code architecture}: the processor whose archives the checksums are of, {@code amd64} when left out;
 *   <li>{@code minimumPostgresql}: an object from the first server version to the PostgreSQL version that it needs;
 *   <li>{@code mysqlRemovedIn}: the first server version without MySQL;
 *   <li>{@code forbidden}: a list of {@code fromAtLeast}, {@code fromBelow}, {@code toAtMost}, {@code why};
 *   <li>{@code schemaRules}: a list of {@code server} (the first it is about), {@code oldestSchema},
 *       {@code startsOnNewerSchema}, {@code refusal} and, for the one release with a command of its own,
 *       {@code commandBelow};
 *   <li>{@code changelogs}: a list of {@code from}, {@code below}, {@code source} (the markdown) and {@code page};
 *   <li>{@code releases}: a list of {@code version}, {@code type} ({@code feature}, {@code major}, {@code esr}),
 *       {@code released} and {@code supportEnds} (ISO dates, can be left out), and {@code team} and/or
 *       {@code enterprise}, each with {@code sha256} and {@code url}, both of which can be left out.
 * </ul>
 *
 * <p>Anything but {@code releases} that a file leaves out is taken from the built-in catalogue; other names are ignored.
 */
public final class Catalogue {

    private final CatalogueData data;

    Catalogue(CatalogueData data) {
        this.data = data;
    }

    /** The catalogue that comes with the plugin. */
    public static Catalogue builtIn() {
        return BuiltIn.CATALOGUE;
    }

    /**
     * Reads a catalogue from a file.
     *
     * @throws RefusedException when the file can't be read or is no catalogue
     */
    public static Catalogue load(Path file) {
        try {
            return load(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new RefusedException(
                    "The catalogue " + file + " cannot be read: " + e + ". Nothing was changed.",
                    Hint.of("Check the path in mattermost.catalogue, or leave it out to use the built-in catalogue."),
                    e);
        }
    }

    /**
     * Reads a catalogue from its bytes.
     *
     * @param json the catalogue
     * @param name where it came from, for messages
     * @throws RefusedException when it is no catalogue
     */
    public static Catalogue load(byte[] json, String name) {
        return new Catalogue(CatalogueReader.read(json, name, builtIn().data));
    }

    /** The listed releases, oldest first. */
    public Collection<Release> releases() {
        return data.releases().values();
    }

    /**
     * The release of a version: as listed, or, for a patch that isn't, what its minor release says of it.
     *
     * @return empty when the minor release isn't known either
     */
    public Optional<Release> find(Version version) {
        Release listed = data.releases().get(version);
        if (listed != null) {
            return Optional.of(listed);
        }
        return latestOfLine(version).map(release -> release.unlistedPatch(version));
    }

    /** The newest listed patch of a version's minor release. */
    public Optional<Release> latestOfLine(Version version) {
        NavigableMap<Version, Release> line = data.releases()
                .subMap(version.lineStart(), true, new Version(version.major(), version.minor(), 99_999), true);
        return line.isEmpty() ? Optional.empty() : Optional.of(line.lastEntry().getValue());
    }

    /**
     * The newest of some releases that is a patch of a version's minor release.
     *
     * @param releases oldest first
     * @return empty when none is
     */
    Optional<Release> newestOf(Version version, List<Version> releases) {
        return releases.stream()
                .filter(version::sameLine)
                .reduce((older, newer) -> newer)
                .flatMap(this::find);
    }

    /** The newest listed release, ESR or not. */
    public Release latest() {
        return data.releases().lastEntry().getValue();
    }

    /** The newest listed ESR; empty when none is listed. */
    public Optional<Release> latestEsr() {
        return data.releases().descendingMap().values().stream()
                .filter(Release::isEsr)
                .findFirst();
    }

    /** The newest patch of each minor release after one version's and before another's, oldest first. */
    public List<Release> linesBetween(Version after, Version before) {
        return data.releases().values().stream()
                .filter(release -> after.lineStart().below(release.version().lineStart())
                        && release.version().lineStart().below(before.lineStart()))
                .filter(release -> latestOfLine(release.version()).orElseThrow().equals(release))
                .toList();
    }

    /** The release and edition whose archive has a SHA-256 sum (hexadecimal, upper or lower case). */
    public Optional<Publication> bySha256(String sha256) {
        return Optional.ofNullable(data.bySha256().get(sha256.strip().toLowerCase(Locale.ROOT)));
    }

    /**
     * The SHA-256 sum of an archive, in lower case.
     *
     * @param architecture the processor in the vendor's spelling, such as {@code amd64}
     * @return empty when not known, so for every processor but the catalogue's own
     */
    public Optional<String> sha256(Version version, Edition edition, String architecture) {
        if (!architecture.equals(data.architecture())) {
            return Optional.empty();
        }
        return Optional.ofNullable(data.releases().get(version))
                .map(release -> release.files().get(edition))
                .flatMap(PublishedFile::sha256);
    }

    /**
     * Where an archive can be downloaded.
     *
     * @param architecture the processor in the vendor's spelling, such as {@code amd64}
     * @throws RefusedException when the release was not published in that edition
     */
    public URI url(Version version, Edition edition, String architecture) {
        Release listed = data.releases().get(version);
        if (listed != null && !listed.files().containsKey(edition)) {
            throw new RefusedException(
                    "Mattermost " + version + " was not published in the " + edition + " edition. Nothing was changed.",
                    Hint.of("Set mattermost.edition to "
                            + listed.files().keySet().iterator().next() + "."));
        }
        String template = Optional.ofNullable(listed)
                .flatMap(release -> release.files().get(edition).url())
                .filter(own -> own.contains("{arch}") || architecture.equals(data.architecture()))
                .orElseGet(() -> data.urls().get(edition));
        return expand(template, version, edition, architecture);
    }

    /** Where the detached signature of an archive can be downloaded; throws as {@link #url} does. */
    public URI signatureUrl(Version version, Edition edition, String architecture) {
        return URI.create(url(version, edition, architecture) + data.signatureSuffix());
    }

    /**
     * Fills in a URL template.
     *
     * @throws RefusedException when the result is no URL
     */
    public static URI expand(String template, Version version, Edition edition, String architecture) {
        String text = template.replace("{version}", version.toString())
                .replace("{edition}", edition.key())
                .replace("{arch}", architecture);
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            // not as the cause: it repeats the address, with a password that may be in it
            throw new RefusedException(
                    "The address '" + Location.printable(text) + "' is not a URL. Nothing was changed.",
                    Hint.of("In braces, a template can only have {version}, {edition} and {arch}."));
        }
    }

    /** The oldest PostgreSQL that a release works with; empty when not known. */
    public Optional<Version> minimumPostgresql(Version version) {
        return Optional.ofNullable(data.minimumPostgresql().floorEntry(version)).map(Map.Entry::getValue);
    }

    /** Whether a release still works with MySQL and MariaDB. */
    public boolean supportsMysql(Version version) {
        return data.mysqlRemovedIn().isEmpty()
                || version.below(data.mysqlRemovedIn().get());
    }

    /** The rule that forbids to move between two versions, if one does. */
    public Optional<ForbiddenMove> forbidden(Version from, Version to) {
        return data.forbidden().stream().filter(move -> move.forbids(from, to)).findFirst();
    }

    /**
     * What a server does about the schema that it finds, so that nobody has to start it to know.
     *
     * @param schema the schema in the database, as the row {@code Version} of the table {@code Systems} has it, or the
     *     version of the server that ran on it last
     * @param server the server that is going to start
     */
    public SchemaVerdict schemaVerdict(Version schema, Version server) {
        Map.Entry<Version, SchemaRule> rule = data.schemaRules().floorEntry(server);
        if (rule == null) {
            rule = data.schemaRules().firstEntry();
        }
        return rule.getValue().judge(schema, server);
    }

    /**
     * Whether a release's support has ended.
     *
     * <p>Where the catalogue has no date, it has ended when that of a later release has which the vendor supports at
     * least as long.
     */
    public boolean pastSupport(Release release, LocalDate today) {
        if (release.supportEnds().isPresent()) {
            return release.supportEnds().get().isBefore(today);
        }
        return data.releases().tailMap(release.version(), false).values().stream()
                .filter(later -> later.isEsr() || !release.isEsr())
                .flatMap(later -> later.supportEnds().stream())
                .anyMatch(end -> end.isBefore(today));
    }

    /** Says, for a person, that a release's support has ended; empty while it lasts or where that isn't known. */
    public Optional<String> supportNotice(Release release, LocalDate today) {
        if (!pastSupport(release, today)) {
            return Optional.empty();
        }
        String when = release.supportEnds().map(day -> " ended on " + day).orElse(" has ended");
        return Optional.of("The vendor's support of Mattermost " + release.version() + when);
    }

    /** Where the notes of a version's release are published; empty when not known. */
    public Optional<ChangelogSource> changelog(Version version) {
        return data.changelogs().stream()
                .filter(source -> source.covers(version))
                .findFirst();
    }

    /** Where the notes of the releases after one version and up to another are published, oldest first. */
    public List<ChangelogSource> changelogs(Version after, Version upTo) {
        return data.changelogs().stream()
                .filter(source -> source.touches(after, upTo))
                .toList();
    }

    @Override
    public String toString() {
        return releases().size() + " releases up to " + latest();
    }

    /** Loaded when it is first asked for. */
    private static final class BuiltIn {
        static final Catalogue CATALOGUE = read();

        private static Catalogue read() {
            try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
                if (in == null) {
                    throw new IllegalStateException("catalogue.json is missing from the plugin's jar");
                }
                return new Catalogue(CatalogueReader.read(
                        in.readAllBytes(), "catalogue.json", CatalogueData.empty(Collections.emptyNavigableMap())));
            } catch (IOException e) {
                throw new IllegalStateException("catalogue.json cannot be read from the plugin's jar", e);
            }
        }
    }
}
