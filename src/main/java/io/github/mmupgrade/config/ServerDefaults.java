package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.release.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a server works out by itself instead of taking it from its default file: settings that depend on others or on
 * whether the file is a fresh one, values that it converts, settings that it drops or never writes. All of it is data:
 * {@code server-defaults.json} beside this class, each row with its releases and its source.
 */
public final class ServerDefaults {

    private static final ServerDefaults BUILT_IN = new ServerDefaults(Resources.read("server-defaults.json"));
    private static final String SITE_URL = "ServiceSettings.SiteURL";

    private final Version writesAllDefaults;
    private final Version writesForEmptySalts;
    private final Map<String, List<Row>> derived;
    private final Map<String, List<Row>> converted;
    private final Map<String, List<Row>> dropped;
    private final Map<String, List<Row>> neverWritten;

    private ServerDefaults(ConfigDocument table) {
        this.writesAllDefaults = since(table.get("writesAllDefaults").orElseThrow());
        this.writesForEmptySalts = since(table.get("writesForEmptySalts").orElseThrow());
        this.derived = rows(table, "derived");
        this.converted = rows(table, "converted");
        this.dropped = rows(table, "dropped");
        this.neverWritten = rows(table, "neverWritten");
    }

    /** One row of the table. */
    private record Row(String setting, Version since, Version until, JsonNode rule) {
        boolean holdsFor(Version release) {
            return !release.below(since) && (until == null || release.below(until));
        }
    }

    /**
     * A value that a server works out.
     *
     * @param setting the dotted name
     * @param value what it will be; empty where only the server knows
     * @param why how the server comes to it, in a few words
     * @param source where that is known from
     */
    public record Outcome(String setting, Optional<JsonNode> value, String why, String source) {}

    private static Version since(JsonNode row) {
        return Version.parse(row.get("since").asText());
    }

