package io.github.mmupgrade.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.testing.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.After;
import org.junit.Test;

public class MaintenancePageTest {

    private final ListenAddress address = new ListenAddress("127.0.0.1", FreePorts.next(), false, "/chat");

    @After
    public void close() {
        MaintenancePage.free(() -> address);
    }

    private void open(String what, Instant until) throws IOException {
        assertNotNull(MaintenancePage.open(address, what, until));
    }

    @Test
    public void tellsABrowserWhatIsHappeningAndWhenToComeBack() throws Exception {
        open("We <b>upgrade</b>.", null);
        HttpResponse<String> answer = get("/chat/team/channels/town-square", "text/html,application/json;q=0.1");
        assertEquals(503, answer.statusCode());
        assertEquals("5", answer.headers().firstValue("Retry-After").orElseThrow());
        assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElseThrow());
        assertTrue(answer.body(), answer.body().contains("<h1>We &lt;b&gt;upgrade&lt;/b&gt;.</h1>"));
        assertTrue(answer.body(), answer.body().contains("back in a moment"));
        assertTrue(answer.body(), answer.body().contains("prefers-color-scheme:dark"));
        assertFalse(answer.body(), answer.body().matches("(?s).*(<script|https?://|src=|href=).*"));
    }

    @Test
    public void tellsAClientOfTheApiInJson() throws Exception {
        Instant until = Instant.now().plusSeconds(60);
        open("We upgrade.", until);
        for (HttpResponse<String> answer :
                List.of(get("/chat/api/v4/users/me", "*/*"), get("/chat/anything", "application/json"))) {
            assertEquals(503, answer.statusCode());
            assertTrue(
                    Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()) > 30);
            JsonNode json = new ObjectMapper().readTree(answer.body());
            assertEquals(503, json.path("status_code").asInt());
            String message = json.path("message").asText();
            assertTrue(
                    message,
                    message.matches(
                            "We upgrade. It will be back at about \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC[+-]\\d\\d:\\d\\d."));
        }
    }

    @Test
    public void takesAnyRequestEvenALargeOne() throws Exception {
        open("We upgrade.", null);
        HttpResponse<String> posted = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + "/chat/api/v4/files"))
                                .version(HttpClient.Version.HTTP_1_1)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[3_000_000]))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertEquals(503, posted.statusCode());
        assertTrue(raw("HEAD / HTTP/1.0\r\n\r\n").endsWith("\r\n\r\n"));
        assertTrue(raw("nonsense\n\n").startsWith("HTTP/1.1 503 "));
    }

    @Test
    public void thePortIsFreeAtOnceWhoeverIsConnected() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int round = 0; round < 20; round++) {
                MaintenancePage page = MaintenancePage.open(address, "We upgrade.", null);
                for (String begun : List.of("", "GET / HT", "GET / HTTP/1.1\r\n\r\n")) {
                    Socket client = new Socket(InetAddress.getLoopbackAddress(), address.port());
                    client.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
                    clients.add(client);
                }
                get("/", "*/*");
                long start = System.nanoTime();
                MaintenancePage.free(() -> address);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                try (ServerSocket server = new ServerSocket()) {
                    server.setReuseAddress(true);
                    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), address.port()));
                }
                assertTrue(took.toString(), took.compareTo(Duration.ofMillis(50)) < 0);
                page.close();
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @Test
    public void isNotTakenForAServer() throws Exception {
        open("We upgrade.", null);
        ServerAnswer answer = new ServerProbe(address, Duration.ofSeconds(5)).ask();
        assertFalse(answer.answered());
        assertTrue(answer.reason(), answer.reason().contains("maintenance page"));
    }

    @Test
    public void isNotOpenedOverAnotherProgram() throws Exception {
        try (ServerSocket other = new ServerSocket(address.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThrows(IOException.class, () -> MaintenancePage.open(address, "We upgrade.", null));
            assertTrue(other.isBound());
        }
    }

    private HttpResponse<String> get(String path, String accept) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + path))
                                .header("Accept", accept)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private String raw(String request) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), address.port())) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
