package io.github.mmupgrade.stages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Posts texts to a Mattermost incoming webhook, whose URL is a secret: who knows it can post. */
final class Webhook {

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final URI url;

    Webhook(URI url) {
        this.url = url;
    }

    /**
     * Posts a text.
     *
     * @throws RefusedException when the webhook does not take it; the message shows the host of the URL only
     */
    void post(String text) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json(text)))
                .build();
        try {
            HttpResponse<Void> response = HttpClient.newBuilder()
                    .connectTimeout(LIMIT)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.discarding());
            if (response.statusCode() != 200) {
                throw refused("answered with status " + response.statusCode());
            }
        } catch (IOException e) {
            // the exception's text may quote the URL
            throw refused("could not be reached (" + e.getClass().getSimpleName() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused("did not answer before the build was interrupted");
        }
    }

    private RefusedException refused(String what) {
        return new RefusedException(
                "The announcement was not posted: the webhook on " + url.getHost() + " " + what
                        + ". Nothing was changed.",
                Hint.of("Check the webhook's URL, or skip the announcement with -Dmattermost.announce.skip=true."));
    }

    private static String json(String text) {
        try {
            return new ObjectMapper().writeValueAsString(Map.of("text", text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A text can always be written as JSON", e);
        }
    }
}