    private static Map<String, List<Row>> rows(ConfigDocument table, String name) {
        Map<String, List<Row>> rows = new HashMap<>();
        table.get(name).orElseThrow().forEach(row -> {
            String setting = row.get("setting").asText();
            Version until = row.has("until") ? Version.parse(row.get("until").asText()) : null;
            rows.computeIfAbsent(setting.toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                    .add(new Row(setting, since(row), until, row));
        });
        return rows;
    }

    /** The table that the plugin comes with. */
    public static ServerDefaults builtIn() {
        return BUILT_IN;
    }

    /** Whether a release writes all its defaults into the file at its first start. */
    public boolean writesAllDefaults(Version release) {
        return !release.below(writesAllDefaults);
    }

    /** Whether a release writes the file at its start because a salt or key in it is empty or missing. */
    public boolean writesForEmptySalts(ConfigDocument document, Version release) {
        return !release.below(writesForEmptySalts)
                && converted.keySet().stream()
                        .filter(setting -> setting.endsWith("salt") || setting.endsWith("atrestencryptkey"))
                        .anyMatch(setting -> conversion(setting, release)
                                .filter(row -> document.value(setting)
                                        .map(value -> value.isNull() || isEmpty(value))
                                        .orElse(true))
                                .isPresent());
    }

    private Optional<Row> conversion(String setting, Version release) {
        return holding(converted, setting, release).findFirst();
    }

    private static java.util.stream.Stream<Row> holding(Map<String, List<Row>> rows, String setting, Version release) {
        return rows.getOrDefault(setting.toLowerCase(Locale.ROOT), List.of()).stream()
                .filter(row -> row.holdsFor(release));
    }

    /** Whether the default of a setting is worked out by a release's server and not taken from its default file. */
    public boolean isDerived(String setting, Version release) {
        return holding(derived, setting, release).findAny().isPresent();
    }

    /** Whether a release's server is known to drop a setting or section. */
    public boolean isDropped(String setting, Version release) {
        return isListed(dropped, setting, release);
    }

    /** Whether a release's server never writes a setting or section, though its default file may have it. */
    public boolean isNeverWritten(String setting, Version release) {
        return isListed(neverWritten, setting, release);
    }

    /** Whether a table names a setting or the section that it is in. */
    private static boolean isListed(Map<String, List<Row>> rows, String setting, Version release) {
        String section = setting.substring(0, Math.max(0, setting.indexOf('.')));
        return holding(rows, setting, release).findAny().isPresent()
                || holding(rows, section, release).findAny().isPresent();
    }

    /**
     * What a server will write for a setting that a document lacks.
     *
     * @param defaults the release's default file, for the settings that this one depends on
     * @return empty when the setting is not derived
     */
    public Optional<Outcome> outcome(
            String setting, Version release, ConfigDocument document, ConfigDocument defaults) {
        return holding(derived, setting, release)
                .findFirst()
                .map(row -> new Outcome(
                        row.setting(),
                        value(row.rule(), document, defaults),
                        why(row.rule()),
                        row.rule().get("source").asText()));
    }

    /** What a server will make of a value that a document has; empty where it leaves it alone. */
    public Optional<Outcome> conversion(String setting, JsonNode value, Version release) {
        JsonValue given = JsonText.fromNode(value);
        return holding(converted, setting, release)
                .filter(row -> JsonText.fromNode(row.rule().get("from")).means(given))
                .findFirst()
                .map(row -> new Outcome(
                        row.setting(),
                        Optional.ofNullable(row.rule().get("to")),
                        row.rule().has("decides") ? row.rule().get("decides").asText() : "converted by the server",
                        row.rule().get("source").asText()));
    }

    private static boolean isEmpty(JsonValue value) {
        return value instanceof JsonValue.Scalar scalar
                && scalar.isString()
                && scalar.text().isEmpty();
    }

    private static String why(JsonNode rule) {
        if (rule.has("decides")) {
            return rule.get("decides").asText();
        }
        if (rule.has("hoursOfDays")) {
            return "the hours of " + rule.get("hoursOfDays").asText();
        }
        if (rule.has("copyOf")) {
            return "follows " + rule.get("copyOf").asText();
        }
        if (rule.has("when")) {
            return "depends on " + names(rule.get("when"));
        }
        return "depends on whether " + SITE_URL + " is set";
    }

    private static String names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(name -> names.add(name.asText()));
        return String.join(" and ", names);
    }

    private static Optional<JsonNode> value(JsonNode rule, ConfigDocument document, ConfigDocument defaults) {
        if (rule.has("decides")) {
            return Optional.empty();
        }
        if (rule.has("hoursOfDays")) {
            Optional<JsonNode> days = set(document, rule.get("hoursOfDays").asText());
            if (days.isPresent()) {
                return days.filter(JsonNode::isIntegralNumber)
                        .map(number -> com.fasterxml.jackson.databind.node.LongNode.valueOf(number.longValue() * 24));
            }
        }
        if (rule.has("copyOf")) {
            String other = rule.get("copyOf").asText();
            Optional<JsonNode> value = set(document, other)
                    .or(() -> set(defaults, other))
                    .filter(node -> !(node.isTextual() && node.textValue().isEmpty()));
            JsonNode copied = value.orElse(rule.get("orElse"));
            JsonNode map = rule.path("map");
            return Optional.of(map.has(copied.asText()) ? map.get(copied.asText()) : copied);
        }
        if (rule.has("when")) {
            for (JsonNode name : rule.get("when")) {
                Optional<JsonNode> value = set(document, name.asText()).or(() -> set(defaults, name.asText()));
                if (value.isPresent()
                        && (value.get().asBoolean()
                                || (value.get().isTextual()
                                        && !value.get().textValue().isEmpty()))) {
                    return Optional.of(rule.get("then"));
                }
            }
            return Optional.of(rule.get("else"));
        }
        return Optional.of(set(document, SITE_URL).isPresent() ? rule.get("updated") : rule.get("fresh"));
    }

    private static Optional<JsonNode> set(ConfigDocument document, String setting) {
        return document.get(setting).filter(value -> !value.isNull());
    }
}
