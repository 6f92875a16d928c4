package io.github.mmupgrade.server;

import io.github.mmupgrade.report.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Answers on the port of a server that is down: every request with status 503 and {@code Retry-After}, in JSON for the
 * API and for who asks for it, else with a small page.
 *
 * <p>The port is free as soon as {@link #close} or {@link #free} returns. The sockets have {@code SO_REUSEADDR}, and so
 * have Go's (net.Listen): what is left of their connections stands in no server's way. Java closes every socket in a
 * child before that becomes another program, so none inherits the port.
 */
public final class MaintenancePage implements AutoCloseable {

    /** The header that tells this page from an answer of a server. */
    static final String HEADER = "X-Maintenance-Page";

    private static final int MOST_AT_ONCE = 64;
    private static final int MOST_WAITING = 256;
    private static final int LONGEST_REQUEST = 16_384;
    private static final long NANOS_BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(3);
    private static final int MILLIS_FOR_A_READ = 1_000;
    private static final long NANOS_FOR_A_REQUEST = TimeUnit.SECONDS.toNanos(3);

    /** How soon a client may ask again. */
    private static final Duration SOONEST = Duration.ofSeconds(5);

    private static final Duration LATEST = Duration.ofMinutes(2);

    /** A port is the whole process's, whoever opened the page on it. */
    private static final Map<Integer, MaintenancePage> OPEN = new ConcurrentHashMap<>();

    private final ListenAddress address;
    private final String what;
    private final Instant until;
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            0, MOST_AT_ONCE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), MaintenancePage::daemon);

    private MaintenancePage(ListenAddress address, String what, Instant until) throws IOException {
        this.address = address;
        this.what = what;
        this.until = until;
    }

    /**
     * Answers from now on.
     *
     * @param address where the server listens; without TLS
     * @param what what is happening, a sentence
     * @param until when the server is expected back; null when that is not known
     * @throws IOException when the port is in use, or may not be used
     */
    public static MaintenancePage open(ListenAddress address, String what, Instant until) throws IOException {
        MaintenancePage page = new MaintenancePage(address, what, until);
        boolean open = false;
        try {
            page.listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            page.listener.configureBlocking(false);
            page.listener.bind(place(address), MOST_WAITING);
            OPEN.put(address.port(), page);
            daemon(page::accept).start();
            open = true;
            return page;
        } finally {
            if (!open) {
                page.close();
            }
        }
    }

    /** Makes sure that no page of this process holds a server's port; asks for it only when there is any page. */
    public static void free(Supplier<ListenAddress> address) {
        if (!OPEN.isEmpty()) {
            Optional.ofNullable(OPEN.get(address.get().port())).ifPresent(MaintenancePage::close);
        }
    }

    /** A server that is given a name takes its first IPv4 address (Go's net.Listen). */
    private static InetSocketAddress place(ListenAddress address) {
        List<InetAddress> all = address.addresses();
        return all.isEmpty()
                ? new InetSocketAddress(address.port())
                : new InetSocketAddress(
                        all.stream()
                                .filter(Inet4Address.class::isInstance)
                                .findFirst()
                                .orElse(all.get(0)),
                        address.port());
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "mattermost-maintenance-page");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Looks for callers every few milliseconds: a thread that waits in the kernel for the next one would still hold the
     * port for a moment after it was closed.
     */
    private void accept() {
        while (listener.isOpen()) {
            if (!acceptOne()) {
                LockSupport.parkNanos(NANOS_BETWEEN_LOOKS);
            }
        }
    }

    private synchronized boolean acceptOne() {
        try {
            SocketChannel caller = listener.accept();
            if (caller == null) {
                return false;
            }
            connections.add(caller.socket());
            try {
                workers.execute(() -> answer(caller.socket()));
            } catch (RejectedExecutionException tooMany) {
                end(caller.socket());
            }
            return true;
        } catch (IOException closedOrNoDescriptor) {
            return false;
        }
    }

    private void answer(Socket connection) {
        try {
            connection.setSoTimeout(MILLIS_FOR_A_READ);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            connection.getOutputStream().write(response(head(in)));
            connection.shutdownOutput();
            // closing with something unread would take the answer back
            byte[] rest = new byte[LONGEST_REQUEST];
            long end = System.nanoTime() + NANOS_FOR_A_REQUEST;
            int read;
            do {
                read = in.read(rest);
            } while (read >= 0 && System.nanoTime() < end);
        } catch (IOException | RuntimeException gone) {
            // nobody waits for this answer any more
        } finally {
            end(connection);
        }
    }

    /** The request's line and headers, as far as they come in time. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        long end = System.nanoTime() + NANOS_FOR_A_REQUEST;
        int last = 0;
        int each;
        while (read.size() < LONGEST_REQUEST && System.nanoTime() < end && (each = in.read()) >= 0) {
            if (each == '\r') {
                continue;
            }
            if (each == '\n' && last == '\n') {
                break;
            }
            read.write(each);
            last = each;
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    private byte[] response(String request) {
        boolean json = wantsJson(request);
        byte[] body = (json ? json() : html()).getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: "
                + (json ? "application/json" : "text/html; charset=utf-8")
                + "\r\nContent-Length: " + body.length
                + "\r\nRetry-After: " + retryAfter()
                + "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff"
                + "\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'"
                + "\r\n" + HEADER + ": 1\r\nConnection: close\r\n\r\n";
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        if (!request.startsWith("HEAD ")) {
            all.writeBytes(body);
        }
        return all.toByteArray();
    }

    private boolean wantsJson(String request) {
        String[] line = request.lines().findFirst().orElse("").split(" ", 3);
        String path = line.length < 2 ? "" : line[1];
        if (path.startsWith(address.subpath() + "/api/") || path.startsWith("/api/")) {
            return true;
        }
        return request.lines()
                .map(each -> each.toLowerCase(Locale.ROOT))
                .filter(each -> each.startsWith("accept:"))
                .anyMatch(each -> each.contains("application/json") && !each.contains("text/html"));
    }

    private long retryAfter() {
        Duration left = until == null ? SOONEST : Duration.between(Instant.now(), until);
        Duration wait = left.compareTo(SOONEST) < 0 ? SOONEST : left.compareTo(LATEST) > 0 ? LATEST : left;
        return wait.toSeconds();
    }

    private String when() {
        if (until == null || !until.isAfter(Instant.now())) {
            return "It will be back in a moment.";
        }
        // in the time of this host, which the reader need not share
        return "It will be back at about "
                + DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'xxx", Locale.ROOT)
                        .withZone(ZoneId.systemDefault())
                        .format(until)
                + ".";
    }

    /** As the server's own errors look (model.AppError). */
    private String json() {
        return Json.line(Map.of("id", "maintenance", "message", what + " " + when(), "status_code", 503));
    }

    private String html() {
        return """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="%d">
                <title>Mattermost</title><style>
                body{margin:0;min-height:100vh;display:grid;place-items:center;background:#fff;color:#1b1d22;
                font:1.1rem/1.5 system-ui,sans-serif}
                main{max-width:32rem;padding:2rem;text-align:center}h1{font-size:1.5rem}
                @media(prefers-color-scheme:dark){body{background:#1b1d22;color:#e8e9ed}}
                </style></head><body><main><h1>%s</h1><p>%s</p><p>This page reloads by itself.</p></main></body></html>
                """.formatted(retryAfter(), escaped(what), escaped(when()));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private void end(Socket connection) {
        connections.remove(connection);
        close(connection);
    }

    /** Gives the port free. */
    @Override
    public synchronized void close() {
        OPEN.remove(address.port(), this);
        close(listener);
        connections.forEach(this::end);
        workers.shutdownNow();
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // the kernel gives it free all the same, see close(2)
        }
    }
}
