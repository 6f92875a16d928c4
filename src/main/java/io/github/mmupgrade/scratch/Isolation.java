package io.github.mmupgrade.scratch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.config.ConfigDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What keeps a rehearsal from reaching a person or another system: the list in {@code isolation.json}.
 *
 * <p>It is laid over the configuration and, because a release may know settings that the one before does not, given to
 * the server as variables, too, which beat every configuration.
 */
public final class Isolation {

    private static final String LIST = "isolation.json";

    private final Map<String, JsonNode> settings;
    private final Map<String, String> variables;

    private Isolation(Map<String, JsonNode> settings, Map<String, String> variables) {
        this.settings = Collections.unmodifiableMap(settings);
        this.variables = Collections.unmodifiableMap(variables);
    }

    /**
     * Reads the list.
     *
     * @param plugins whether the copy's plugins may run; what they reach is then up to them
     */
    public static Isolation read(boolean plugins) {
        try (InputStream resource = Isolation.class.getResourceAsStream(LIST)) {
            JsonNode list = new ObjectMapper().readTree(resource);
            Map<String, JsonNode> settings = new LinkedHashMap<>();
            for (JsonNode group : list.get("groups")) {
                if (!plugins || !group.path("unlessPlugins").asBoolean()) {
                    group.get("settings").properties().forEach(entry -> settings.put(entry.getKey(), entry.getValue()));
                }
            }
            Map<String, String> variables = new LinkedHashMap<>();
            settings.forEach((name, value) -> {
                // a list cannot be given empty: the server would read one empty element
                if (value.isValueNode() && !value.isNull()) {
                    variables.put(variable(name), value.asText());
                }
            });
            list.get("environment")
                    .properties()
                    .forEach(entry ->
                            variables.put(entry.getKey(), entry.getValue().asText()));
            return new Isolation(settings, variables);
        } catch (IOException e) {
            throw new UncheckedIOException("The list " + LIST + " cannot be read", e);
        }
    }

    private static String variable(String setting) {
        return "MM_" + setting.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** The settings by their dotted names; null takes one away. */
    public Map<String, JsonNode> settings() {
        return settings;
    }

    /** The variables of the server's environment. */
    public Map<String, String> variables() {
        return variables;
    }

    /** A configuration with the list laid over what it has; what it does not know is not added. */
    public ConfigDocument applyTo(ConfigDocument document) {
        ConfigDocument result = document;
        for (Map.Entry<String, JsonNode> setting : settings.entrySet()) {
            if (result.has(setting.getKey())) {
                result = setting.getValue().isNull()
                        ? result.without(setting.getKey())
                        : result.with(setting.getKey(), setting.getValue());
            }
        }
        return result;
    }

    /**
     * The list as a JSON merge patch, to be laid over what the installation's own overlays set.
     *
     * @param known says which settings to name: those of the configuration and those of the overlays
     * @param own further settings, which beat the list
     */
    public ObjectNode overlay(Predicate<String> known, Map<String, JsonNode> own) {
        ObjectNode patch = new ObjectMapper().createObjectNode();
        Map<String, JsonNode> all = new LinkedHashMap<>();
        settings.forEach((name, value) -> {
            if (known.test(name)) {
                all.put(name, value);
            }
        });
        all.putAll(own);
        all.forEach((name, value) -> {
            int dot = name.lastIndexOf('.');
            ObjectNode section = patch;
            for (String part : name.substring(0, dot).split("\\.")) {
                section = section.withObjectProperty(part);
            }
            section.set(name.substring(dot + 1), value);
        });
        return patch;
    }
}
