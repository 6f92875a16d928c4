package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** What becomes of one setting in a merge, and why. Its text never shows a secret. */
public final class ConfigChange {

    /** What becomes of a setting. */
    public enum Kind {
        /** New in the release: written with its default. */
        ADDED("new, written with its default"),
        /** New in the release: the server writes it at its first start. */
        APPEARS("new, the server will write it"),
        /** New in the release, with a default that only the server can work out: left to it. */
        DERIVED("new, set by the server"),
        /** The administrator's value stays. */
        KEPT("kept"),
        /** The administrator's value stays under the name as the new release spells it. */
        RESPELLED("kept, spelled as the new release does"),
        /** The new release doesn't know it: kept. */
        UNKNOWN("unknown to the new release, kept"),
        /** The new release doesn't know it: dropped, as asked for. */
        DROPPED("unknown to the new release, dropped"),
        /** The old default is in use and the new release has another: the old one stays. */
        DEFAULT_CHANGED("old default in use, the new release has a different one; kept"),
        /** The old default was in use and the new release has another: adopted, as asked for. */
        DEFAULT_ADOPTED("old default in use, replaced by the new one"),
        /** Of another type in the new release: the old value, in that type. */
        TYPE_CHANGED("has a different type in the new release"),
        /** Set by the overlay. */
        OVERLAID("set by the overlay"),
        /** A variable of the environment overrides what the file says. */
        OVERRIDDEN("overridden by the environment"),
        /** Taken from the destination of a migration. */
        DESTINATION("taken from the destination");

        private final String meaning;

        Kind(String meaning) {
            this.meaning = meaning;
        }

        /** What it means, in a few words for people. */
        public String meaning() {
            return meaning;
        }

        /** As in reports: {@code default-changed}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Kind kind;
    // The parts share their text with the document: a large one has as many changes as settings
    private final String section;
    private final String name;
    private final JsonValue before;
    private final JsonValue after;
    private final String note;

    /**
     * A change.
     *
     * @param section the dotted name of the section with a dot behind it, or empty
     * @param name the setting's own name
     */
    ConfigChange(Kind kind, String section, String name, JsonValue before, JsonValue after, String note) {
        this.kind = Objects.requireNonNull(kind);
        this.section = Objects.requireNonNull(section);
        this.name = Objects.requireNonNull(name);
        this.before = before;
        this.after = after;
        this.note = Objects.requireNonNull(note);
    }

    ConfigChange(Kind kind, String setting, JsonValue before, JsonValue after, String note) {
        this(kind, "", setting, before, after, note);
    }

    /** What becomes of it. */
    public Kind kind() {
        return kind;
    }

    /** The dotted name, as the new document spells it. */
    public String setting() {
        return section + name;
    }

    /** The old value, secrets included; empty where there was none. */
    public Optional<JsonNode> before() {
        return Optional.ofNullable(before).map(JsonText::toNode);
    }

    /** The value in the new document, or that it is going to have, secrets included; empty where there is none. */
    public Optional<JsonNode> after() {
        return Optional.ofNullable(after).map(JsonText::toNode);
    }

    /** Why, where there is more to say than the kind does; may be empty, never has a value in it. */
    public String note() {
        return note;
    }

    /** For a log: kind, name and the values as they may be shown. */
    @Override
    public String toString() {
        return kind + " " + setting() + shown(" was ", before) + shown(" is ", after)
                + (note.isEmpty() ? "" : " (" + note + ")");
    }

    private String shown(String word, JsonValue value) {
        return value == null ? "" : word + Secrets.shown(setting(), value);
    }
}
