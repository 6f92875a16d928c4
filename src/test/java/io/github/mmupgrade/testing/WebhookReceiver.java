package io.github.mmupgrade.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Stands in for a Mattermost's incoming webhook on a free port of 127.0.0.1: keeps what is posted. */
public final class WebhookReceiver implements AutoCloseable {

    /** The part of the URL that nobody may see. */
    public static final String SECRET = "w9o4xk1qyfg5jepmx3c8nbrzda";

    private final HttpServer server;
    private final List<String> texts = new ArrayList<>();
    private final Deque<Integer> statuses = new ArrayDeque<>();

    public WebhookReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/hooks/" + SECRET, exchange -> {
            JsonNode posted = new ObjectMapper().readTree(exchange.getRequestBody());
            int status;
            synchronized (this) {
                status = statuses.isEmpty() ? 200 : statuses.remove();
                if (status == 200) {
                    texts.add(posted.path("text").asText());
                }
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    /** How the next posts are answered; all later ones are taken. */
    public synchronized WebhookReceiver answering(Integer... next) {
        statuses.addAll(List.of(next));
        return this;
    }

    /** Its secret URL. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hooks/" + SECRET);
    }

    /** What was posted and taken. */
    public synchronized List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
