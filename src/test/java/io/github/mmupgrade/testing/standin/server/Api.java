package io.github.mmupgrade.testing.standin.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.release.Edition;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of the server's interfaces that tests, the demonstration and the plugin use: version 1 and version 4. */
final class Api {

    private final Actions actions;
    private final Configuration configuration;
    private final ReleaseLine line;
    private final Misbehaviour misbehaviour;
    private final ServerLog log;

    Api(Actions actions, Configuration configuration, ReleaseLine line, Misbehaviour misbehaviour, ServerLog log) {
        this.actions = actions;
        this.configuration = configuration;
        this.line = line;
        this.misbehaviour = misbehaviour;
        this.log = log;
    }

    /** Answers a request to a path below {@code /api}. */
    void handle(Exchange request) throws IOException {
        String call = request.method() + " " + request.path();
        try {
            if (line.from(3, 10) && call.contains(" /api/v4/")) {
                version4(request, call.replace(" /api/v4/", " "));
            } else if (!line.from(3, 0) && call.contains(" /api/v1/")) {
                version1(request, call.replace(" /api/v1/", " "));
            } else if (line.from(3, 0) && !line.from(4, 0) && call.equals("GET /api/v3/admin/client_props")) {
                request.answer(200, clientProperties());
            } else {
                throw notFound();
            }
        } catch (Actions.Refusal e) {
            request.answer(
                    e.status(), Actions.object().put("message", e.getMessage()).put("status_code", e.status()));
        }
    }

    /** The release that the server says it is. */
    String buildNumber() {
        return misbehaviour.text("wrong-version", line.version().toString());
    }

    private void version4(Exchange request, String call) throws IOException {
        switch (call) {
            case "GET system/ping" -> ping(request);
            case "GET config/client" -> {
                if (!request.query("format").equals("old")) {
                    throw new Actions.Refusal(501, "New format for the client configuration is not supported yet.");
                }
                request.answer(200, clientProperties());
            }
            case "POST users" -> request.answer(201, actions.createUser(request.json()));
            case "POST users/login" -> {
                var wanted = request.json();
                login(
                        request,
                        wanted.path("login_id").asText(),
                        wanted.path("password").asText());
            }
            default -> version4AsUser(request, call, actions.userOf(request.token()));
        }
    }

    private void version4AsUser(Exchange request, String call, String user) throws IOException {
        Matcher match;
        if (call.equals("GET users/me")) {
            request.answer(200, actions.user(user));
        } else if (call.equals("POST teams")) {
            request.answer(201, actions.createTeam(request.json()));
        } else if ((match = match(call, "GET teams/name/([^/]+)")) != null) {
            request.answer(200, actions.team(match.group(1)));
        } else if ((match = match(call, "GET teams/([^/]+)/channels/name/([^/]+)")) != null) {
            request.answer(200, actions.channel(match.group(1), match.group(2)));
        } else if (call.equals("POST channels")) {
            request.answer(201, actions.createChannel(request.json()));
        } else if (call.equals("POST posts")) {
            request.answer(201, actions.createPost(user, request.json()));
        } else if ((match = match(call, "GET posts/([^/]+)")) != null) {
            request.answer(200, actions.post(match.group(1)));
        } else if ((match = match(call, "GET channels/([^/]+)/posts")) != null) {
            request.answer(200, posts(match.group(1)));
        } else if (call.equals("POST files")) {
            uploadFile(request, user);
        } else if ((match = match(call, "GET files/([^/]+)")) != null) {
            String path = actions.fileInfo(match.group(1)).path("path").asText();
            request.answer(200, "application/octet-stream", actions.readFile(path));
        } else if (call.equals("GET config")) {
            request.answer(200, configuration.stored());
        } else if (call.equals("PUT config")) {
            configuration.saveFromConsole((ObjectNode) request.json(), log);
            request.answer(200, configuration.stored());
        } else {
            throw notFound();
        }
    }

