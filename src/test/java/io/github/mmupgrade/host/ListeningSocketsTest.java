package io.github.mmupgrade.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ListeningSocketsTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Processes processes = new Processes(new LocalHost());
    private final ListeningSockets sockets = new ListeningSockets(processes);

    private final List<String> open() {
        return processes.openFiles(ProcessHandle.current().pid());
    }

    @Test
    public void aPortIsFoundWithTheProcessThatHasIt() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<ListeningSockets.Port> found = sockets.ports().stream()
                    .filter(port -> port.port() == socket.getLocalPort())
                    .toList();
            assertEquals(1, found.size());
            assertEquals("127.0.0.1", found.get(0).address().getHostAddress());
            assertTrue(open().contains(found.get(0).file()));
        }
    }

    @Test
    public void aSocketIsFoundByItsName() throws Exception {
        Path path = folder.getRoot().toPath().resolve("a b.sock");
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(path));
            List<ListeningSockets.Name> found = sockets.names().stream()
                    .filter(name -> name.path().equals(path.toString()))
                    .toList();
            assertEquals(1, found.size());
            assertTrue(open().contains(found.get(0).file()));
        }
    }

    @Test
    public void readsTheKernelsAddresses() {
        assertEquals("127.0.0.1", ListeningSockets.address("0100007F").getHostAddress());
        assertEquals(
                "0:0:0:0:0:0:0:1",
                ListeningSockets.address("00000000000000000000000001000000").getHostAddress());
        assertEquals(
                "127.0.0.1",
                ListeningSockets.address("0000000000000000FFFF00000100007F").getHostAddress());
    }
}
