package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.release.Version;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a server is expected to make of a configuration at its first start, said before it, and held against what it
 * wrote after it. No text of it shows a secret.
 */
public final class ConfigPrediction {

    private final ConfigDocument document;
    private final ConfigDocument newDefault;
    private final Version release;
    private final ServerDefaults derived = ServerDefaults.builtIn();
    private final boolean rewrites;

    // Worked out when it is asked for: a merge of a large document alone need not pay for it
    private boolean predicted;
    private final Map<String, Expected> expected = new LinkedHashMap<>();
    private final Map<String, Expected> leaving = new LinkedHashMap<>();

    /** What is expected of one setting: its value, or null where the server decides. */
    private record Expected(String setting, JsonValue before, JsonValue value, String why) {}

    /**
     * A setting as it is expected to be after the start.
     *
     * @param setting the dotted name
     * @param value its value, secrets included; empty where the server decides
     * @param why how the server comes to it
     */
    public record Appearance(String setting, Optional<JsonNode> value, String why) {
        /** The value and why, for people: no secret in it. */
        public String shown() {
            return value.map(node -> Secrets.redact(setting, node).toString()).orElse("the server decides")
                    + (why.isEmpty() ? "" : " (" + why + ")");
        }

        /** For people: no secret in it. */
        @Override
        public String toString() {
            return setting + " = " + shown();
        }
    }

    /**
     * A setting that the server wrote in another way than was predicted.
     *
     * @param setting the dotted name
     * @param expected the value predicted; empty where it was to be gone
     * @param written the value found; empty where it is not there
     */
    public record Difference(String setting, Optional<JsonNode> expected, Optional<JsonNode> written) {
        /** For people: no secret in it. */
        @Override
        public String toString() {
            return setting + ": expected " + shown(expected) + ", the server wrote " + shown(written);
        }

        private String shown(Optional<JsonNode> value) {
            return value.map(node -> Secrets.redact(setting, node).toString()).orElse("nothing");
        }
    }

    private ConfigPrediction(ConfigDocument document, ConfigDocument newDefault, Version release, boolean rewrites) {
        this.document = document;
        this.newDefault = newDefault;
        this.release = release;
        this.rewrites = rewrites;
    }

    /**
     * Foretells what a release makes of a document.
     *
     * @param document what is written before the start
     * @param newDefault the default file of the release's archive
     * @param release the release that will start with it
     */
    public static ConfigPrediction of(ConfigDocument document, ConfigDocument newDefault, Version release) {
        ServerDefaults derived = ServerDefaults.builtIn();
        return new ConfigPrediction(
                document,
                SettingTypes.corrected(newDefault),
                release,
                derived.writesAllDefaults(release) || derived.writesForEmptySalts(document, release));
    }

    private synchronized void predict() {
        if (predicted) {
            return;
        }
        predicted = true;
        SettingPath.forEach(document.root(), this::predictPresent);
        if (rewrites) {
            SettingPath.forEach(newDefault.root(), this::predictMissing);
        }
    }

    private void predictPresent(List<String> path, JsonValue value) {
        String setting = SettingPath.dotted(path);
        boolean known = newDefault.has(setting);
        if (rewrites && derived.isDropped(setting, release)) {
            leaving.put(key(setting), new Expected(setting, value, null, "dropped by the server"));
        } else if (rewrites && derived.isNeverWritten(setting, release)) {
            leaving.put(key(setting), new Expected(setting, value, null, "never written by the server"));
        } else if (derived.writesAllDefaults(release) && !known && !isPlugin(path)) {
            leaving.put(key(setting), new Expected(setting, value, null, "unknown to the release"));
        } else if (!(rewrites && value.isNull() && known)) {
            expected.put(key(setting), kept(setting, value));
        }
    }

    private void predictMissing(List<String> path, JsonValue value) {
        String setting = SettingPath.dotted(path);
        boolean there = document.value(setting).filter(old -> !old.isNull()).isPresent();
        if (!there && !derived.isDropped(setting, release) && !derived.isNeverWritten(setting, release)) {
            expected.put(
                    key(setting),
                    derived.outcome(setting, release, document, newDefault)
                            .map(outcome -> new Expected(
                                    setting,
                                    null,
                                    outcome.value().map(JsonText::fromNode).orElse(null),
                                    outcome.why()))
                            .orElseGet(() -> new Expected(setting, null, value, "")));
        }
    }

    private Expected kept(String setting, JsonValue value) {
        if (!rewrites) {
            return new Expected(setting, value, value, "");
        }
        return derived.conversion(setting, JsonText.toNode(value), release)
                .map(outcome -> new Expected(
                        setting, value, outcome.value().map(JsonText::fromNode).orElse(null), outcome.why()))
                .orElseGet(() -> new Expected(setting, value, value, ""));
    }

    private static boolean isPlugin(List<String> path) {
        return path.size() > 2 && SettingPath.isMap(path.subList(0, 2));
    }

