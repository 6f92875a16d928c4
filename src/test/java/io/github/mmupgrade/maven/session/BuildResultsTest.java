package io.github.mmupgrade.maven.session;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.StageFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Properties;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class BuildResultsTest {

    private static final Event RESULT = new Event.Result(
            Goal.UPGRADE,
            Json.tree("{\"installedVersion\":\"5.37.10\",\"downtimeSeconds\":1.5}"),
            List.of("", "Upgraded"));

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Properties properties = new Properties();

    private Path file(String name) {
        return folder.getRoot().toPath().resolve(name);
    }

    @Test
    public void setsPropertiesAndWritesAFileForItsOwnerWhenTheGoalHasEnded() throws Exception {
        Path file = file("new/result");
        BuildResults results = new BuildResults(properties, file, false);
        results.report(RESULT);
        assertEquals("5.37.10", properties.getProperty("mattermost.result.installedVersion"));
        assertEquals("1.5", properties.getProperty("mattermost.result.downtimeSeconds"));
        assertFalse(Files.exists(file));
        results.write();
        assertEquals("Upgraded\n", Files.readString(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    public void aFileThatCannotBeWrittenFailsOnlyWhenTheGoalHasDoneItsWork() throws Exception {
        Files.writeString(file("taken"), "a file");
        BuildResults results = new BuildResults(properties, file("taken").resolve("result"), true);
        results.report(RESULT);
        StageFailedException e = assertThrows(StageFailedException.class, results::write);
        assertTrue(e.getMessage(), e.getMessage().startsWith("upgrade has done its work, but"));
        StageFailedException other = new StageFailedException("why", e.hint());
        results.writeAfter(other);
        assertEquals(1, other.getSuppressed().length);
    }
}
