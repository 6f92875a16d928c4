package io.github.mmupgrade.server;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.report.IoReason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a running server by HTTP, on its own host: which release it is, whether it is ready, and for pages.
 *
 * <p>Reads only. Releases answer in different places: {@code /api/v4} from 3.10 on, {@code /api/v3} in 3.x and
 * {@code /api/v1} before.
 */
public final class ServerProbe {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** {@code <Version>.<BuildNumber>.<hash>.<bool>}; 1.3 has {@code <Version>.<time of its config.json>}. */
    private static final Pattern VERSION_ID =
            Pattern.compile("(\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})(?:\\.(\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}))?(?:\\..*)?");

    private static final List<String> OLD_PROPERTIES =
            List.of("/api/v3/admin/client_props", "/api/v1/admin/client_props");

    private static final String PING = "/api/v4/system/ping";

    private static final List<String> PARTS_TRIED = List.of("database_status", "filestore_status");

    private final ListenAddress address;

    private final HttpClient client;
    private final Duration limit;

    /**
     * A probe.
     *
     * @param address where the server listens
     * @param limit for how long to wait for one answer
     */
    public ServerProbe(ListenAddress address, Duration limit) {
        this.address = address;
        this.limit = limit;
        this.client = LoopbackClient.create(address, limit);
    }

    /** The address that is asked. */
    public ListenAddress address() {
        return address;
    }

    /** Asks who is there and whether it is ready; never throws because of what a server does. */
    public ServerAnswer ask() {
        try {
            HttpResponse<byte[]> first = send(address.baseUri(), PING);
            if (first.headers().firstValue(MaintenancePage.HEADER).isPresent()) {
                return ServerAnswer.none("a maintenance page answers on " + address + " until the server is started");
            }
            Reply ping = reply(first);
            if (ping.status() == 404 && !address.subpath().isEmpty()) {
                // releases that know no subpath answer at the root
                Reply atRoot = get(address.rootUri(), PING);
                if (atRoot.status() == 200) {
                    return answer(address.rootUri(), atRoot);
                }
            }
            return answer(address.baseUri(), ping);
        } catch (HttpTimeoutException e) {
            return ServerAnswer.none("timeout after " + limit.toSeconds() + " s");
        } catch (ConnectException e) {
            return ServerAnswer.none("nothing listens on " + address);
        } catch (IOException e) {
            return ServerAnswer.none(IoReason.of(e) == null ? e.getClass().getSimpleName() : IoReason.of(e));
        }
    }

    /**
     * Has the server try its database and its file store, which takes more than to answer.
     *
     * @return what it says of each that is not well, by its name, such as {@code database_status}; empty when all is, and of
     *     releases that do not say
     * @throws IOException when nothing answers in time
     */
    public Map<String, String> unwell() throws IOException {
        Reply reply = get(address.baseUri(), PING + "?get_server_status=true&use_rest_semantics=true");
        Map<String, String> found = new TreeMap<>();
        reply.json()
                .ifPresent(json -> PARTS_TRIED.forEach(part -> {
                    String said = json.path(part).asText("OK");
                    if (!said.equalsIgnoreCase("OK")) {
                        found.put(part, said);
                    }
                }));
        return found;
    }

    /**
     * Asks for the page of a team.
     *
     * @param team the team's name in URLs
     * @throws IOException when nothing answers in time
     */
    public PageAnswer teamPage(String team) throws IOException {
        String path = "/" + URLEncoder.encode(team, StandardCharsets.UTF_8).replace("+", "%20");
        HttpResponse<byte[]> response = send(address.baseUri(), path);
        return new PageAnswer(response.statusCode(), response.body());
    }

    /**
     * How a page was answered.
     *
     * @param status the HTTP status
     * @param body the page
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares answers
    public record PageAnswer(int status, byte[] body) {

        private static final Pattern PARTS = Pattern.compile("(?:src|href)=\"([^\"]*\\.(?:js|css))\"");

        /** Whether the page is there. */
        public boolean ok() {
            return status == 200;
        }

        /**
         * Whether the page is this release's client: its root page as it was shipped, or one with the same scripts and
         * style sheets. Servers put their site's name and their subpath into the page they were shipped with; the
         * names of scripts have a hash of their content.
         *
         * @param rootPage {@code client/root.html} of the release
         */
        public boolean isClient(byte[] rootPage) {
            if (java.util.Arrays.equals(body, rootPage)) {
                return true;
            }
            List<String> shipped = parts(rootPage);
            return !shipped.isEmpty() && shipped.equals(parts(body));
        }

        private static List<String> parts(byte[] page) {
            Matcher matcher = PARTS.matcher(new String(page, StandardCharsets.UTF_8));
            return matcher.results()
                    .map(found -> found.group(1).substring(found.group(1).lastIndexOf('/') + 1))
                    .sorted()
                    .toList();
        }
    }

    private ServerAnswer answer(URI base, Reply ping) throws IOException {
        if (ping.json().isPresent()
                && (ping.status() == 200 || ping.json().get().has("status"))) {
            boolean ready = ping.status() == 200
                    && ping.json().get().path("status").asText("OK").equalsIgnoreCase("OK");
            Reply properties = get(base, "/api/v4/config/client?format=old");
            return answer(
                    properties.json().orElse(null),
                    ping,
                    ready,
                    "its ping answers " + ping.status() + " "
                            + ping.json().get().path("status").asText(""));
        }
        for (String path : OLD_PROPERTIES) {
            Reply properties = get(base, path);
            if (properties.status() == 200
                    && properties.json().filter(json -> json.has("Version")).isPresent()) {
                Reply root = get(base, "/");
                return answer(
                        properties.json().get(), root, root.status() == 200, "its first page answers " + root.status());
            }
        }
        return answer(null, ping, false, "its ping answers " + ping.status());
    }

    private static ServerAnswer answer(JsonNode properties, Reply headers, boolean ready, String whyNot) {
        Matcher id = VERSION_ID.matcher(headers.versionId());
        boolean hasId = id.matches();
        VersionOutput told = properties != null && properties.path("Version").isTextual()
                ? VersionOutput.of(
                        properties.path("Version").asText(),
                        properties.path("BuildNumber").asText(null),
                        null,
                        properties.path("BuildEnterpriseReady").asText(null),
                        null)
                : VersionOutput.of(hasId ? id.group(1) : null, hasId ? id.group(2) : null, null, null, null);
        Optional<io.github.mmupgrade.release.Version> schema = io.github.mmupgrade.release.Version.tryParse(
                properties != null && properties.path("Version").isTextual()
                        ? properties.path("Version").asText()
                        : hasId ? id.group(1) : null);
        return new ServerAnswer(
                true, ready, told.release(), told.exact(), schema, told.edition(), ready ? "" : whyNot.strip());
    }

    private record Reply(int status, Optional<JsonNode> json, String versionId) {}

    private Reply get(URI base, String path) throws IOException {
        return reply(send(base, path));
    }

    private static Reply reply(HttpResponse<byte[]> response) {
        return new Reply(
                response.statusCode(),
                object(response.body()),
                response.headers().firstValue("X-Version-Id").orElse(""));
    }

    private HttpResponse<byte[]> send(URI base, String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(limit)
                .header("Accept", "*/*")
                .GET()
                .build();
        return BoundedBody.answer(client, request, limit);
    }

    /** 5.x answers any path with its client's page and status 200: only JSON is an answer of the API. */
    private static Optional<JsonNode> object(byte[] body) {
        try {
            return Optional.ofNullable(JSON.readTree(body)).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