    private static String key(String setting) {
        return setting.toLowerCase(Locale.ROOT);
    }

    /** Whether the server is expected to write the file at its start at all. */
    public boolean rewrites() {
        return rewrites;
    }

    /** The settings that will be there after the start and are not in the document. */
    public List<Appearance> appearing() {
        predict();
        return expected.values().stream()
                .filter(setting -> setting.before() == null)
                .map(ConfigPrediction::appearance)
                .toList();
    }

    /** The settings that will have another value after the start than in the document. */
    public List<Appearance> changing() {
        predict();
        return expected.values().stream()
                .filter(setting -> setting.before() != null
                        && (setting.value() == null || !setting.value().means(setting.before())))
                .map(ConfigPrediction::appearance)
                .toList();
    }

    private static Appearance appearance(Expected expected) {
        return new Appearance(
                expected.setting(), Optional.ofNullable(expected.value()).map(JsonText::toNode), expected.why());
    }

    /** The dotted names that will not be in the file any more after the start. */
    public List<String> leaving() {
        predict();
        return leaving.values().stream().map(Expected::setting).toList();
    }

    /**
     * The document as it is expected to be after the start. What the server decides has the value of the default file,
     * or stays as it is where it was there.
     */
    public ConfigDocument result() {
        predict();
        ConfigDocument result = document;
        for (Expected setting : leaving.values()) {
            result = result.without(setting.setting());
        }
        for (String section : document.sections()) {
            boolean emptied = result.value(section)
                    .filter(ConfigPrediction::isEmptySection)
                    .isPresent();
            if (emptied && !leaving.isEmpty() && !newDefault.has(section)) {
                result = result.without(section);
            }
        }
        for (Expected setting : expected.values()) {
            Optional<JsonValue> value = Optional.ofNullable(setting.value())
                    .or(() -> Optional.ofNullable(setting.before()))
                    .or(() -> newDefault.value(setting.setting()));
            if (value.isPresent() && value.get() != setting.before()) {
                result = result.with(setting.setting(), JsonText.toNode(value.get()));
            }
        }
        return result.named("what " + release + " makes of " + document.name());
    }

    /**
     * Holds what the server wrote against what was predicted. A setting left for the server to decide never differs; one
     * that was expected to leave and stayed with its value doesn't either, for default files are not complete.
     *
     * @param written the configuration after the start
     * @return every difference, in the order predicted, then what nobody predicted
     */
    public List<Difference> differences(ConfigDocument written) {
        predict();
        Map<String, JsonValue> found = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        SettingPath.forEach(written.root(), (path, value) -> {
            String setting = SettingPath.dotted(path);
            found.put(key(setting), value);
            names.put(key(setting), setting);
        });
        List<Difference> differences = new ArrayList<>();
        expected.forEach((key, setting) -> {
            JsonValue there = found.remove(key);
            if (there == null && isEmptySection(setting.value())) {
                there = written.value(setting.setting()).orElse(null);
            }
            boolean decided = setting.value() == null;
            boolean same = there != null && (decided || there.means(setting.value()));
            boolean absent = there == null && (decided || setting.value().isNull());
            if (!same && !absent && !filledSection(setting.value(), there)) {
                differences.add(difference(setting.setting(), setting.value(), there));
            }
        });
        leaving.forEach((key, setting) -> {
            JsonValue there = found.remove(key);
            if (there != null && !there.means(setting.before())) {
                differences.add(difference(setting.setting(), null, there));
            }
        });
        found.forEach((key, value) -> {
            if (!isEmptySection(value)) {
                differences.add(difference(names.get(key), null, value));
            }
        });
        return Collections.unmodifiableList(differences);
    }

    private static boolean isEmptySection(JsonValue value) {
        return value instanceof JsonValue.Members members && members.size() == 0;
    }

    private static boolean filledSection(JsonValue expected, JsonValue there) {
        // an empty map that got entries: the entries themselves are reported
        return isEmptySection(expected) && there instanceof JsonValue.Members;
    }

    private static Difference difference(String setting, JsonValue expected, JsonValue there) {
        return new Difference(
                setting,
                Optional.ofNullable(expected).map(JsonText::toNode),
                Optional.ofNullable(there).map(JsonText::toNode));
    }

    /** What will happen, in one line of counts. */
    public String summary() {
        return rewrites
                ? "When it starts, %s will add %d settings, change %d and drop %d."
                        .formatted(
                                release,
                                appearing().size(),
                                changing().size(),
                                leaving().size())
                : release + " does not change the file when it starts.";
    }

    /** What will happen, line by line, for people: counts first. No secret in it. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(summary());
        if (rewrites) {
            appearing().forEach(setting -> lines.add("  + " + setting));
            changing().forEach(setting -> lines.add("  ~ " + setting));
            leaving().forEach(setting -> lines.add("  - " + setting));
        }
        return lines;
    }

    /** Which document and release it is for; never a value. */
    @Override
    public String toString() {
        return "what " + release + " makes of " + document.name();
    }
}
