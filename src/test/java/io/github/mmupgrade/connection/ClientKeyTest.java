package io.github.mmupgrade.connection;

import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ClientKeyTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test(timeout = 20_000)
    public void whatNeverEndsIsNoKey() throws Exception {
        Path pipe = folder.getRoot().toPath().resolve("key");
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        for (Path never : new Path[] {pipe, Path.of("/dev/zero")}) {
            try (ClientKey key = new ClientKey(never)) {
                RefusedException refused = assertThrows(RefusedException.class, key::der);
                assertTrue(refused.getMessage(), refused.getMessage().contains("is not a file"));
                assertThrows(RefusedException.class, () -> key.forPrograms(-1));
            }
        }
    }
}
