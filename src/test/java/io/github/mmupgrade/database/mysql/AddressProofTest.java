package io.github.mmupgrade.database.mysql;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Which addresses are taken for those of the MariaDB server whose files are copied. */
public class AddressProofTest {

    private static final Owner WRITER = new Owner(54_321, 54_321);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestMariaDb server = TestMariaDb.shared();
    private final TestDatabase test = server.createDatabase("proof", false);
    private final LocalHost host = new LocalHost();

    private DataSource source(String address) {
        return source(address, "");
    }

    private DataSource source(String address, String parameters) {
        return DataSource.parse(
                "mysql", test.user() + ":" + test.password() + "@" + address + "/" + test.name() + parameters);
    }

    private DataSource at(int port) {
        return source("tcp(127.0.0.1:" + port + ")");
    }

    private Optional<LocalMariaDb> found(DataSource source) {
        try (SqlClient client = new SqlClient(source)) {
            return LocalMariaDb.find(client, host, DatabaseTools.of(host).onBehalfOf(WRITER));
        }
    }

    private AddressProof proof() {
        Processes processes = new Processes(host);
        LocalMariaDb found = found(at(server.port())).orElseThrow();
        ProcessInfo process = processes.all().stream()
                .filter(each -> found.program().equals(each.executable())
                        && found.data().startsWith(String.valueOf(each.directory())))
                .findFirst()
                .orElseThrow();
        return new AddressProof(host, processes, process);
    }

    @Test
    public void itsOwnPortAndItsOwnSocketAreProven() {
        assertEquals(
                List.of("--host=127.0.0.1"), proof().login(at(server.port())).orElseThrow());
        assertEquals(
                List.of("--host=127.0.0.1"),
                proof().login(source("tcp(localhost:" + server.port() + ")")).orElseThrow());
        // a certificate that is checked names the name, and what that leads to later is anybody's guess
        assertEquals(Optional.empty(), proof().login(source("tcp(localhost:" + server.port() + ")", "?tls=true")));
        assertEquals(
                List.of("--host=127.0.0.1"),
                proof().login(source("tcp(127.0.0.1:" + server.port() + ")", "?tls=true"))
                        .orElseThrow());
        assertEquals(
                List.of("--protocol=SOCKET", "--socket=" + server.socket()),
                proof().login(source("unix(" + server.socket() + ")")).orElseThrow());
    }

    @Test
    public void aProgramBetweenIsNotTheServerWhateverItSays() throws Exception {
        try (ServerSocket between = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread forwards = new Thread(() -> forward(between));
            forwards.setDaemon(true);
            forwards.start();
            assertEquals(Optional.empty(), proof().login(at(between.getLocalPort())));
            // root believes the kernel only; for others it makes no difference whom they are led to
            assertEquals(
                    host.self().equals(Owner.ROOT),
                    found(at(between.getLocalPort())).isEmpty());
        }
        assertEquals(Optional.empty(), proof().login(at(1)));
    }

    @Test
    public void aSocketOfSomebodyElseIsNotTheServers() throws Exception {
        Path own = folder.getRoot().toPath().resolve("own.sock");
        Path link = folder.getRoot().toPath().resolve("link.sock");
        Files.createSymbolicLink(link, server.socket());
        assertEquals(Optional.empty(), proof().login(source("unix(" + link + ")")));
        assertEquals(Optional.empty(), proof().login(source("unix(" + own + ")")));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(own));
            assertEquals(Optional.empty(), proof().login(source("unix(" + own + ")")));
        }
    }

    @Test
    public void aServerOfTheWritersOwnIsNotCopiedByRoot() {
        Owner its = found(at(server.port())).orElseThrow().owner();
        try (SqlClient client = new SqlClient(at(server.port()))) {
            assertEquals(
                    host.self().equals(Owner.ROOT),
                    LocalMariaDb.find(client, host, DatabaseTools.of(host).onBehalfOf(its))
                            .isEmpty());
            assertTrue(LocalMariaDb.find(client, host, DatabaseTools.of(host)).isPresent());
        }
    }

    @Test
    public void whoLogsInByTheOperatingSystemsUserIsToldBeforeAnythingIsCopied() {
        DatabaseTools tools = DatabaseTools.of(host).onBehalfOf(WRITER);
        try (SqlClient client = new SqlClient(at(server.port()))) {
            MariaDbPreconditions preconditions = new MariaDbPreconditions(
                    client, host, tools, new ServerVersion("MariaDB", 10, 11, "10.11.6-MariaDB"));
            assertEquals("rights", last(preconditions));
            // the session stays
            server.execute("ALTER USER " + test.user() + "@'%' IDENTIFIED VIA unix_socket");
            assertEquals(host.self().equals(Owner.ROOT) ? "user" : "rights", last(preconditions));
        }
    }

    private String last(MariaDbPreconditions preconditions) {
        List<CopyPrecondition> found = preconditions.check(folder.getRoot().toPath(), true);
        return found.get(found.size() - 1).check();
    }

    private void forward(ServerSocket from) {
        while (true) {
            try {
                Socket client = from.accept();
                Socket there = new Socket(InetAddress.getLoopbackAddress(), server.port());
                pump(client, there);
                pump(there, client);
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        Thread thread = new Thread(() -> {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException closed) {
                // the other direction ends as well
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
