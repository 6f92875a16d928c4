package io.github.mmupgrade.testing.standin.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.release.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which settings each release knows, in its order, and their defaults: a part of the real ones. */
public final class SettingsTable {

    private static final String RESOURCE = "/standin-settings.tsv";

    private record Default(Version since, boolean updated, JsonNode value) {}

    private record Setting(Version since, Version until, String name, List<Default> defaults) {
        boolean knownTo(Version release) {
            return release.atLeast(since) && (until == null || release.below(until));
        }

        JsonNode defaultOf(Version release, boolean updated) {
            JsonNode result = null;
            for (Default candidate : defaults) {
                if (release.atLeast(candidate.since()) && !candidate.updated()) {
                    result = candidate.value();
                }
            }
            for (Default candidate : defaults) {
                if (updated && release.atLeast(candidate.since()) && candidate.updated()) {
                    result = candidate.value();
                }
            }
            return result;
        }
    }

    private final List<Setting> settings;

    private SettingsTable(List<Setting> settings) {
        this.settings = settings;
    }

    /** Reads the table that lies beside the classes. */
    public static SettingsTable load() {
        List<Setting> settings = new ArrayList<>();
        try (InputStream table = SettingsTable.class.getResourceAsStream(RESOURCE)) {
            for (String line : new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .toList()) {
                settings.add(setting(line.split("\t", -1)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SettingsTable(settings);
    }

    private static Setting setting(String[] fields) throws IOException {
        Version since = Version.parse(fields[0]);
        List<Default> defaults = new ArrayList<>();
        defaults.add(new Default(since, false, json(fields[3])));
        for (int i = 4; i < fields.length; i++) {
            int at = fields[i].indexOf('@');
            int equals = fields[i].indexOf('=');
            defaults.add(new Default(
                    Version.parse(fields[i].substring(at + 1, equals)),
                    fields[i].startsWith("update"),
                    json(fields[i].substring(equals + 1))));
        }
        return new Setting(since, fields[1].equals("-") ? null : Version.parse(fields[1]), fields[2], defaults);
    }

    private static JsonNode json(String text) throws IOException {
        return GoJson.read(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The config.json that an archive of the release brings. */
    public ObjectNode shipped(Version release) {
        ObjectNode result = GoJson.MAPPER.createObjectNode();
        for (Setting setting : settings) {
            if (setting.knownTo(release)) {
                put(result, setting.name(), setting.defaultOf(release, false));
            }
        }
        noteSurvey(result, release);
        return result;
    }

    /**
     * A configuration as the release writes it: its settings in its order, the missing ones with their defaults, the
     * unknown ones gone, the old ones converted.
     */
    ObjectNode filledIn(ObjectNode given, ReleaseLine line) {
        Version release = line.version();
        // the server takes a configuration that has a site's address for an updated one
        boolean updated = !text(given, "ServiceSettings.SiteURL").isEmpty();
        ObjectNode result = GoJson.MAPPER.createObjectNode();
        for (Setting setting : settings) {
            if (setting.knownTo(release)) {
                JsonNode own = find(given, setting.name()).orElse(null);
                put(result, setting.name(), own == null ? setting.defaultOf(release, updated) : own);
            }
        }
        if (line.fillsInAtStart()) {
            convert(given, result);
            noteSurvey(result, release);
        }
        if (line.from(7, 0)) {
            daysToHours(given, result);
        }
        salts(result);
        return result;
    }

    private static void convert(ObjectNode given, ObjectNode result) {
        String most = "TeamSettings.MaxNotificationsPerChannel";
        if (find(given, most).map(JsonNode::asInt).orElse(0) == 1000) {
            put(result, most, GoJson.MAPPER.getNodeFactory().numberNode(1_000_000));
        }
        if (text(result, "EmailSettings.SMTPPort").isEmpty()) {
            put(result, "EmailSettings.SMTPPort", GoJson.MAPPER.getNodeFactory().textNode("10025"));
        }
    }

    private static void daysToHours(ObjectNode given, ObjectNode result) {
        for (String kind : List.of("Web", "Mobile", "SSO")) {
            String hours = "ServiceSettings.SessionLength" + kind + "InHours";
            Optional<JsonNode> days = find(given, "ServiceSettings.SessionLength" + kind + "InDays");
            if (days.isPresent() && find(given, hours).isEmpty()) {
                put(
                        result,
                        hours,
                        GoJson.MAPPER.getNodeFactory().numberNode(days.get().asInt() * 24));
            }
        }
    }

    /** The state of the survey plugin follows whether diagnostics are sent. */
    private static void noteSurvey(ObjectNode document, Version release) {
        Optional<JsonNode> states = find(document, "PluginSettings.PluginStates");
        if (states.isPresent() && release.atLeast(Version.of(5, 18, 0))) {
            ObjectNode own = (ObjectNode) states.get();
            if (!own.has("com.mattermost.nps")) {
                boolean diagnostics = find(document, "LogSettings.EnableDiagnostics")
                        .map(JsonNode::asBoolean)
                        .orElse(true);
                own.putObject("com.mattermost.nps").put("Enable", diagnostics);
            }
        }
    }

    /** Whether one of the secrets that the server makes up for itself is missing. */
    boolean lacksSalt(ObjectNode given, ReleaseLine line) {
        return settings.stream()
                .filter(s -> s.knownTo(line.version()) && isSalt(s.name()))
                .anyMatch(s -> text(given, s.name()).isEmpty());
    }

    private void salts(ObjectNode document) {
        for (Setting setting : settings) {
            Optional<JsonNode> value = find(document, setting.name());
            if (isSalt(setting.name())
                    && value.isPresent()
                    && value.get().asText().isEmpty()) {
                put(document, setting.name(), GoJson.MAPPER.getNodeFactory().textNode(randomText(32)));
            }
        }
    }

    private static boolean isSalt(String name) {
        return name.endsWith("Salt") || name.endsWith("AtRestEncryptKey");
    }

    /** Letters and digits of the kind that Mattermost uses for salts and identifiers. */
    static String randomText(int length) {
        String alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
        SecureRandom random = new SecureRandom();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** The value at a dotted name. */
    static Optional<JsonNode> find(JsonNode document, String name) {
        JsonNode node = document;
        for (String part : name.split("\\.")) {
            node = node.path(part);
        }
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    static String text(JsonNode document, String name) {
        return find(document, name).map(JsonNode::asText).orElse("");
    }

    /** Sets a value at a dotted name and makes the sections above it. */
    public static void put(ObjectNode document, String name, JsonNode value) {
        String[] parts = name.split("\\.");
        ObjectNode node = document;
        for (int i = 0; i < parts.length - 1; i++) {
            JsonNode next = node.get(parts[i]);
            node = next instanceof ObjectNode section ? section : node.putObject(parts[i]);
        }
        node.set(parts[parts.length - 1], value.deepCopy());
    }
}
