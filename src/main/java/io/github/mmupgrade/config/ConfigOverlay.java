package io.github.mmupgrade.config;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an environment wants different: JSON merge patches, applied in their order, with {@code ${env.NAME}} taken from
 * the environment.
 *
 * <p>A text that is nothing but {@code ${env.NAME}} becomes a number or a truth value where the setting it replaces is
 * one.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>
 */
public final class ConfigOverlay {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{env\\.([A-Za-z_][A-Za-z0-9_]*)}");

    private final List<JsonValue.Members> patches;
    private final Set<JsonValue> replaced;

    private ConfigOverlay(List<JsonValue.Members> patches, Set<JsonValue> replaced) {
        this.patches = List.copyOf(patches);
        this.replaced = replaced;
    }

    /** An overlay that changes nothing. */
    public static ConfigOverlay none() {
        return new ConfigOverlay(List.of(), Set.of());
    }

    /**
     * Reads overlays from files.
     *
     * @param files merge patches, the later over the earlier ones
     * @param environment what {@code ${env.NAME}} is looked up in
     * @throws RefusedException if one can't be read, or names a variable that isn't there; the message names all of
     *     them and no value
     */
    public static ConfigOverlay read(List<Path> files, Map<String, String> environment) {
        return of(files.stream().map(ConfigDocument::read).toList(), environment);
    }

    /** The names of the variables that a text refers to. */
    public static Set<String> variables(String text) {
        Set<String> names = new LinkedHashSet<>();
        PLACEHOLDER.matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    /** Like {@link #read}, with documents that have been read. */
    public static ConfigOverlay of(List<ConfigDocument> documents, Map<String, String> environment) {
        Set<String> missing = new LinkedHashSet<>();
        Set<JsonValue> replaced = Collections.newSetFromMap(new IdentityHashMap<>());
        List<JsonValue.Members> patches = new ArrayList<>();
        for (ConfigDocument document : documents) {
            Set<String> missingHere = new LinkedHashSet<>();
            patches.add((JsonValue.Members) resolve(document.root(), environment, missingHere, replaced));
            missingHere.forEach(name -> missing.add(name + " (in " + document.name() + ")"));
        }
        if (!missing.isEmpty()) {
            throw new RefusedException(
                    "The overlay uses environment variables that are not set: " + String.join(", ", missing)
                            + ". Nothing was changed.",
                    Hint.of("Set the variables for this run, or remove the settings from the overlay."));
        }
        return new ConfigOverlay(patches, replaced);
    }

    private static JsonValue resolve(
            JsonValue value, Map<String, String> environment, Set<String> missing, Set<JsonValue> replaced) {
        if (value instanceof JsonValue.Members members) {
            Map<String, JsonValue> resolved = new LinkedHashMap<>();
            for (int i = 0; i < members.size(); i++) {
                resolved.put(members.names[i], resolve(members.values[i], environment, missing, replaced));
            }
            return members.changedTo(resolved);
        }
        if (value instanceof JsonValue.Array array) {
            List<JsonValue> resolved = new ArrayList<>();
            array.values.forEach(element -> resolved.add(resolve(element, environment, missing, replaced)));
            return new JsonValue.Array(null, -1, -1, -1, resolved);
        }
        JsonValue.Scalar scalar = (JsonValue.Scalar) value;
        if (!scalar.isString() || !scalar.text().contains("${env.")) {
            return value;
        }
        Matcher matcher = PLACEHOLDER.matcher(scalar.text());
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            String found = environment.get(matcher.group(1));
            if (found == null) {
                missing.add(matcher.group(1));
            }
            matcher.appendReplacement(text, Matcher.quoteReplacement(found == null ? "" : found));
        }
        matcher.appendTail(text);
        JsonValue result = JsonValue.Scalar.of(JsonText.quote(text.toString()));
        if (PLACEHOLDER.matcher(scalar.text()).matches()) {
            replaced.add(result);
        }
        return result;
    }

    /** Whether it changes nothing whatever it is applied to. */
    public boolean isEmpty() {
        return patches.stream().allMatch(patch -> patch.size() == 0);
    }

    /** A document under this overlay; what the overlay doesn't name is as it was, to the byte. */
    public ConfigDocument applyTo(ConfigDocument document) {
        JsonValue.Members root = document.root();
        for (JsonValue.Members patch : patches) {
            root = (JsonValue.Members) patched(root, patch, replaced);
        }
        return document.withRoot(root);
    }

    /** The dotted names that it sets or takes away, in its order. */
    public Set<String> settings() {
        Set<String> names = new LinkedHashSet<>();
        patches.forEach(patch -> SettingPath.forEach(patch, (path, value) -> names.add(SettingPath.dotted(path))));
        return names;
    }

    /** The secrets in it, which may come from the environment. */
    public Set<String> secretValues() {
        Set<String> values = new LinkedHashSet<>();
        patches.forEach(patch ->
                values.addAll(Secrets.valuesOf(ConfigDocument.empty("overlay").withRoot(patch))));
        return values;
    }

    /** Merge patch of RFC 7396, section 2. */
    static JsonValue patched(JsonValue target, JsonValue patch, Set<JsonValue> replaced) {
        if (!(patch instanceof JsonValue.Members changes)) {
            return target != null && target.means(patch) ? target : typed(target, patch, replaced);
        }
        JsonValue.Members before =
                target instanceof JsonValue.Members members ? members : JsonValue.Members.of(Map.of());
        Map<String, JsonValue> after = before.asMap();
        for (int i = 0; i < changes.size(); i++) {
            int at = before.find(changes.names[i]);
            String name = at < 0 ? changes.names[i] : before.names[at];
            if (changes.values[i].isNull()) {
                after.remove(name);
            } else {
                after.put(name, patched(after.get(name), changes.values[i], replaced));
            }
        }
        return before.changedTo(after);
    }

    private static JsonValue typed(JsonValue target, JsonValue patch, Set<JsonValue> replaced) {
        if (target == null || !replaced.contains(patch)) {
            return patch;
        }
        Optional<JsonValue> fitting = TypeFit.into(patch, target);
        return fitting.filter(value -> !value.means(target)).orElse(fitting.isPresent() ? target : patch);
    }

    /** How many files it is made of; never a value. */
    @Override
    public String toString() {
        return "overlay of " + patches.size() + " files";
    }
}
