package io.github.mmupgrade.stages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.server.BoundedBody;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Posts texts to a Mattermost incoming webhook, whose URL is a secret: who knows it can post. */
public final class Webhook {

    private static final Duration LIMIT = Duration.ofSeconds(15);

    /** A server that has just started, or a proxy before it, may miss one or two. */
    private static final List<Duration> PAUSES = List.of(Duration.ofSeconds(1), Duration.ofSeconds(4));

    private final URI url;

    public Webhook(URI url) {
        this.url = url;
    }

    /**
     * Posts a text.
     *
     * @param text in Mattermost's Markdown
     * @return why the webhook did not take it, as the end of a sentence; empty when it did
     */
    public Optional<String> post(String text) {
        return send(text).map(Refusal::why);
    }

    /** The same, tried again where that may help. */
    public Optional<String> postPatiently(String text) {
        Optional<Refusal> refusal = send(text);
        for (Duration pause : PAUSES) {
            if (refusal.filter(Refusal::mayPass).isEmpty()) {
                break;
            }
            try {
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            refusal = send(text);
        }
        return refusal.map(Refusal::why);
    }

    private record Refusal(String why, boolean mayPass) {}

    private Optional<Refusal> send(String text) {
        try {
            HttpRequest request = HttpRequest.newBuilder(url)
                    .timeout(LIMIT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(json(text)))
                    .build();
            int status = BoundedBody.answer(
                            HttpClient.newBuilder().connectTimeout(LIMIT).build(), request, LIMIT)
                    .statusCode();
            return status == 200
                    ? Optional.empty()
                    : Optional.of(new Refusal("answered with status " + status, status == 429 || status >= 500));
        } catch (IllegalArgumentException e) {
            return Optional.of(new Refusal("has no URL of HTTP", false));
        } catch (InterruptedIOException e) {
            return Optional.of(new Refusal("did not answer before the build was interrupted", false));
        } catch (IOException e) {
            // the exception's text may quote the URL
            return Optional.of(
                    new Refusal("could not be reached (" + e.getClass().getSimpleName() + ")", true));
        }
    }

    private static String json(String text) {
        try {
            return new ObjectMapper().writeValueAsString(Map.of("text", text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A text can always be written as JSON", e);
        }
    }

    /** Shows the host only. */
    @Override
    public String toString() {
        return "the webhook on " + url.getHost();
    }
}
