package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.ServerProbe;
import io.github.mmupgrade.server.VersionOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a server answers by HTTP, and what its program prints: any bytes, and any body behind fine headers. */
public final class ServerAnswerFuzz {

    private static final ServerSocket SERVER = serve();
    private static final ServerProbe PROBE = new ServerProbe(
            new ListenAddress("127.0.0.1", SERVER.getLocalPort(), false, "/chat"), Duration.ofSeconds(5));
    private static volatile byte[] answer = {};

    private ServerAnswerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = Fuzzing.text(input);
        VersionOutput.parse(text, text);
        new ServerProbe.PageAnswer(200, input).isClient(input.clone());
        new ServerProbe.PageAnswer(200, input).isClient("<a href=\"x.css\">".getBytes(StandardCharsets.UTF_8));
        answer = text.startsWith("HTTP/") ? input : withHeaders(input);
        Fuzzing.endsWell(() -> PROBE.ask().is(Version.of(5, 37, 10)));
    }

    private static byte[] withHeaders(byte[] body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private static ServerSocket serve() {
        try {
            ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(() -> answerAll(server), "fuzzed server");
            thread.setDaemon(true);
            thread.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answerAll(ServerSocket server) {
        while (true) {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                int ends = 0;
                for (int each = in.read(); each >= 0 && ends < 2; each = ends < 2 ? in.read() : each) {
                    ends = each == '\n' ? ends + 1 : each == '\r' ? ends : 0;
                }
                socket.getOutputStream().write(answer);
            } catch (IOException e) {
                // the probe has heard enough
            }
        }
    }
}
