package io.github.mmupgrade.testing.standin.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What the interfaces of both generations do to the database and the file store. */
final class Actions {

    /** Why a request is answered with an error. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refusal(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private final Store store;
    private final ReleaseLine line;
    private final Path files;

    /**
     * Makes the actions.
     *
     * @param files the file store's directory
     */
    Actions(Store store, ReleaseLine line, Path files) {
        this.store = store;
        this.line = line;
        this.files = files;
    }

    /** Creates a user; the first one administers the server. */
    ObjectNode createUser(JsonNode wanted) {
        String email = required(wanted, "email");
        String username = wanted.path("username").asText(email.replaceFirst("@.*", ""));
        if (store.value("SELECT Id FROM Users WHERE Username = ? OR Email = ?", username, email) != null) {
            throw new Refusal(400, "An account with that email or username already exists.");
        }
        boolean first = store.value("SELECT Id FROM Users") == null;
        String id = id();
        long now = System.currentTimeMillis();
        String roles = first ? "system_admin" : "system_user";
        store.update(
                "INSERT INTO Users (Id, CreateAt, UpdateAt, DeleteAt, TeamId, Username, Password, Email, EmailVerified,"
                        + " Nickname, Roles) VALUES (?, ?, ?, 0, ?, ?, ?, ?, " + no() + ", '', ?)",
                id,
                now,
                now,
                wanted.path("team_id").asText(""),
                username,
                hashed(required(wanted, "password")),
                email,
                roles);
        return object().put("id", id)
                .put("create_at", now)
                .put("username", username)
                .put("email", email)
                .put("roles", roles);
    }

    /** Checks a password; the answer has the new session's token. */
    String login(String loginId, String password) {
        String user = store.value(
                "SELECT Id FROM Users WHERE (Username = ? OR Email = ?) AND Password = ?",
                loginId,
                loginId,
                hashed(password));
        if (user == null) {
            throw new Refusal(401, "Enter a valid email or username and/or password.");
        }
        String token = id();
        store.update(
                "INSERT INTO Sessions (Id, Token, CreateAt, ExpiresAt, UserId, Roles) VALUES (?, ?, ?, 0, ?, '')",
                id(),
                token,
                System.currentTimeMillis(),
                user);
        return token;
    }

    /** The user whose session it is. */
    String userOf(String token) {
        String user = token == null ? null : store.value("SELECT UserId FROM Sessions WHERE Token = ?", token);
        if (user == null) {
            throw new Refusal(401, "Invalid or expired session, please login again.");
        }
        return user;
    }

    ObjectNode user(String id) {
        return row("SELECT Id, CreateAt AS create_at, Username, Email, Roles FROM Users WHERE Id = ?", id);
    }

    /** Creates a team with the two channels that each team has. */
    ObjectNode createTeam(JsonNode wanted) {
        String name = required(wanted, "name");
        if (store.value("SELECT Id FROM Teams WHERE Name = ?", name) != null) {
            throw new Refusal(400, "A team with that name already exists");
        }
        String id = id();
        long now = System.currentTimeMillis();
        store.update(
                "INSERT INTO Teams (Id, CreateAt, UpdateAt, DeleteAt, DisplayName, Name, Email, Type)"
                        + " VALUES (?, ?, ?, 0, ?, ?, ?, ?)",
                id,
                now,
                now,
                wanted.path("display_name").asText(name),
                name,
                wanted.path("email").asText(""),
                wanted.path("type").asText("O"));
        for (String channel : List.of("town-square", "off-topic")) {
            createChannel(object().put("team_id", id)
                    .put("name", channel)
                    .put("display_name", channel)
                    .put("type", "O"));
        }
        return team(name);
    }

    ObjectNode team(String name) {
        return row(
                "SELECT Id, CreateAt AS create_at, DisplayName AS display_name, Name, Type FROM Teams"
                        + " WHERE Name = ? AND DeleteAt = 0",
                name);
    }

    boolean hasTeam(String name) {
        return store.value("SELECT Id FROM Teams WHERE Name = ?", name) != null;
    }

    ObjectNode createChannel(JsonNode wanted) {
        String id = id();
        long now = System.currentTimeMillis();
        store.update(
                "INSERT INTO Channels (Id, CreateAt, UpdateAt, DeleteAt, TeamId, Type, DisplayName, Name, Header,"
                        + " LastPostAt, TotalMsgCount, CreatorId) VALUES (?, ?, ?, 0, ?, ?, ?, ?, '', 0, 0, '')",
                id,
                now,
                now,
                required(wanted, "team_id"),
                wanted.path("type").asText("O"),
                wanted.path("display_name").asText(""),
                required(wanted, "name"));
        return row("SELECT Id, TeamId AS team_id, Name, Type FROM Channels WHERE Id = ?", id);
    }

