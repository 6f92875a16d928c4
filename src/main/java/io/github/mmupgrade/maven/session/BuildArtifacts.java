package io.github.mmupgrade.maven.session;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.descriptor.PluginDescriptor;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.resolution.ArtifactRequest;

/** Files that come from repositories: the plugin's own archive with its libraries, and artifacts that were named. */
public final class BuildArtifacts {

    private static final String ARCHIVE = ".jar";

    /** The groups of the client for Kubernetes and of what it brings with it: 20 MB that no other machine needs. */
    private static final List<String> HERE =
            List.of("/io/fabric8/", "/io/vertx/", "/io/netty/", "/tools/jackson/", "/org/snakeyaml/");

    private final RepositorySystem repositories;
    private final MavenSession session;
    private final PluginDescriptor plugin;

    public BuildArtifacts(RepositorySystem repositories, MavenSession session, PluginDescriptor plugin) {
        this.repositories = repositories;
        this.session = session;
        this.plugin = plugin;
    }

    /**
     * The plugin's archive and the libraries that its engine needs beside Maven itself on another machine, in the order of
     * the class path.
     */
    public List<Path> ofPlugin() {
        List<Path> archives = new ArrayList<>();
        for (URL url : plugin.getClassRealm().getURLs()) {
            try {
                Path file = Path.of(url.toURI());
                if (file.toString().endsWith(ARCHIVE) && travels(file)) {
                    archives.add(file);
                }
            } catch (URISyntaxException e) {
                throw new IllegalStateException("Maven names no file: " + url, e);
            }
        }
        return archives;
    }

    /** Whether a library is for more than clusters, which are reached from here; the directories are those of its group. */
    static boolean travels(Path file) {
        return HERE.stream().noneMatch(group -> file.toString().contains(group));
    }

    /**
     * A file, or an artifact that is fetched as every artifact of the build is.
     *
     * @param text the path of a file, else {@code groupId:artifactId[:extension[:classifier]]:version}
     * @throws RefusedException when there is neither
     */
    public Path fileOrArtifact(String text) {
        Path file = Path.of(session.getExecutionRootDirectory()).resolve(text);
        if (Files.isRegularFile(file)) {
            return file;
        }
        try {
            return repositories
                    .resolveArtifact(
                            session.getRepositorySession(),
                            new ArtifactRequest(
                                    new DefaultArtifact(text),
                                    session.getCurrentProject().getRemotePluginRepositories(),
                                    null))
                    .getArtifact()
                    .getFile()
                    .toPath();
        } catch (IllegalArgumentException | RepositoryException e) {
            throw new RefusedException(
                    text + " is neither a file nor an artifact that the repositories have: " + e.getMessage()
                            + ". Nothing was changed.",
                    Hint.of("Set mattermost.remote.runtime to the path of a .tar.gz archive with a Java, or to"
                            + " groupId:artifactId:tar.gz:classifier:version."),
                    e);
        }
    }
}
