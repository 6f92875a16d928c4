package io.github.mmupgrade.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.testing.PlainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class GivenFilesTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private String fingerprint(String workspace, String release) throws IOException {
        Path archives = folder.newFolder(workspace).toPath();
        Files.createFile(archives.resolve("mattermost-team-" + release + "-linux-amd64.tar.gz"));
        Request request = new Request(
                        Goal.UPGRADE,
                        PlainOptions.of(Path.of("/opt/mattermost"), Path.of("/")),
                        new GoalArguments.None())
                .withArchive(archives.toString());
        GivenFiles given = GivenFiles.of(request);
        return given.fingerprint(given.there(Path.of("/objects")));
    }

    @Test
    public void theSameArchivesInAnotherWorkspaceAreTheSameGoal() throws Exception {
        String one = fingerprint("one", "10.11.2");
        assertEquals(one, fingerprint("two", "10.11.2"));
        assertNotEquals(one, fingerprint("three", "10.11.3"));
    }
}
