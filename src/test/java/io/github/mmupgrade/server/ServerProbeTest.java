package io.github.mmupgrade.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ServerProbeTest {

    private static final String ROOT_PAGE =
            "<html><title>Mattermost</title><script src=\"/static/main.0a1b.js\"></script></html>";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private record Page(int status, String body) {}

    private final Map<String, Page> pages = new HashMap<>();
    private HttpServer server;
    private String versionId;
    private Page otherwise = new Page(404, "404 page not found");

    @Before
    public void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            Page page = pages.getOrDefault(exchange.getRequestURI().toString(), otherwise);
            byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
            if (versionId != null) {
                exchange.getResponseHeaders().set("X-Version-Id", versionId);
            }
            exchange.sendResponseHeaders(page.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @After
    public void stop() {
        server.stop(0);
    }

    @Test
    public void asksReleasesFrom310On() {
        page("/api/v4/system/ping", 200, "{\"status\":\"OK\"}");
        page(
                "/api/v4/config/client?format=old",
                200,
                "{\"Version\":\"5.31.0\",\"BuildNumber\":\"5.31.3\",\"BuildEnterpriseReady\":\"true\"}");
        ServerAnswer answer = ask("");
        assertTrue(answer.healthy());
        assertEquals(Optional.of(Version.of(5, 31, 3)), answer.release());
        assertTrue(answer.exact());
        assertEquals(Optional.of(Version.of(5, 31, 0)), answer.schema());
        assertEquals(Optional.of(Edition.ENTERPRISE), answer.edition());
    }

    @Test
    public void takesTheHeaderWhereTheConfigurationIsClosed() {
        versionId = "5.25.0.5.25.6.ab12cd.false";
        page("/api/v4/system/ping", 200, "{\"status\":\"OK\"}");
        assertEquals(Optional.of(Version.of(5, 25, 6)), ask("").release());
        versionId = "9.5.1.8118149410.ab12cd.true";
        assertEquals(Optional.of(Version.of(9, 5, 1)), ask("").release());
        assertFalse(ask("").exact());
    }

    @Test
    public void asksTheFirstReleases() {
        versionId = "1.3.0.1448921234";
        page("/", 200, "<html>");
        page("/api/v1/admin/client_props", 200, "{\"Version\":\"1.3.0\",\"BuildNumber\":\"1.3.0\"}");
        ServerAnswer answer = ask("");
        assertTrue(answer.healthy());
        assertEquals(Optional.of(Version.of(1, 3, 0)), answer.release());
        assertEquals(Optional.empty(), answer.edition());
    }

    @Test
    public void asksRelease30() {
        page("/", 200, "<html>");
        page("/api/v3/admin/client_props", 200, "{\"Version\":\"3.0.0\",\"BuildNumber\":\"3.0.2\"}");
        assertEquals(Optional.of(Version.of(3, 0, 2)), ask("").release());
    }

    @Test
    public void doesNotTakeAPageForAnAnswerOfTheApi() {
        otherwise = new Page(200, ROOT_PAGE);
        ServerAnswer answer = ask("");
        assertTrue(answer.answered());
        assertFalse(answer.healthy());
        assertEquals(Optional.empty(), answer.release());
    }

    @Test
    public void saysWhyAServerIsNotReady() {
        page("/api/v4/system/ping", 500, "{\"status\":\"unhealthy\"}");
        ServerAnswer answer = ask("");
        assertTrue(answer.answered());
        assertFalse(answer.healthy());
        assertTrue(answer.reason(), answer.reason().contains("500 unhealthy"));
    }

    @Test
    public void hasTheServerTryItsDatabaseAndItsFileStore() throws Exception {
        String full = "/api/v4/system/ping?get_server_status=true&use_rest_semantics=true";
        page(full, 200, "{\"status\":\"OK\",\"database_status\":\"OK\",\"filestore_status\":\"UNHEALTHY\"}");
        assertEquals(Map.of("filestore_status", "UNHEALTHY"), probe("").unwell());
        page(full, 200, "{\"status\":\"OK\",\"database_status\":\"OK\",\"filestore_status\":\"OK\"}");
        assertEquals(Map.of(), probe("").unwell());
        page(full, 200, "{\"status\":\"OK\"}");
        assertEquals("older releases do not say", Map.of(), probe("").unwell());
    }

    @Test
    public void asksBelowTheSubpathAndThenAtTheRoot() {
        page("/chat/api/v4/system/ping", 200, "{\"status\":\"OK\"}");
        page("/chat/api/v4/config/client?format=old", 200, "{\"Version\":\"5.37.0\",\"BuildNumber\":\"5.37.0\"}");
        assertEquals(Optional.of(Version.of(5, 37, 0)), ask("/chat").release());
        pages.clear();
        page("/api/v4/system/ping", 200, "{\"status\":\"OK\"}");
        page("/api/v4/config/client?format=old", 200, "{\"Version\":\"5.2.0\",\"BuildNumber\":\"5.2.1\"}");
        assertEquals(Optional.of(Version.of(5, 2, 1)), ask("/chat").release());
    }

    @Test
    public void saysThatNobodyListens() {
        server.stop(0);
        ServerAnswer answer = ask("");
        assertFalse(answer.answered());
        assertTrue(answer.reason(), answer.reason().contains("nothing listens"));
    }

    @Test
    public void doesNotWaitForEverForAnAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            ServerAnswer answer = new ServerProbe(
                            new ListenAddress("127.0.0.1", silent.getLocalPort(), false, ""), Duration.ofSeconds(1))
                    .ask();
            assertFalse(answer.answered());
            assertTrue(answer.reason(), answer.reason().contains("1 s"));
        }
    }

    @Test
    public void takesAnAnswerThatIsTooLongForNoneOfAMattermostServer() {
        otherwise = new Page(200, "{\"status\":\"OK\",\"x\":\"" + "x".repeat(2 << 20) + "\"}");
        ServerAnswer answer = ask("");
        assertFalse(answer.answered());
        assertTrue(answer.reason(), answer.reason().contains("no Mattermost server: it sent more than 1 MB"));
    }

    @Test(timeout = 20_000)
    public void doesNotWaitForEverForTheEndOfAnAnswer() throws Exception {
        byte[] begin = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket halting = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> connection = CompletableFuture.supplyAsync(() -> {
                try {
                    Socket accepted = halting.accept();
                    accepted.getOutputStream().write(begin);
                    return accepted;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            ServerAnswer answer = new ServerProbe(
                            new ListenAddress("127.0.0.1", halting.getLocalPort(), false, ""), Duration.ofSeconds(1))
                    .ask();
            connection.join().close();
            assertFalse(answer.answered());
            assertTrue(answer.reason(), answer.reason().contains("1 s"));
        }
    }

    @Test
    public void knowsTheClientOfItsRelease() throws Exception {
        byte[] shipped = ROOT_PAGE.getBytes(StandardCharsets.UTF_8);
        page("/my-team", 200, ROOT_PAGE);
        ServerProbe.PageAnswer answer = probe("").teamPage("my-team");
        assertTrue(answer.ok());
        assertTrue(answer.isClient(shipped));
        page("/my-team", 200, ROOT_PAGE.replace("Mattermost", "Our chat").replace("/static", "/chat/static"));
        assertTrue(probe("").teamPage("my-team").isClient(shipped));
        page("/my-team", 200, ROOT_PAGE.replace("0a1b", "9f9f"));
        assertFalse(probe("").teamPage("my-team").isClient(shipped));
        assertFalse(probe("").teamPage("other").ok());
    }

    @Test
    public void takesAnyCertificateOfItsOwnHost() throws Exception {
        Path keys = folder.getRoot().toPath().resolve("keys");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=chat.example.org",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals(0, keytool.waitFor());
        KeyStore store = KeyStore.getInstance(keys.toFile(), "changeit".toCharArray());
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(context));
        secure.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("X-Version-Id", "5.37.0.5.37.9.ab.false");
            byte[] body = "{\"status\":\"OK\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        secure.start();
        try {
            ServerAnswer answer = new ServerProbe(
                            new ListenAddress("", secure.getAddress().getPort(), true, ""), Duration.ofSeconds(20))
                    .ask();
            assertTrue(answer.toString(), answer.healthy());
            assertEquals(Optional.of(Version.of(5, 37, 9)), answer.release());
        } finally {
            secure.stop(0);
        }
    }

    @Test
    public void trustsOnlyItsOwnHostBlindly() {
        assertTrue(LoopbackClient.isOwn("127.0.0.1"));
        assertTrue(LoopbackClient.isOwn("[::1]"));
        assertFalse("an address that is documentation's, nobody's", LoopbackClient.isOwn("192.0.2.1"));
    }

    private void page(String path, int status, String body) {
        pages.put(path, new Page(status, body));
    }

    private ServerProbe probe(String subpath) {
        return new ServerProbe(
                new ListenAddress("127.0.0.1", server.getAddress().getPort(), false, subpath), Duration.ofSeconds(10));
    }

    private ServerAnswer ask(String subpath) {
        return probe(subpath).ask();
    }
}
