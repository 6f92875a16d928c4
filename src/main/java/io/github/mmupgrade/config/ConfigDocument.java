package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.PlainFile;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A configuration of the server: reads and writes {@code config.json}, or the same text where it is kept in the
 * database, without touching a byte that nobody changed. Immutable.
 *
 * <p>Settings are named with dots, {@code SqlSettings.DataSource}; a name is found in any letter case, as the server
 * finds it.
 */
public final class ConfigDocument {

    /** The most bytes that a configuration has; a larger one is refused. */
    public static final int MOST_BYTES = JsonReader.MOST_BYTES;

    private final String name;
    private final byte[] source;
    private final JsonValue.Members read;
    private final JsonValue.Members root;

    private ConfigDocument(String name, byte[] source, JsonValue.Members read, JsonValue.Members root) {
        this.name = name;
        this.source = source;
        this.read = read;
        this.root = root;
    }

    /**
     * Reads a document.
     *
     * @param bytes the text in UTF-8, without a byte order mark
     * @param name what to call it in messages, such as its path
     * @throws RefusedException if it is not one JSON object, a name stands twice in a section, it is nested too deeply
     *     or too large; the message has line and column and never any content
     */
    public static ConfigDocument parse(byte[] bytes, String name) {
        byte[] source = bytes.clone();
        JsonValue.Members root = JsonReader.read(source, Objects.requireNonNull(name));
        return new ConfigDocument(name, source, root, root);
    }

    /**
     * Reads a file.
     *
     * @throws RefusedException if it can't be read, or as {@link #parse} does
     */
    public static ConfigDocument read(Path file) {
        try {
            byte[] source = PlainFile.read(file, MOST_BYTES);
            JsonValue.Members root = JsonReader.read(source, file.toString());
            return new ConfigDocument(file.toString(), source, root, root);
        } catch (IOException e) {
            throw new RefusedException(
                    file + " cannot be read: " + IoReason.of(e) + ".",
                    Hint.of("Check that the file exists and that this user can read it."),
                    e);
        }
    }

    /** A document without any setting. */
    public static ConfigDocument empty(String name) {
        return parse("{}".getBytes(StandardCharsets.UTF_8), name);
    }

    /** What it is called in messages; never content. */
    public String name() {
        return name;
    }

    /** The text: the very bytes that were read where nothing was changed. */
    public byte[] bytes() {
        return root == read ? source.clone() : JsonWriter.write(source, read, root);
    }

    /**
     * Writes the text to a file, in full or not at all. Of a file that is there, owner, group, mode and the symbolic
     * link that may lead to it are kept; a new one is for its owner alone, who is the directory's owner.
     *
     * @throws IOException if it can't be written; the file is as it was
     */
    public void writeTo(Path file) throws IOException {
        byte[] bytes = bytes();
        AtomicFile.replace(file, out -> out.write(bytes));
    }

    /** The value of a setting or section; empty when it is not in the document. A null is a value. */
    public Optional<JsonNode> get(String dottedName) {
        return value(dottedName).map(JsonText::toNode);
    }

    /** Whether the document has the setting or section. */
    public boolean has(String dottedName) {
        return SettingPath.resolve(root, dottedName).isPresent();
    }

    /**
     * The document with one setting changed, or added at the end of its section, which is added when it is missing.
     *
     * @return this document itself when it has the value already
     */
    public ConfigDocument with(String dottedName, JsonNode value) {
        JsonValue wanted = JsonText.fromNode(value);
        Optional<List<String>> path = SettingPath.resolve(root, dottedName);
        if (path.isPresent() && SettingPath.get(root, path.get()).orElseThrow().means(wanted)) {
            return this;
        }
        return withValue(path.orElseGet(() -> SettingPath.create(root, dottedName, value.isObject())), wanted);
    }

    /** The document without a setting or section; this document itself when it doesn't have it. */
    public ConfigDocument without(String dottedName) {
        return SettingPath.resolve(root, dottedName)
                .map(path -> withValue(path, null))
                .orElse(this);
    }

    /** The dotted names of all settings, in the order of the document: what is no section, and empty sections. */
    public Set<String> settings() {
        Set<String> names = new LinkedHashSet<>();
        SettingPath.forEach(root, (path, value) -> names.add(SettingPath.dotted(path)));
        return Collections.unmodifiableSet(names);
    }

    /** The names at the top of the document, in its order. */
    public List<String> sections() {
        return List.of(root.names);
    }

    /** The whole document as Jackson's node; a copy. */
    public JsonNode toJson() {
        return JsonText.toNode(root);
    }

    JsonValue.Members root() {
        return root;
    }

    Optional<JsonValue> value(String dottedName) {
        return SettingPath.resolve(root, dottedName).flatMap(path -> SettingPath.get(root, path));
    }

    /** The same text under another name. */
    ConfigDocument named(String other) {
        return new ConfigDocument(other, source, read, root);
    }

    ConfigDocument withRoot(JsonValue.Members changed) {
        return changed == root ? this : new ConfigDocument(name, source, read, changed);
    }

    /** The document with the value at exactly this path; null takes it away. */
    ConfigDocument withValue(List<String> path, JsonValue value) {
        return withRoot(replaced(root, path, value));
    }

    private static JsonValue.Members replaced(JsonValue.Members members, List<String> path, JsonValue value) {
        Map<String, JsonValue> map = members.asMap();
        String first = path.get(0);
        if (path.size() == 1) {
            if (value == null) {
                map.remove(first);
            } else {
                map.put(first, value);
            }
            return members.changedTo(map);
        }
        JsonValue.Members section =
                map.get(first) instanceof JsonValue.Members there ? there : JsonValue.Members.of(Map.of());
        map.put(first, replaced(section, path.subList(1, path.size()), value));
        return members.changedTo(map);
    }

    /** Its name and how many sections it has: nothing of its content. */
    @Override
    public String toString() {
        return name + " (" + root.size() + " sections)";
    }

    /** Whether both have the same text. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ConfigDocument that && java.util.Arrays.equals(bytes(), that.bytes());
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(bytes());
    }
}
