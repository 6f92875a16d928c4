package io.github.mmupgrade.remote.ssh;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SshConnectionTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void aKeyThatIsNotThereIsNamed() throws Exception {
        Path key = folder.getRoot().toPath().resolve("deploy");
        SshOptions options =
                new SshOptions("ssh", null, key, false, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);
        try (SshConnection connection =
                new SshConnection(new LocalHost(), new RemoteHost(null, "127.0.0.1", 1), options, SshSecrets.NONE)) {
            assertEquals(
                    "The private key " + key + " is not there, or cannot be read. Nothing was changed.",
                    assertThrows(RefusedException.class, connection::open).getMessage());
        }
    }
}
