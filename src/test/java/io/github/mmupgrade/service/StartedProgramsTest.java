package io.github.mmupgrade.service;

import static org.junit.Assert.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class StartedProgramsTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path root;
    private Path installation;

    @Before
    public void make() throws Exception {
        root = folder.getRoot().toPath().toRealPath();
        installation = root.resolve("opt/mattermost-5");
        Files.createDirectories(installation.resolve("bin"));
        Files.createFile(installation.resolve("bin/platform"));
        Files.createSymbolicLink(root.resolve("opt/mattermost"), installation);
    }

    private Set<String> of(String... command) {
        return new StartedPrograms(installation, null).of(List.of(command));
    }

    @Test
    public void findsTheProgramThroughLinksWrappersAndShells() throws Exception {
        assertEquals(Set.of("platform"), of(installation + "/bin/platform"));
        assertEquals(Set.of("platform"), of(root + "/opt/mattermost/bin/platform", "server"));
        assertEquals(Set.of("platform"), of("/usr/bin/env", "A=b", root + "/opt/mattermost/bin/platform"));
        assertEquals(Set.of("platform"), of("sh", "-c", "cd " + installation + " && exec ./bin/platform >>/dev/null"));
        Path link = Files.createSymbolicLink(root.resolve("chat"), installation.resolve("bin/platform"));
        assertEquals(Set.of("platform"), of(link.toString()));
        // a program that the installation does not have is one that it starts all the same
        assertEquals(Set.of("mattermost"), of(installation + "/bin/mattermost"));
        assertEquals(
                Set.of("platform"),
                new StartedPrograms(installation, installation.resolve("bin")).of(List.of("./platform")));
    }

    @Test
    public void readsAScriptThatIsStartedButNotItsComments() throws Exception {
        Path script = Files.writeString(
                root.resolve("start"),
                "#!/bin/sh\n# once " + installation + "/bin/mattermost\n[ -x x ] && exec \"" + installation
                        + "/bin/platform\"\n");
        assertEquals(Set.of("platform"), of(script.toString()));
    }

    @Test
    public void whatIsNotInBinIsNoProgramOfTheInstallation() throws Exception {
        assertEquals(Set.of(), of("/usr/bin/true", "-c", installation + "/config/config.json", "\0/x"));
        assertEquals(Set.of(), of(root + "/elsewhere/bin/platform"));
        assertEquals(Set.of(), of());
    }
}
