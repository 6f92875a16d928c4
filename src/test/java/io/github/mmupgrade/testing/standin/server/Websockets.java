package io.github.mmupgrade.testing.standin.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node of a cluster listens with: a connection that asks for a websocket gets one, which says nothing and stays
 * until the server stops. Java's own server knows none, so it listens behind this, and every other connection is
 * handed on to it.
 */
final class Websockets {

    private static final Pattern KEY = Pattern.compile("(?im)^sec-websocket-key: *(\\S+)");

    private final InetSocketAddress behind;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * Listens from now on.
     *
     * @param listen where
     * @param behind where Java's server listens
     */
    Websockets(InetSocketAddress listen, InetSocketAddress behind) throws IOException {
        this.behind = behind;
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(listen, 200);
        background(this::accept);
    }

    private static void background(Runnable work) {
        Thread thread = new Thread(work, "connection");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                background(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            byte[] head = head(socket.getInputStream());
            String text = new String(head, StandardCharsets.ISO_8859_1);
            Matcher key = KEY.matcher(text);
            if (text.matches("(?s)GET \\S*/websocket[ ?].*") && key.find()) {
                hold(socket, key.group(1));
            } else if (head.length > 0) {
                handOn(socket, head);
            }
        } catch (IOException e) {
            // one side has gone
        } finally {
            open.remove(socket);
        }
    }

    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int end = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            end = next == '\n' ? end + 1 : next == '\r' ? end : 0;
            if (end == 2) {
                break;
            }
        }
        return head.toByteArray();
    }

    private static void hold(Socket socket, String key) throws IOException {
        String accepted;
        try {
            byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1);
            accepted = Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        String answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accepted + "\r\n\r\n";
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private void handOn(Socket socket, byte[] head) throws IOException {
        try (Socket inner = new Socket(behind.getAddress(), behind.getPort())) {
            inner.setTcpNoDelay(true);
            inner.getOutputStream().write(head);
            background(() -> answer(inner, socket));
            socket.getInputStream().transferTo(inner.getOutputStream());
            inner.shutdownOutput();
        }
    }

    private static void answer(Socket inner, Socket socket) {
        try {
            inner.getInputStream().transferTo(socket.getOutputStream());
            socket.close();
        } catch (IOException e) {
            // one side has gone
        }
    }

    /** Ends every connection. */
    void stop() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where Java's server is to listen. */
    static InetSocketAddress inside() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
