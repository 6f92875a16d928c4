package io.github.mmupgrade.remote;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestSshd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A backup goes from one machine to another without this one; both are this machine, reached over a real OpenSSH server. */
public class TreeFetchTest {

    /** What is sent once for all of them. */
    @ClassRule
    public static final TemporaryFolder SENT = new TemporaryFolder();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final RecordingReporter said = new RecordingReporter();
    private final Map<String, String> environment = new TreeMap<>(System.getenv());
    private final List<AutoCloseable> open = new ArrayList<>();
    private TestSshd sshd;
    private Process agent;
    private Path backup;
    private Path received;

    @Before
    public void listen() throws Exception {
        Path root = folder.getRoot().toPath();
        sshd = new TestSshd();
        Path socket = root.resolve("agent");
        agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("agent.log").toFile())
                .start();
        for (int i = 0; i < 500 && !Files.exists(socket); i++) {
            Thread.sleep(10);
        }
        environment.put("SSH_AUTH_SOCK", socket.toString());
        backup = Files.createDirectories(root.resolve("backup/files"));
        backup = backup.getParent();
        received = root.resolve("received");
        Files.write(backup.resolve("files/large"), new byte[5_000_000]);
        Files.writeString(backup.resolve("files/\u00fcmlaut"), "text");
        Files.writeString(backup.resolve(Manifest.NAME), "{}");
    }

    @After
    public void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        agent.destroy();
        assertTrue(agent.waitFor(10, TimeUnit.SECONDS));
        sshd.close();
    }

    private void addKey() throws Exception {
        ProcessBuilder add = new ProcessBuilder("ssh-add", "-q", sshd.key().toString());
        add.environment().putAll(environment);
        assertEquals(0, add.start().waitFor());
    }

    private RemoteEngine machine() {
        Path root = folder.getRoot().toPath();
        RemoteEngine engine = SshMachines.of(
                new LocalHost(environment),
                sshd,
                sshd.knownHosts(),
                SENT.getRoot().toPath(),
                root,
                null,
                Duration.ofSeconds(20));
        open.add(engine);
        return engine;
    }

    private void bring(boolean direct) throws Exception {
        RemoteEngine source = machine();
        RemoteEngine destination = machine();
        new BackupFetch(
                        source,
                        RequestSecrets.NONE,
                        new HintRenderer("g:a:1", Map.of(), Map.of()),
                        new ReportFiles(received, received),
                        direct,
                        said)
                .bring(backup, mode -> destination.openTree(mode, received, said), Duration.ofSeconds(20));
        assertEquals(5_000_000, Files.size(received.resolve("files/large")));
        assertEquals("text", Files.readString(received.resolve("files/\u00fcmlaut")));
        assertTrue(Files.exists(received.resolve(Manifest.NAME)));
    }

    @Test
    @Category(Slow.class)
    public void theDestinationFetchesByItselfWithTheKeysOfTheAgent() throws Exception {
        addKey();
        bring(true);
        assertTrue(said.text(), said.text().contains("from machine to machine: 5"));
        assertFalse(said.text(), said.text().contains("through this machine"));
        // what is there is not fetched again
        Files.writeString(backup.resolve("files/more"), "more");
        bring(true);
        assertEquals("more", Files.readString(received.resolve("files/more")));
        assertTrue(said.text(), said.text().contains("of 5.0 MB in 2 files"));
    }

    @Test
    @Category(Slow.class)
    public void itGoesThroughThisMachineWhereTheDestinationIsNotLetIn() throws Exception {
        bring(true);
        assertTrue(said.text(), said.text().contains("the destination does not reach"));
        assertTrue(said.text(), said.text().contains("ermission denied"));
        assertTrue(said.text(), said.text().contains("sent through this machine"));
    }

    @Test
    @Category(Slow.class)
    public void nobodyGetsTheAgentWhereThatIsNotWanted() throws Exception {
        addKey();
        bring(false);
        assertFalse(said.text(), said.text().contains("machine to machine"));
    }
}
