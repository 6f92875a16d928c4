package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The archives have the layout of their release's line. */
public class StandInArchivesTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void release1BringsApiAndWeb() throws IOException {
        assertEquals(
                Set.of("api", "web", "bin", "config", "logs", "README.md", "NOTICE.txt", "MIT-COMPILED-LICENSE.md"),
                below("1.4.0", "mattermost/"));
        assertEquals(Set.of("platform"), below("1.4.0", "mattermost/bin/"));
    }

    @Test
    public void release4BringsTheClientAndADefaultFile() throws IOException {
        assertEquals(
                Set.of(
                        "client",
                        "fonts",
                        "i18n",
                        "templates",
                        "bin",
                        "config",
                        "logs",
                        "README.md",
                        "NOTICE.txt",
                        "MIT-COMPILED-LICENSE.md"),
                below("4.10.0", "mattermost/"));
        assertEquals(Set.of("config.json", "default.json", "README.md"), below("4.10.0", "mattermost/config/"));
    }

    @Test
    public void release5BringsBothProgramsAndPlugins() throws IOException {
        assertEquals(Set.of("platform", "mattermost"), below("5.25.6", "mattermost/bin/"));
        assertEquals(2, below("5.25.6", "mattermost/prepackaged_plugins/").size());
    }

    @Test
    public void release11BringsDataAndPluginsToo() throws IOException {
        assertEquals(
                Set.of(
                        "bin",
                        "client",
                        "config",
                        "data",
                        "fonts",
                        "i18n",
                        "logs",
                        "manifest.txt",
                        "plugins",
                        "prepackaged_plugins",
                        "templates",
                        "README.md",
                        "NOTICE.txt",
                        "MIT-COMPILED-LICENSE.md"),
                below("11.0.1", "mattermost/"));
        assertEquals(Set.of("mattermost", "mmctl"), below("11.0.1", "mattermost/bin/"));
    }

    @Test
    public void isNamedAsTheVendorDoesAndBuiltTheSameTwice() throws IOException {
        Path first = StandInArchives.build(
                Version.parse("5.37.0"), Edition.ENTERPRISE, folder.newFolder().toPath());
        Path second = StandInArchives.build(
                Version.parse("5.37.0"), Edition.ENTERPRISE, folder.newFolder().toPath());
        assertEquals("mattermost-5.37.0-linux-amd64.tar.gz", first.getFileName().toString());
        assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
        assertEquals(
                "mattermost-team-5.37.0-linux-amd64.tar.gz",
                StandInArchives.team("5.37.0").getFileName().toString());
    }

    /** The names directly below a directory of a release's archive. */
    private static Set<String> below(String version, String directory) throws IOException {
        Set<String> names = new TreeSet<>();
        try (InputStream file = Files.newInputStream(StandInArchives.team(version));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GzipCompressorInputStream(file))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName();
                if (name.startsWith(directory) && !name.equals(directory)) {
                    names.add(name.substring(directory.length()).replaceFirst("/.*", ""));
                }
            }
        }
        return names;
    }
}
