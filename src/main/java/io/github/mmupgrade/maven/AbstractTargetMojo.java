package io.github.mmupgrade.maven;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.maven.session.Credentials;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.PathChoice;
import io.github.mmupgrade.release.PathMode;
import java.io.File;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugins.annotations.Parameter;

/** The parameters of the goals that need a target release. */
abstract class AbstractTargetMojo extends AbstractConfigMojo {

    private static final String ONE_ARCHIVE = ".tar.gz";

    /**
     * The release to upgrade to: a version such as {@code 10.11.23}, a minor release such as {@code 10.11} (its latest patch),
     * {@code next}, {@code latest-esr} or {@code latest}. By default what the archive holds, or the newest archive of a
     * directory, or the last release that {@code mattermost.path} names, else {@code latest}.
     */
    @Parameter(property = PropertyNames.TARGET_VERSION)
    private String targetVersion;

    /** The edition to install, {@code team} or {@code enterprise}; by default the installed one. */
    @Parameter(property = PropertyNames.EDITION)
    private String edition;

    /** The release archive: a file, a URL, or a directory of archives. By default it is downloaded. */
    @Parameter(property = PropertyNames.ARCHIVE)
    private String archive;

    /** Where archives are downloaded from, with <code>{version}</code>, <code>{edition}</code> and <code>{arch}</code> in it; by default the vendor's. */
    @Parameter(property = PropertyNames.ARCHIVE_URL)
    private String archiveUrl;

    /** The SHA-256 checksum that the archive must have; by default the one in the catalogue. */
    @Parameter(property = PropertyNames.SHA256)
    private String sha256;

    /** A file with the vendor's public key, to check the signature of an archive that the catalogue does not know. */
    @Parameter(property = PropertyNames.SIGNING_KEY)
    private File signingKey;

    /** A file or https URL that extends or replaces the catalogue of releases. */
    @Parameter(property = PropertyNames.CATALOGUE)
    private String catalogue;

    /**
     * Which releases to pass through: {@code auto}, {@code every-release}, {@code esr} or {@code direct}; or the releases
     * themselves, separated by commas, such as {@code 5.25.7,5.31.9,5.37.10}.
     */
    @Parameter(property = PropertyNames.PATH, defaultValue = "auto")
    private String path;

    /** The notes to read: a file, a directory, or URLs separated by commas; by default the vendor's. */
    @Parameter(property = PropertyNames.CHANGELOG)
    private String changelog;

    /** The releases whose notes were read: versions, ranges such as {@code 5.26.0-5.37.10}, or {@code all}. */
    @Parameter(property = PropertyNames.ACKNOWLEDGE)
    private String acknowledge;

    /** The name of the primary team, which only the step from 2.x to 3.0 asks for. */
    @Parameter(property = PropertyNames.PRIMARY_TEAM)
    private String primaryTeam;

    /**
     * The server in settings.xml with the login for a mirror of the archives. Only the host of {@code mattermost.archive} or
     * {@code mattermost.archiveUrl} gets it.
     */
    @Parameter(property = PropertyNames.MIRROR_SERVER_ID)
    private String mirrorServerId;

    @Override
    void refuseContradictions() {
        super.refuseContradictions();
        Contradiction.refuse(
                Contradiction.given(archive) && Contradiction.given(archiveUrl),
                PropertyNames.ARCHIVE,
                PropertyNames.ARCHIVE_URL,
                "a given archive is not downloaded");
        Map<String, String> files = new LinkedHashMap<>();
        files.put(PropertyNames.ARCHIVE, archive);
        files.put(PropertyNames.ARCHIVE_URL, archiveUrl);
        files.forEach((name, file) -> Contradiction.refuse(
                Contradiction.given(file) && isInKubernetes(),
                name,
                PropertyNames.KUBERNETES_RESOURCE,
                "Kubernetes runs images, not archives; give " + PropertyNames.TARGET_VERSION));
        boolean several =
                List.of(PathMode.EVERY_RELEASE.key(), PathMode.ESR.key()).contains(path);
        Contradiction.refuse(
                Contradiction.given(archive) && archive.endsWith(ONE_ARCHIVE) && several,
                PropertyNames.ARCHIVE,
                PropertyNames.PATH + "=" + path,
                "the path has several releases, and this is the archive of only one; give a directory of archives");
    }

    @Override
    UpgradeOptions.Target target(Credentials credentials) {
        return new UpgradeOptions.Target(
                targetVersion,
                edition == null ? null : Choice.of(Edition.class, PropertyNames.EDITION, edition),
                archive,
                archiveUrl,
                sha256,
                path(signingKey),
                catalogue,
                PathChoice.ofReleases(path).map(PathChoice::toString).orElseGet(() -> Choice.of(
                                PathMode.class, PropertyNames.PATH, path)
                        .key()),
                changelog,
                acknowledge,
                primaryTeam,
                credentials.offline(),
                UpgradeOptions.Network.DIRECT);
    }

    @Override
    RequestSecrets secrets(Credentials credentials) {
        return super.secrets(credentials).over(credentials.network(mirrorServerId));
    }
}