    private void version1(Exchange request, String call) throws IOException {
        switch (call) {
            case "GET admin/client_props" -> request.answer(200, clientProperties());
            case "POST teams/create" -> request.answer(200, actions.createTeam(request.json()));
            case "POST teams/find_team_by_name" ->
                request.answer(
                        200,
                        GoJson.MAPPER
                                .getNodeFactory()
                                .booleanNode(actions.hasTeam(
                                        request.json().path("name").asText())));
            case "POST users/create" -> request.answer(200, actions.createUser(request.json()));
            case "POST users/login" -> {
                var wanted = request.json();
                login(
                        request,
                        wanted.path("email").asText(),
                        wanted.path("password").asText());
            }
            default -> version1AsUser(request, call, actions.userOf(request.token()));
        }
    }

    private void version1AsUser(Exchange request, String call, String user) throws IOException {
        Matcher match;
        if (call.equals("GET users/me")) {
            request.answer(200, actions.user(user));
        } else if (call.equals("GET channels/")) {
            ObjectNode answer = Actions.object();
            answer.set("channels", GoJson.MAPPER.valueToTree(actions.channels()));
            request.answer(200, answer);
        } else if ((match = match(call, "POST channels/([^/]+)/create")) != null) {
            ObjectNode wanted = (ObjectNode) request.json();
            wanted.put("channel_id", match.group(1));
            request.answer(200, actions.createPost(user, wanted));
        } else if ((match = match(call, "GET channels/([^/]+)/posts/.*")) != null) {
            request.answer(200, posts(match.group(1)));
        } else if (call.equals("POST files/upload")) {
            uploadFile(request, user);
        } else if (call.equals("POST admin/save_config")) {
            configuration.saveFromConsole((ObjectNode) request.json(), log);
            request.answer(200, configuration.stored());
        } else {
            throw notFound();
        }
    }

    private void ping(Exchange request) throws IOException {
        ObjectNode answer = Actions.object();
        answer.put("AndroidLatestVersion", "").put("AndroidMinVersion", "");
        boolean healthy = !misbehaviour.asks("unhealthy");
        if (request.query("get_server_status").equals("true")) {
            answer.put("database_status", healthy ? "OK" : "UNHEALTHY").put("filestore_status", "OK");
        }
        answer.put("status", healthy ? "OK" : "UNHEALTHY");
        request.answer(healthy ? 200 : 500, answer);
    }

    private ObjectNode clientProperties() {
        return Actions.object()
                .put("BuildNumber", buildNumber())
                .put("BuildHash", line.hash())
                .put("BuildEnterpriseReady", Boolean.toString(line.edition() == Edition.ENTERPRISE))
                .put("Version", line.schema())
                .put("SiteName", configuration.text("TeamSettings.SiteName"))
                .put("SiteURL", configuration.text("ServiceSettings.SiteURL"));
    }

    private void login(Exchange request, String loginId, String password) throws IOException {
        String token = actions.login(loginId, password);
        request.header("Token", token);
        request.answer(200, actions.user(actions.userOf(token)));
    }

    private ObjectNode posts(String channel) {
        ObjectNode answer = Actions.object();
        ArrayNode order = answer.putArray("order");
        ObjectNode posts = answer.putObject("posts");
        for (String id : actions.postsOf(channel)) {
            order.add(id);
            posts.set(id, actions.post(id));
        }
        return answer;
    }

    private void uploadFile(Exchange request, String user) throws IOException {
        Map<String, Object> form = request.form();
        if (!(form.get("files") instanceof Exchange.Upload upload) || !form.containsKey("channel_id")) {
            throw new Actions.Refusal(400, "Unable to upload file(s). No channel or no file.");
        }
        String stored = actions.saveFile(user, form.get("channel_id").toString(), upload.name(), upload.content());
        ObjectNode answer = Actions.object();
        if (line.from(3, 5)) {
            answer.putArray("file_infos").add(actions.fileInfo(stored));
            request.answer(201, answer);
        } else {
            answer.putArray("filenames").add(stored);
            request.answer(200, answer);
        }
    }

    private static Matcher match(String call, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(call);
        return matcher.matches() ? matcher : null;
    }

    private static Actions.Refusal notFound() {
        return new Actions.Refusal(404, "Sorry, we could not find the page.");
    }
}
