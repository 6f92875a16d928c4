package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.TestNode;
import io.github.mmupgrade.testing.TestProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** What a script of {@code examples/proxy} has to do, with the real proxy, two nodes and users. */
public abstract class ProxyExample {

    final int port = FreePorts.next();
    final int otherPort = FreePorts.next();
    TestProxy proxy;
    TestNode node;
    private TestNode other;

    /** The proxy before both nodes. */
    abstract TestProxy start();

    /** The script's own variables. */
    abstract Map<String, String> variables();

    abstract String script();

    @Before
    public void startAll() {
        node = new TestNode("chat1", port);
        other = new TestNode("chat2", otherPort);
        proxy = start();
    }

    @After
    public void endAll() {
        proxy.close();
        node.close();
        other.close();
    }

    /** Calls the script for an address, with variables beside its own. */
    final CommandResult call(String verb, String address, Map<String, String> more) {
        return new LocalHost()
                .run(Command.of(
                                Path.of("examples/proxy", script())
                                        .toAbsolutePath()
                                        .toString(),
                                verb)
                        .environment("MATTERMOST_NODE", "chat1")
                        .environment("MATTERMOST_NODE_ADDRESS", address)
                        .environment(variables())
                        .environment(more)
                        .limit(Duration.ofSeconds(30))
                        .build());
    }

    final CommandResult succeeds(String verb, Map<String, String> more) {
        CommandResult result = call(verb, "localhost:" + port, more);
        assertTrue(verb + " " + result.ending(), result.succeeded());
        return result;
    }

    final void failsWith(String text, CommandResult result) {
        assertFalse("It succeeded", result.succeeded());
        assertTrue(result.errors(), result.errors().contains(text));
    }

    /** One of the lines that {@code state} prints. */
    final String tells(String name) {
        return succeeds("state", Map.of()).lines().stream()
                .filter(line -> line.startsWith(name + "="))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1);
    }

    /** Waits, for at most ten seconds. */
    static void await(String what, BooleanSupplier holds) throws InterruptedException {
        for (int i = 0; !holds.getAsBoolean(); i++) {
            assertTrue("Not in 10 s: " + what, i < 200);
            Thread.sleep(50);
        }
    }

    /** A request by a connection of its own, so that nobody repeats it; what answers, or why nobody does. */
    private String request(String path) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.setSoTimeout(10_000);
            write(socket, "GET " + path + " HTTP/1.1\r\nHost: chat\r\nConnection: close\r\n\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.startsWith("HTTP/1.1 200 ") ? answer.substring(answer.length() - 5) : answer;
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A websocket through the proxy. */
    private final class WebSocket {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        private final String to;

        WebSocket() throws IOException {
            write(
                    socket,
                    String.join(
                            "\r\n",
                            "GET /api/v4/websocket HTTP/1.1",
                            "Host: chat",
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                            "",
                            ""));
            socket.setSoTimeout(10_000);
            StringBuilder answer = new StringBuilder();
            while (!answer.toString().matches("(?s).*\r\n\r\nchat.")) {
                int next = socket.getInputStream().read();
                assertTrue(answer.toString(), next >= 0);
                answer.append((char) next);
            }
            to = answer.substring(answer.length() - 5);
        }

        boolean isOpen() {
            try {
                socket.setSoTimeout(20);
                return socket.getInputStream().read() >= 0;
            } catch (SocketTimeoutException e) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** Whether the test may cut connections; if not, the script has to say that they are left. */
    boolean canCut() {
        return true;
    }

    @Test
    public void aNodeLeavesAndComesBackWhileUsersWork() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicInteger answers = new AtomicInteger();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread user = new Thread(() -> {
                while (!ended.get()) {
                    String answer = request("/");
                    if (answer.startsWith("chat")) {
                        answers.incrementAndGet();
                    } else {
                        failures.add(answer);
                    }
                    LockSupport.parkNanos(5_000_000);
                }
            });
            user.setDaemon(true);
            user.start();
            users.add(user);
        }
        List<WebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sockets.add(new WebSocket());
        }
        long there =
                sockets.stream().filter(socket -> socket.to.equals("chat1")).count();
        assertTrue(there > 0 && there < 4);

        String found = tells("state");
        assertEquals("yes", tells("serving"));
        assertEquals(Long.toString(there), tells("websockets"));
        List<CompletableFuture<String>> slow = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            slow.add(CompletableFuture.supplyAsync(() -> request("/slow")));
        }
        await("the slow requests are under way", () -> Integer.parseInt(tells("requests")) > 0);
        succeeds("drain", Map.of());
        succeeds("drain", Map.of());
        assertEquals("no", tells("serving"));
        await("what was under way has ended", () -> tells("requests").equals("0"));
        for (CompletableFuture<String> each : slow) {
            assertTrue(each.get(), each.get().startsWith("chat"));
        }
        int before = node.requests();
        int answersBefore = answers.get();
        await("the others get requests", () -> answers.get() > answersBefore + 50);
        assertEquals("requests to a node that is drained", before, node.requests());
        assertTrue(sockets.stream().allMatch(WebSocket::isOpen));

        CommandResult cut = succeeds("cut", Map.of());
        for (WebSocket socket : sockets) {
            boolean stays = socket.to.equals("chat2");
            if (stays || canCut()) {
                await(socket.to + " is cut or not", () -> socket.isOpen() == stays);
            } else {
                assertTrue(cut.output(), cut.output().contains("They end when chat1 stops"));
            }
        }
        succeeds("cut", Map.of());
        node.close();
        failsWith(
                "chat1",
                call(
                        "enable",
                        "localhost:" + port,
                        Map.of("MATTERMOST_PROXY_STATE", found, "HAPROXY_WAIT", "2", "NGINX_WAIT", "2")));
        node = new TestNode("chat1", port);
        succeeds("enable", Map.of("MATTERMOST_PROXY_STATE", found));
        succeeds("enable", Map.of("MATTERMOST_PROXY_STATE", found));
        assertEquals("yes", tells("serving"));
        assertEquals(found, tells("state"));
        await("it gets requests again", () -> node.requests() > 10);
        ended.set(true);
        for (Thread user : users) {
            user.join();
        }
        assertEquals(List.of(), failures);
        for (WebSocket socket : sockets) {
            socket.socket.close();
        }
    }

    @Test
    public void aNodeThatTheProxyDoesNotHaveIsRefused() {
        for (String verb : List.of("state", "drain", "cut", "enable")) {
            failsWith("Nothing was changed.", call(verb, "localhost:1", Map.of()));
        }
        failsWith("Nothing was changed.", call("drain", "192.0.2.1:" + port, Map.of()));
        assertEquals("yes", tells("serving"));
    }

    @Test
    public void theLastServerIsRefused() {
        assertTrue(call("drain", "127.0.0.1:" + otherPort, Map.of()).succeeded());
        failsWith("is the last server", call("drain", "127.0.0.1:" + port, Map.of()));
        assertEquals("yes", tells("serving"));
        succeeds("drain", Map.of("MATTERMOST_PROXY_LAST", "allowed"));
        assertEquals("no", tells("serving"));
        succeeds("enable", Map.of());
        assertTrue(call("enable", "127.0.0.1:" + otherPort, Map.of()).succeeded());
        assertEquals("yes", tells("serving"));
    }

    @Test
    public void aStateThatNamesWhatIsGoneFails() {
        String found = tells("state");
        failsWith(
                "elsewhere",
                call("enable", "localhost:" + port, Map.of("MATTERMOST_PROXY_STATE", found + ",elsewhere=up")));
        assertEquals("yes", tells("serving"));
    }
}
