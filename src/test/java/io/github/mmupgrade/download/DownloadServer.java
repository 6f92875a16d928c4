package io.github.mmupgrade.download;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web server on loopback that does what a test wants, the rude things too; one request for each connection. */
public final class DownloadServer implements Closeable {

    /** Answers a request; whatever it wrote, the connection is closed afterwards. */
    @FunctionalInterface
    public interface Handler {
        void answer(Request request, OutputStream out) throws IOException;
    }

    /** A request; the headers' names are in lower case. */
    public record Request(String line, Map<String, String> headers) {
        public String target() {
            return line.split(" ")[1];
        }

        /** Where the range that is asked for starts; 0 for the whole. */
        public int from() {
            String range = headers.get("range");
            return range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        }
    }

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Handler handler;

    public DownloadServer(Handler handler) throws IOException {
        this.handler = handler;
        Thread thread = new Thread(this::serve, "download-server");
        thread.setDaemon(true);
        thread.start();
    }

    public void handle(Handler other) {
        handler = other;
    }

    public int port() {
        return listener.getLocalPort();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    public List<Request> requests() {
        return requests;
    }

    /** Serves a file as a good server does: with ranges, and If-Range. */
    public static Handler file(byte[] content, String etag) {
        return (request, out) -> {
            String condition = request.headers().get("if-range");
            int from = condition == null || condition.equals(etag) ? request.from() : 0;
            head(out, content, from, "ETag: " + etag);
            out.write(content, from, content.length - from);
        };
    }

    /** The head of an answer with the content from there on; 206 when that isn't its start, 416 behind its end. */
    public static void head(OutputStream out, byte[] content, int from, String... headers) throws IOException {
        if (from >= content.length && from > 0) {
            status(out, 416, "Content-Range: bytes */" + content.length);
            return;
        }
        String lines = "Content-Length: " + (content.length - from)
                + (from > 0
                        ? "\r\nContent-Range: bytes " + from + "-" + (content.length - 1) + "/" + content.length
                        : "");
        text(out, (from > 0 ? 206 : 200), lines + (headers.length > 0 ? "\r\n" + String.join("\r\n", headers) : ""));
    }

    /** An answer without a body. */
    public static void status(OutputStream out, int status, String... headers) throws IOException {
        text(out, status, "Content-Length: 0" + (headers.length > 0 ? "\r\n" + String.join("\r\n", headers) : ""));
    }

    public static void text(OutputStream out, int status, String headers) throws IOException {
        out.write(("HTTP/1.1 " + status + " S\r\n" + headers + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                Thread thread = new Thread(() -> answer(socket), "download-server-answer");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            Request request = read(new BufferedInputStream(socket.getInputStream()));
            if (request != null) {
                requests.add(request);
                OutputStream out = socket.getOutputStream();
                handler.answer(request, out);
                out.flush();
            }
        } catch (IOException e) {
            // the client went away, as some tests want it to
        } finally {
            open.remove(socket);
        }
    }

    private static Request read(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return null;
            }
            text.append((char) c);
        }
        List<String> lines = text.toString().lines().toList();
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new Request(lines.get(0), headers);
    }
}
