package io.github.mmupgrade.stages;

import static org.junit.Assert.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** Addresses that somebody else has configured: neither they nor what is sent from there may end or hold a run. */
public class OthersAddressesTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @Before
    public void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] bytes = new byte[65_536];
            try (OutputStream out = exchange.getResponseBody()) {
                while (!Thread.currentThread().isInterrupted()) {
                    out.write(bytes);
                }
            }
        });
        server.start();
    }

    @After
    public void stop() {
        threads.shutdownNow();
        server.stop(0);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @Test(timeout = 20_000)
    public void ofAWebhookIsGivenUp() {
        String why = new Webhook(url()).post("hello").orElseThrow();
        assertTrue(why, why.contains("could not be reached"));
    }

    @Test(timeout = 20_000)
    public void ofThePublicUrlIsAWarning() {
        String warning = VerifyStage.publicUrl(() -> Optional.of(url())).orElseThrow();
        assertTrue(warning, warning.contains("does not answer from here"));
    }

    @Test
    public void aPublicUrlThatIsNoneIsAWarning() {
        for (String url : List.of("https://chat.example.com/ x", "chat.example.com", "ftp://chat.example.com")) {
            assertTrue(
                    url,
                    VerifyStage.publicUrl(() -> Optional.of(URI.create(url))).isPresent());
        }
    }
}
