package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The types of settings where a release's default file is no authority for them. All of it is data: {@code
 * setting-types.json} beside this class, each row with its source.
 */
final class SettingTypes {

    private static final Map<String, JsonValue> KNOWN = read();

    private SettingTypes() {}

    private static Map<String, JsonValue> read() {
        Map<String, JsonValue> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (JsonNode row : Resources.read("setting-types.json").get("types").orElseThrow()) {
            known.put(row.get("setting").asText(), JsonText.fromNode(row.get("like")));
        }
        return known;
    }

    /** A value of the type that the server takes, where files are no authority for it; empty where they are. */
    static Optional<JsonValue> like(String setting) {
        return Optional.ofNullable(KNOWN.get(setting));
    }

    /**
     * A default file in which every setting has the type that the server takes.
     *
     * @param shipped the default file of a release's archive
     * @return the file itself where nothing has to be corrected
     */
    static ConfigDocument corrected(ConfigDocument shipped) {
        ConfigDocument corrected = shipped;
        for (Map.Entry<String, JsonValue> type : KNOWN.entrySet()) {
            Optional<JsonValue> value = shipped.value(type.getKey());
            if (value.isPresent() && !TypeFit.same(value.get(), type.getValue())) {
                JsonValue fitting = TypeFit.into(value.get(), type.getValue()).orElse(type.getValue());
                corrected = corrected.with(type.getKey(), JsonText.toNode(fitting));
            }
        }
        return corrected;
    }
}
