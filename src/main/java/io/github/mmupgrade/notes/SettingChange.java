package io.github.mmupgrade.notes;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.release.Version;
import java.util.Objects;
import java.util.Optional;

/**
 * What a release's notes say of a setting.
 *
 * @param version the release; 11.8.0 for one that is about the whole of 11.8
 * @param kind what happened to it
 * @param section the section of {@code config.json}, such as {@code ServiceSettings}; empty when the notes don't say
 * @param name the setting's name; a section's where the whole section is meant
 * @param defaultValue the value in a fresh installation; empty when the notes don't say
 */
public record SettingChange(
        Version version, Kind kind, Optional<String> section, String name, Optional<JsonNode> defaultValue) {

    /** What can happen to a setting. */
    public enum Kind {
        /** It is new. */
        ADDED("added"),
        /** It is no longer known. */
        REMOVED("removed"),
        /** Its default or its meaning is another. */
        CHANGED("changed"),
        /** It has another name or is in another section. */
        MOVED("moved");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** What happened to it, such as {@code added}. */
        public String word() {
            return word;
        }
    }

    /** Checks the parts. */
    public SettingChange {
        Objects.requireNonNull(version);
        Objects.requireNonNull(kind);
        Objects.requireNonNull(section);
        Objects.requireNonNull(defaultValue);
        if (name.isBlank()) {
            throw new IllegalArgumentException("A setting has a name");
        }
    }

    /** The name with its section where that is known, such as {@code ServiceSettings.SiteURL}. */
    public String dotted() {
        return section.map(known -> known + "." + name).orElse(name);
    }

    @Override
    public String toString() {
        return dotted() + defaultValue.map(value -> " = " + value).orElse("");
    }
}
