package io.github.mmupgrade.planning;

import io.github.mmupgrade.archive.ArchiveFetcher;
import io.github.mmupgrade.archive.ArchiveIdentity;
import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.archive.ArchiveTrust;
import io.github.mmupgrade.archive.VerifiedArchive;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.download.MirrorLogin;
import io.github.mmupgrade.download.TextFetcher;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.notes.Changelog;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.ChangelogSource;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where releases and what is known of them come from: catalogue, changelogs, archives given or fetched. */
public final class ReleaseSources {

    private final Reporter reporter;
    private final UpgradeOptions.Target options;
    private final DownloadSettings settings;
    private Catalogue catalogue;

    public ReleaseSources(GoalContext context) {
        this(context.options(), context.reporter());
    }

    public ReleaseSources(UpgradeOptions all, Reporter reporter) {
        this.reporter = reporter;
        this.options = all.target();
        this.settings = downloads(all);
    }

    /** How archives are downloaded, and where they are kept. */
    public static DownloadSettings downloads(UpgradeOptions all) {
        return downloads(all.target(), all.target().network(), all.places().cache());
    }

    /** The same, over a network that was given apart. The mirror is where the options have archives come from. */
    public static DownloadSettings downloads(UpgradeOptions.Target target, UpgradeOptions.Network network, Path cache) {
        String from = target.archive() == null ? target.archiveUrl() : target.archive();
        return DownloadSettings.of(
                cache,
                target.offline(),
                network.proxies(),
                network.mirror().flatMap(login -> from == null ? Optional.empty() : MirrorLogin.of(from, login)));
    }

    /** The catalogue of releases: the built-in one, extended or replaced by a given one. */
    public Catalogue catalogue() {
        if (catalogue == null) {
            requireUnchangedOnTheWay();
            catalogue = options.catalogue() == null
                    ? Catalogue.builtIn()
                    : Catalogue.load(
                            new TextFetcher(settings).fetch(options.catalogue(), "mattermost.catalogue"),
                            options.catalogue());
        }
        return catalogue;
    }

    /** The sums in a catalogue are what archives are held against; a key is asked only where there is none. */
    private void requireUnchangedOnTheWay() {
        URI address = options.catalogue() == null || options.sha256() != null
                ? null
                : Location.parse(options.catalogue()).uri();
        if (address != null && address.getScheme().equals("http")) {
            throw new RefusedException(
                    "The catalogue " + Location.printable(address)
                            + " comes over http: anybody on the way can change the"
                            + " checksums in it, which vouch for the archives. Nothing was changed.",
                    Hint.of("Give mattermost.catalogue an https address or a file, or give mattermost.sha256."));
        }
    }

    /** The processor of this machine, in the vendor's spelling. */
    public static ArchiveProcessor processor() {
        return ArchiveProcessor.ofThisMachine()
                .orElseThrow(() -> new RefusedException(
                        "Mattermost has no release for this machine's processor. Nothing was changed.",
                        Hint.of("The vendor publishes archives for x86-64 and aarch64.")));
    }

    /**
     * Which release the one archive is that was given; empty when none was, or a directory of them.
     *
     * @throws RefusedException when it is not there, or nothing tells which release it holds
     */
    public Optional<ArchiveIdentity> givenArchive() {
        Optional<ArchiveIdentity> given = identified();
        if (given.filter(archive -> archive.processor() != processor()).isPresent()) {
            throw new RefusedException(
                    "The archive " + Location.parse(options.archive()) + " is for "
                            + given.get().processor() + "; this machine has " + processor() + ". Nothing was changed.",
                    Hint.of("Give the archive for " + processor() + "."));
        }
        return given;
    }

    private Optional<ArchiveIdentity> identified() {
        if (options.archive() == null) {
            return Optional.empty();
        }
        Location url = Location.parse(options.archive());
        if (url.file().isEmpty()) {
            return Optional.of(ArchiveIdentity.of(
                    Optional.ofNullable(options.sha256()).orElse(""),
                    options.archive(),
                    sum -> sum.isEmpty() ? Optional.empty() : catalogue().bySha256(sum)));
        }
        Path file = url.file().get();
        if (Files.isDirectory(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ArchiveIdentity.of(Digests.sha256(file), file.toString(), catalogue()::bySha256));
        } catch (IOException e) {
            throw new RefusedException(
                    "The archive " + file + " does not exist or is not readable. Nothing was changed.",
                    Hint.of("Check mattermost.archive."),
                    e);
        }
    }

    /**
     * The verified archive of a release.
     *
     * @throws RefusedException when it cannot be fetched, or is not what it should be
     */
    public VerifiedArchive archive(Version version, Edition edition) {
        String location = requireLocation(version, edition);
        if (isAnothersWork(version, edition, location)) {
            reporter.warn("The archive " + location
                    + " is accepted because of mattermost.sha256; it is not the vendor's own");
        }
        VerifiedArchive archive =
                new ArchiveFetcher(settings, reporter).fetch(location, trust(version, edition, location));
        ArchiveIdentity.of(archive.sha256(), location, catalogue()::bySha256).require(version, edition);
        reporter.info("Archive of " + version + " verified: " + archive.verifiedBy());
        return archive;
    }