    ObjectNode channel(String team, String name) {
        return row("SELECT Id, TeamId AS team_id, Name, Type FROM Channels WHERE TeamId = ? AND Name = ?", team, name);
    }

    List<Map<String, Object>> channels() {
        return store.rows("SELECT Id, TeamId AS team_id, Name, Type FROM Channels WHERE DeleteAt = 0 ORDER BY Name");
    }

    /** Writes a post; files are by name in the first releases and by number later. */
    ObjectNode createPost(String user, JsonNode wanted) {
        String channel = required(wanted, "channel_id");
        String id = id();
        long now = System.currentTimeMillis();
        store.update(
                "INSERT INTO Posts (Id, CreateAt, UpdateAt, DeleteAt, UserId, ChannelId, RootId, OriginalId, Message,"
                        + " Type, Props, Hashtags, Filenames) VALUES (?, ?, ?, 0, ?, ?, '', '', ?, '', '{}', '', ?)",
                id,
                now,
                now,
                user,
                channel,
                wanted.path("message").asText(""),
                wanted.path("filenames").isArray() ? wanted.path("filenames").toString() : "[]");
        for (JsonNode file : wanted.path("file_ids")) {
            store.update("UPDATE FileInfo SET PostId = ? WHERE Id = ?", id, file.asText());
        }
        store.update(
                "UPDATE Channels SET LastPostAt = ?, TotalMsgCount = TotalMsgCount + 1 WHERE Id = ?", now, channel);
        return post(id);
    }

    ObjectNode post(String id) {
        return row(
                "SELECT Id, CreateAt AS create_at, UserId AS user_id, ChannelId AS channel_id, Message FROM Posts"
                        + " WHERE Id = ?",
                id);
    }

    List<String> postsOf(String channel) {
        return store
                .rows("SELECT Id FROM Posts WHERE ChannelId = ? AND DeleteAt = 0 ORDER BY CreateAt DESC", channel)
                .stream()
                .map(row -> row.get("id").toString())
                .toList();
    }

    /**
     * Stores a file.
     *
     * @return its number from 3.5 on; else the name that a post refers to
     */
    String saveFile(String user, String channel, String name, byte[] content) {
        String id = id();
        String safe = name.replaceAll("[/\\\\]", "_");
        boolean first = !line.from(3, 5);
        String team = first ? store.value("SELECT TeamId FROM Channels WHERE Id = ?", channel) : "noteam";
        String path = (first ? team : "20261123/teams/noteam") + "/channels/" + channel + "/users/" + user + "/" + id
                + "/" + safe;
        write(files.resolve(path), content);
        if (first) {
            return "/" + channel + "/" + user + "/" + id + "/" + safe;
        }
        long now = System.currentTimeMillis();
        store.update(
                "INSERT INTO FileInfo (Id, CreatorId, PostId, CreateAt, UpdateAt, DeleteAt, Path, Name, Extension, Size,"
                        + " MimeType) VALUES (?, ?, '', ?, ?, 0, ?, ?, '', ?, 'application/octet-stream')",
                id,
                user,
                now,
                now,
                path,
                safe,
                (long) content.length);
        return id;
    }

    ObjectNode fileInfo(String id) {
        return row("SELECT Id, Path, Name, Size FROM FileInfo WHERE Id = ?", id);
    }

    /** Reads a stored file by its path in the store. */
    byte[] readFile(String path) {
        try {
            return Files.readAllBytes(files.resolve(path));
        } catch (IOException e) {
            throw new Refusal(404, "Unable to find the file.");
        }
    }

    /** Truncates and appends, in place: nothing is written under another name and renamed. */
    private static void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[0], StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
            Files.write(file, content, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode row(String sql, Object... values) {
        List<Map<String, Object>> rows = store.rows(sql, values);
        if (rows.isEmpty()) {
            throw new Refusal(404, "Unable to find it.");
        }
        return GoJson.MAPPER.valueToTree(rows.get(0));
    }

    private static String required(JsonNode wanted, String field) {
        String value = wanted.path(field).asText("");
        if (value.isEmpty()) {
            throw new Refusal(400, "Invalid or missing " + field + " in request body");
        }
        return value;
    }

    private String no() {
        return store.isPostgres() ? "FALSE" : "0";
    }

    static ObjectNode object() {
        return GoJson.MAPPER.createObjectNode();
    }

    static String id() {
        return SettingsTable.randomText(26);
    }

    private static String hashed(String password) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
