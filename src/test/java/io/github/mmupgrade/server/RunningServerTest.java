package io.github.mmupgrade.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.service.ServiceFixture;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;

public class RunningServerTest {

    @Rule
    public final ServiceFixture fixture = new ServiceFixture();

    @Test
    public void findsTheServerWithEverythingThatDecidesItsConfiguration() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        long pid = fixture.startByHand(
                Map.of("MM_SQLSETTINGS_DATASOURCE", "postgres://u:p=@h/d", "OTHER", "x"), "-c", "there.json");
        RunningServer server = only();
        assertEquals(pid, server.pid());
        assertEquals(Map.of("MM_SQLSETTINGS_DATASOURCE", "postgres://u:p=@h/d"), server.settings());
        assertEquals("x", server.environment().orElseThrow().get("OTHER"));
        assertEquals(Optional.of("there.json"), server.configLocation());
        assertEquals(Optional.of(fixture.installation()), server.directory());
        assertEquals(fixture.host().self(), server.owner());
        assertTrue(server.umask().isPresent());
        assertFalse(server.toString(), server.toString().contains("p="));
        assertEquals(pid, RunningServer.ofPid(fixture.host(), pid).orElseThrow().pid());
    }

    @Test
    public void findsItThroughALinkToTheInstallation() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        Path link = Files.createSymbolicLink(fixture.root().resolve("current"), fixture.installation());
        fixture.startByHand(Map.of());
        assertEquals(1, RunningServer.find(fixture.host(), link).size());
    }

    @Test
    public void findsAProgramThatCarriesTheServersName() throws Exception {
        Files.copy(Path.of("/bin/sleep"), fixture.installation().resolve("bin/platform"));
        Process process = new ProcessBuilder(
                        fixture.installation().resolve("bin/platform").toString(), "50")
                .start();
        try {
            // sleep's argument reads like a command of the server's: it is no server
            assertEquals(List.of(), RunningServer.find(fixture.host(), fixture.installation()));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    public void tellsAJobServerFromAServer() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        fixture.startByHand(Map.of(), "jobserver");
        assertTrue(only().jobServer());
    }

    @Test
    public void takesAForkOfTheServerForNoSecondOne() throws Exception {
        // a child that stays what it was forked as
        fixture.program("(while :; do read -r nothing < /dev/zero; done) &\ntrap 'kill $!; exit 0' TERM\nwait");
        fixture.startByHand(Map.of());
        RunningServer server = only();
        assertTrue(ProcessHandle.of(server.pid()).orElseThrow().children().count() > 0);
    }

    @Test
    public void takesNobodyElseForTheServer() throws Exception {
        fixture.program(ServiceFixture.OBEDIENT);
        Process reader = new ProcessBuilder(
                        "tail",
                        "-f",
                        fixture.installation().resolve("bin/mattermost").toString())
                .directory(fixture.installation().toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Process command = new ProcessBuilder(
                        fixture.installation().resolve("bin/mattermost").toString(), "version")
                .start();
        try {
            assertEquals(List.of(), RunningServer.find(fixture.host(), fixture.installation()));
        } finally {
            for (Process process : List.of(reader, command)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    public void namesWhoHoldsAPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            PortWatch ports = new PortWatch(fixture.host());
            PortWatch.PortOwner owner = ports.owner(port).orElseThrow();
            assertEquals(ProcessHandle.current().pid(), owner.process().pid());
            assertEquals(
                    "a process of user " + System.getProperty("user.name"),
                    new PortWatch.PortOwner(port, null, owner.uid(), owner.user()).toString());
            assertTrue(
                    owner.toString(),
                    owner.toString().contains("java (pid " + owner.process().pid() + ")"));
            assertTrue(ports.owner(new ListenAddress("", port, false, "")).isPresent());
            assertTrue(
                    ports.owner(new ListenAddress("127.0.0.1", port, false, "")).isPresent());
            assertEquals(Optional.empty(), ports.owner(new ListenAddress("127.0.0.9", port, false, "")));
        }
    }

    private RunningServer only() {
        List<RunningServer> all = RunningServer.find(fixture.host(), fixture.installation());
        assertEquals(1, all.size());
        return all.get(0);
    }
}