    /**
     * Makes sure, as far as that is known without reading or fetching it, that the archive of a release is available and
     * that something vouches for it.
     *
     * @throws RefusedException when it is not available, or nothing does
     */
    public void requireObtainable(Version version, Edition edition) {
        String location = requireLocation(version, edition);
        new ArchiveFetcher(settings, reporter).requireObtainable(location, trust(version, edition, location));
    }

    /** The archive of a release when it has to be downloaded: from where, and where to. Empty when it was given. */
    Optional<ReleaseNeeds.Archive> toFetch(Version version, Edition edition) {
        return location(version, edition)
                .filter(found -> Location.parse(found).file().isEmpty())
                .map(found -> {
                    ArchiveTrust trust = trust(version, edition, found);
                    Path file = new ArchiveFetcher(settings, reporter).inCache(found, trust);
                    return new ReleaseNeeds.Archive(found, file, trust.sha256().orElse(null));
                });
    }

    private ArchiveTrust trust(Version version, Edition edition, String location) {
        Optional<String> known = isAnothersWork(version, edition, location)
                ? Optional.empty()
                : catalogue().sha256(version, edition, processor().key());
        return ArchiveTrust.of(Optional.ofNullable(options.sha256()), known, Optional.ofNullable(options.signingKey()));
    }

    /** Whoever hands over a file and vouches for it by its sum may have built it; a download may not differ. */
    private boolean isAnothersWork(Version version, Edition edition, String location) {
        Optional<String> known =
                catalogue().sha256(version, edition, processor().key());
        return Location.parse(location).file().isPresent()
                && options.sha256() != null
                && known.isPresent()
                && !known.get().equals(options.sha256());
    }

    /** The directory of archives that was given; empty when none was. */
    public Optional<ArchiveDirectory> directory() {
        return ArchiveDirectory.of(options.archive());
    }

    /** Whether a directory of archives was given that has none of a release. */
    public boolean lacks(Version version, Edition edition) {
        return location(version, edition).isEmpty();
    }

    /** Where the archive of a release can be downloaded, for people: without a password. */
    public String url(Version version, Edition edition) {
        return Location.parse(address(version, edition).toString()).toString();
    }

    /** The name that the vendor gives the archive of a release. */
    public String vendorsName(Version version, Edition edition) {
        String path = catalogue().url(version, edition, processor().key()).getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The archive of a release when it was given, as it is: nothing is verified. Empty where it is fetched. */
    public Optional<Path> onThisMachine(Version version, Edition edition) {
        return location(version, edition).flatMap(found -> Location.parse(found).file());
    }

    /** The checksum that the archive of a release has or must have, as far as it is known without fetching anything. */
    Optional<String> sumAtHand(Version version, Edition edition) {
        Optional<String> expected = Optional.ofNullable(options.sha256())
                .map(Digests::normalizeSha256)
                .or(() -> catalogue().sha256(version, edition, processor().key()));
        Optional<Path> file = onThisMachine(version, edition);
        try {
            return file.isPresent() ? Optional.of(Digests.sha256(file.get())) : expected;
        } catch (IOException gone) {
            return expected;
        }
    }

    /** Where the archive of a release is, a file or an address; empty when a directory was given without it. */
    private Optional<String> location(Version version, Edition edition) {
        Optional<ArchiveDirectory> directory = directory();
        if (directory.isPresent()) {
            return directory.get().find(version, edition).map(Path::toString);
        }
        return Optional.of(options.archive() == null ? address(version, edition).toString() : options.archive());
    }

    private String requireLocation(Version version, Edition edition) {
        return location(version, edition)
                .orElseThrow(() -> new RefusedException(
                        "The directory " + options.archive() + " has no archive of " + version + " (" + edition
                                + "). Nothing was changed.",
                        Hint.of("Put it there under the vendor's file name, or leave mattermost.archive out to"
                                + " download it.")));
    }

    private URI address(Version version, Edition edition) {
        String arch = processor().key();
        return options.archiveUrl() == null
                ? catalogue().url(version, edition, arch)
                : Catalogue.expand(options.archiveUrl(), version, edition, arch);
    }

    /**
     * What is known of the releases between: from a file, a directory or URLs that were given, else from where the
     * vendor publishes it. Where there are none, that is said, and nothing is known.
     */
    Changelog changelog(Version installed, Version target) {
        Changelog all = Changelog.empty();
        List<String> locations = options.changelog() == null
                ? changelogs(installed, target)
                : List.of(options.changelog().split("\\s*,\\s*"));
        List<String> unread = new ArrayList<>();
        for (String location : locations) {
            try {
                all = all.and(read(location));
            } catch (RefusedException e) {
                unread.add(e.getMessage());
            }
        }
        if (!unread.isEmpty()) {
            // one warning: most often one cause keeps all of them away
            reporter.warn("The release notes cannot be read:\n  " + String.join("\n  ", unread));
        }
        return all;
    }

    /** Where the vendor publishes the notes of the releases between; nowhere when they were given. */
    List<String> changelogs(Version installed, Version target) {
        return options.changelog() != null
                ? List.of()
                : catalogue().changelogs(installed, target).stream()
                        .map(ChangelogSource::source)
                        .map(Object::toString)
                        .toList();
    }

    private Changelog read(String location) {
        Optional<Path> file = Location.parse(location).file();
        return file.isPresent()
                ? Changelog.read(file.get())
                : Changelog.parse(new TextFetcher(settings).fetch(location, "mattermost.changelog"), location);
    }
}
