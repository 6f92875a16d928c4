package io.github.mmupgrade.testing.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A user of a running server, through the interface of its generation: version 1 up to 2.x, else version 4. */
public final class StandInClient {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String address;
    private final boolean first;
    private String token = "";

    /**
     * A client that isn't logged in.
     *
     * @param address such as {@code http://127.0.0.1:8065}, with the site's path
     * @param first whether to speak version 1
     */
    public StandInClient(String address, boolean first) {
        this.address = address;
        this.first = first;
    }

    /** Asks for a path and hands out whatever the answer is. */
    public HttpResponse<String> get(String path) {
        return send(request(path).GET().build());
    }

    /** Creates a user. */
    public String createUser(String team, String name, String password) {
        ObjectNode user = JSON.createObjectNode()
                .put("username", name)
                .put("email", name + "@example.com")
                .put("password", password);
        if (first) {
            user.put("team_id", team);
        }
        return post(first ? "/api/v1/users/create" : "/api/v4/users", user)
                .path("id")
                .asText();
    }

    /** Logs in; later calls are this user's. */
    public void login(String team, String name, String password) {
        ObjectNode wanted = JSON.createObjectNode().put("password", password);
        if (first) {
            wanted.put("name", team).put("email", name + "@example.com");
        } else {
            wanted.put("login_id", name);
        }
        HttpResponse<String> answer = send(request(first ? "/api/v1/users/login" : "/api/v4/users/login")
                .POST(HttpRequest.BodyPublishers.ofString(wanted.toString()))
                .build());
        token = checked(answer).headers().firstValue("Token").orElseThrow();
    }

    /** The session that {@link #login} began. */
    public String token() {
        return token;
    }

    /** Creates a team and hands out its number. */
    public String createTeam(String name) {
        ObjectNode team = JSON.createObjectNode()
                .put("name", name)
                .put("display_name", name)
                .put("email", "team@example.com")
                .put("type", "O");
        return post(first ? "/api/v1/teams/create" : "/api/v4/teams", team)
                .path("id")
                .asText();
    }

    /** The number of a team's channel. */
    public String channel(String teamId, String name) {
        if (first) {
            for (JsonNode channel : json(get("/api/v1/channels/")).path("channels")) {
                if (channel.path("team_id").asText().equals(teamId)
                        && channel.path("name").asText().equals(name)) {
                    return channel.path("id").asText();
                }
            }
            throw new IllegalStateException("No channel " + name);
        }
        return json(get("/api/v4/teams/" + teamId + "/channels/name/" + name))
                .path("id")
                .asText();
    }

    /** Writes a post and hands out its number. */
    public String createPost(String channelId, String message) {
        ObjectNode post = JSON.createObjectNode().put("channel_id", channelId).put("message", message);
        return post(first ? "/api/v1/channels/" + channelId + "/create" : "/api/v4/posts", post)
                .path("id")
                .asText();
    }

    /** Uploads a file. */
    public void upload(String channelId, String name, byte[] content) {
        String mark = "x-y-z";
        String head = "--" + mark + "\r\nContent-Disposition: form-data; name=\"channel_id\"\r\n\r\n" + channelId
                + "\r\n--" + mark + "\r\nContent-Disposition: form-data; name=\"files\"; filename=\"" + name
                + "\"\r\n\r\n";
        checked(send(request(first ? "/api/v1/files/upload" : "/api/v4/files")
                .setHeader("Content-Type", "multipart/form-data; boundary=" + mark)
                .POST(HttpRequest.BodyPublishers.concat(
                        HttpRequest.BodyPublishers.ofString(head),
                        HttpRequest.BodyPublishers.ofByteArray(content),
                        HttpRequest.BodyPublishers.ofString("\r\n--" + mark + "--\r\n")))
                .build()));
    }

    /** Saves a whole configuration as the System Console does. */
    public void saveConfiguration(String json) {
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(json);
        checked(send(
                first
                        ? request("/api/v1/admin/save_config").POST(body).build()
                        : request("/api/v4/config").PUT(body).build()));
    }

    private JsonNode post(String path, JsonNode body) {
        return json(send(request(path)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8))
                .build()));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(30));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(checked(answer).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse<String> checked(HttpResponse<String> answer) {
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(answer + " " + answer.body());
        }
        return answer;
    }
}
