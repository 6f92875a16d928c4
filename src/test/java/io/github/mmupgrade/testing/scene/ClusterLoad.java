package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.testing.standin.SampleData;
import io.github.mmupgrade.testing.standin.StandInClient;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Users of a server, or of a cluster behind its proxy: each posts and reads all the time and has a websocket, which it
 * opens again some seconds after it was cut, as the vendor's client does. In the end their posts are compared with the
 * database. Every request has a connection of its own and is made once, so that nothing hides a failure.
 *
 * <p>{@code ClusterLoad ADDRESS CLIENTS FILE JDBC_URL}: works until the file exists, and then prints a line for each
 * figure, {@code NAME VALUE}; the database's user and password are the variables {@code PGUSER} and {@code PGPASSWORD}.
 */
public final class ClusterLoad {

    private static final Pattern NODE = Pattern.compile("(?im)^x-node: *(\\S+)");
    private static final Pattern POST = Pattern.compile("\"id\":\"(\\w{26})\"");
    private static final int BETWEEN_REQUESTS_MS = 500;

    private final URI address;
    private final Path end;
    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private final String token;
    private final String channel;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger websockets = new AtomicInteger();
    private final AtomicInteger mostWebsockets = new AtomicInteger();
    private final AtomicInteger reconnects = new AtomicInteger();
    private final Queue<String> written = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> byNode = new ConcurrentHashMap<>();
    private long lastAnswer = System.nanoTime();
    private long longestGap;

    private ClusterLoad(String address, Path end) {
        this.address = URI.create(address);
        this.end = end;
        StandInClient client = new StandInClient(address, false);
        client.login(SampleData.TEAM, SampleData.ADMINISTRATOR, SampleData.PASSWORD);
        String team = id(client.get("/api/v4/teams/name/" + SampleData.TEAM).body());
        channel = client.channel(team, "town-square");
        token = client.token();
    }

    private static String id(String json) {
        Matcher match = POST.matcher(json);
        if (!match.find()) {
            throw new IllegalStateException(json);
        }
        return match.group(1);
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        ClusterLoad load = new ClusterLoad(arguments[0], Path.of(arguments[2]));
        load.work(Integer.parseInt(arguments[1]));
        load.print(arguments[3]);
        System.exit(0);
    }

    private void work(int clients) throws InterruptedException {
        Thread[] threads = new Thread[clients];
        for (int i = 0; i < clients; i++) {
            String name = run + "-" + i;
            threads[i] = new Thread(() -> postAndRead(name), name);
            threads[i].start();
            Thread socket = new Thread(this::holdWebsocket, name + "-websocket");
            socket.setDaemon(true);
            socket.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private boolean hasEnded() {
        return Files.exists(end);
    }

    private void postAndRead(String name) {
        for (int i = 0; !hasEnded(); i++) {
            String message = "load " + name + "-" + i;
            String answer = request(
                    "POST",
                    "/api/v4/posts",
                    "{\"channel_id\":\"" + channel + "\",\"message\":\"" + message + "\"}",
                    201);
            if (answer != null) {
                written.add(message);
                pause();
                request("GET", "/api/v4/posts/" + id(answer.substring(answer.indexOf("\r\n\r\n"))), "", 200);
            }
            pause();
        }
    }

    private static void pause() {
        pause(ThreadLocalRandom.current().nextInt(BETWEEN_REQUESTS_MS * 2));
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The whole answer; null when there was none or another status. */
    private String request(String method, String path, String body, int wanted) {
        requests.incrementAndGet();
        String answer;
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(30_000);
            write(
                    socket,
                    method + " " + path + " HTTP/1.1\r\nHost: " + address.getHost()
                            + "\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body);
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            answer = e.toString();
        }
        if (answer.startsWith("HTTP/1.1 " + wanted + " ")) {
            answered(answer);
            return answer;
        }
        failed.incrementAndGet();
        failures.add(method + ": " + answer.lines().findFirst().orElse("no answer"));
        return null;
    }

    private synchronized void answered(String answer) {
        long now = System.nanoTime();
        longestGap = Math.max(longestGap, now - lastAnswer);
        lastAnswer = now;
        Matcher node = NODE.matcher(answer);
        byNode.computeIfAbsent(node.find() ? node.group(1) : "-", name -> new AtomicInteger())
                .incrementAndGet();
    }

    private void holdWebsocket() {
        for (boolean again = false; ; again = true) {
            try (Socket socket = new Socket(address.getHost(), address.getPort())) {
                write(
                        socket,
                        String.join(
                                "\r\n",
                                "GET /api/v4/websocket HTTP/1.1",
                                "Host: " + address.getHost(),
                                "Upgrade: websocket",
                                "Connection: Upgrade",
                                "Sec-WebSocket-Version: 13",
                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                                "",
                                ""));
                byte[] answer = new byte[12];
                if (socket.getInputStream().readNBytes(answer, 0, 12) == 12
                        && new String(answer, StandardCharsets.ISO_8859_1).endsWith(" 101")) {
                    reconnects.addAndGet(again ? 1 : 0);
                    mostWebsockets.accumulateAndGet(websockets.incrementAndGet(), Math::max);
                    try {
                        socket.getInputStream().readAllBytes();
                    } finally {
                        websockets.decrementAndGet();
                    }
                }
            } catch (IOException e) {
                // it is opened again below
            }
            pause(3000 + ThreadLocalRandom.current().nextInt(2000));
        }
    }

    private void print(String url) throws SQLException {
        Map<String, Integer> stored = new HashMap<>();
        try (Connection connection =
                        DriverManager.getConnection(url, System.getenv("PGUSER"), System.getenv("PGPASSWORD"));
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT Message FROM Posts WHERE Message LIKE 'load " + run + "-%'")) {
            while (rows.next()) {
                stored.merge(rows.getString(1), 1, Integer::sum);
            }
        }
        List<String> lost =
                written.stream().filter(message -> !stored.containsKey(message)).toList();
        figure("requests", requests.get());
        figure("failed", failed.get());
        figure("written", written.size());
        figure("lost", lost.size());
        figure("doubled", stored.values().stream().filter(count -> count > 1).count());
        figure("gap", Math.max(longestGap, System.nanoTime() - lastAnswer) / 1_000_000);
        figure("websockets", mostWebsockets.get());
        figure("reconnects", reconnects.get());
        new TreeMap<>(byNode).forEach((node, count) -> figure("from-" + node, count.get()));
        failures.stream().distinct().limit(5).forEach(failure -> System.out.println("failure " + failure));
    }

    private static void figure(String name, long value) {
        System.out.println(name + " " + value);
    }
}
