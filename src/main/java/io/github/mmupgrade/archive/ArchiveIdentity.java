package io.github.mmupgrade.archive;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Publication;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which release an archive is, found without running anything of it: a server asked for its version migrates the
 * database it finds.
 *
 * @param version the release
 * @param edition its edition
 * @param processor what it runs on
 * @param certain whether its checksum says so; else only its name does
 */
public record ArchiveIdentity(Version version, Edition edition, ArchiveProcessor processor, boolean certain) {

    // releases.mattermost.com has these names since 1.4; an edition "enterprise" spelled out is a mirror's custom
    private static final Pattern NAME = Pattern.compile(
            "mattermost(-team|-enterprise)?-v?(\\d{1,5}\\.\\d{1,5}\\.\\d{1,5})(?:-linux-(amd64|x86_64|x64|arm64|aarch64))?"
                    + "(?:\\.tar\\.gz|\\.tgz)");

    /**
     * Which release an archive is.
     *
     * @param sha256 its checksum
     * @param fileName its name, or an address or path that ends with it
     * @param catalogue finds what a checksum is of
     * @throws RefusedException when neither says so
     */
    public static ArchiveIdentity of(
            String sha256, String fileName, Function<String, Optional<Publication>> catalogue) {
        return catalogue
                .apply(sha256)
                .flatMap(ArchiveIdentity::of)
                .or(() -> ofName(fileName))
                .orElseThrow(
                        () -> new RefusedException(
                                "The release of the archive '" + baseName(fileName) + "' is not known: its SHA-256 sum "
                                        + sha256 + " is not in the catalogue, and its name does not tell.",
                                Hint.of(
                                        "Give it the name that the vendor uses, such as mattermost-team-5.37.10-linux-amd64.tar.gz.")));
    }

    /** What the vendor's spelling of names says; empty when a name isn't spelled like that. */
    public static Optional<ArchiveIdentity> ofName(String fileName) {
        Matcher name = NAME.matcher(baseName(fileName));
        if (!name.matches()) {
            return Optional.empty();
        }
        Edition edition = "-team".equals(name.group(1)) ? Edition.TEAM : Edition.ENTERPRISE;
        ArchiveProcessor processor = Optional.ofNullable(name.group(3))
                .flatMap(ArchiveProcessor::find)
                .orElse(ArchiveProcessor.AMD64);
        return Version.tryParse(name.group(2)).map(version -> new ArchiveIdentity(version, edition, processor, false));
    }

    /**
     * Asserts that this is the release that was asked for.
     *
     * @throws RefusedException naming both, when it isn't
     */
    public void require(Version wanted, Edition wantedEdition) {
        if (!version.equals(wanted) || edition != wantedEdition) {
            throw new RefusedException(
                    "The archive is Mattermost " + version + " (" + edition + "), but " + wanted + " (" + wantedEdition
                            + ") was requested.",
                    Hint.of("Check the version and the edition in mattermost.archive."));
        }
    }

    private static Optional<ArchiveIdentity> of(Publication publication) {
        return ArchiveProcessor.find(publication.architecture())
                .map(processor ->
                        new ArchiveIdentity(publication.release().version(), publication.edition(), processor, true));
    }

    private static String baseName(String fileName) {
        String path = fileName.contains("?") ? fileName.substring(0, fileName.indexOf('?')) : fileName;
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return "Mattermost " + version + " (" + edition + ", " + processor + ")";
    }
}
