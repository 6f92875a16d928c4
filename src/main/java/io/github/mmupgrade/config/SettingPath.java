package io.github.mmupgrade.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Where a setting stands: the names of its sections and its own, joined by dots for people.
 *
 * <p>Names of plugins have dots themselves, so a dotted name is looked up, not split.
 */
final class SettingPath {

    /** The maps of the document whose names are the administrator's: plugin ids. */
    private static final List<List<String>> MAPS =
            List.of(List.of("PluginSettings", "Plugins"), List.of("PluginSettings", "PluginStates"));

    private SettingPath() {}

    static String dotted(List<String> path) {
        return String.join(".", path);
    }

    /** The name of the variable that overrides a setting: {@code MM_SQLSETTINGS_DATASOURCE}. */
    static String variable(String dotted) {
        return "MM_" + dotted.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** Whether the names below this path belong to the administrator, as plugin ids do. */
    static boolean isMap(List<String> path) {
        return path.size() == 2 && MAPS.stream().anyMatch(map -> sameIgnoringCase(map, path));
    }

    private static boolean sameIgnoringCase(List<String> one, List<String> other) {
        for (int i = 0; i < one.size(); i++) {
            if (!one.get(i).equalsIgnoreCase(other.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The path of a setting that is there, spelled as it is there; empty when it is not. */
    static Optional<List<String>> resolve(JsonValue.Members root, String dotted) {
        List<String> path = new ArrayList<>();
        return resolve(root, dotted, path) ? Optional.of(path) : Optional.empty();
    }

    private static boolean resolve(JsonValue.Members members, String rest, List<String> path) {
        int whole = members.find(rest);
        if (whole >= 0) {
            path.add(members.names[whole]);
            return true;
        }
        // the longest name first: com.mattermost.nps before com
        for (int dot = rest.lastIndexOf('.'); dot > 0; dot = rest.lastIndexOf('.', dot - 1)) {
            int at = members.find(rest.substring(0, dot));
            if (at >= 0 && members.values[at] instanceof JsonValue.Members section) {
                path.add(members.names[at]);
                if (resolve(section, rest.substring(dot + 1), path)) {
                    return true;
                }
                path.remove(path.size() - 1);
            }
        }
        return false;
    }

    /**
     * The path that a setting gets that is not there yet; sections that are there keep their spelling.
     *
     * @param isSection whether a section shall be there: below a map of plugins, the rest is then the plugin's name
     */
    static List<String> create(JsonValue.Members root, String dotted, boolean isSection) {
        List<String> parts = split(dotted, isSection);
        List<String> path = new ArrayList<>();
        JsonValue at = root;
        for (String part : parts) {
            int found = at instanceof JsonValue.Members members ? members.find(part) : -1;
            path.add(found < 0 ? part : ((JsonValue.Members) at).names[found]);
            at = found < 0 ? null : ((JsonValue.Members) at).values[found];
        }
        return path;
    }

    private static List<String> split(String dotted, boolean isSection) {
        List<String> parts = Arrays.asList(dotted.split("\\.", -1));
        if (parts.contains("")) {
            throw new IllegalArgumentException("Not the name of a setting: " + dotted);
        }
        if (parts.size() > 3 && isMap(parts.subList(0, 2))) {
            // PluginSettings.Plugins.<id, dots in it>.<setting>
            int end = isSection ? parts.size() : parts.size() - 1;
            List<String> path = new ArrayList<>(parts.subList(0, 2));
            path.add(String.join(".", parts.subList(2, end)));
            path.addAll(parts.subList(end, parts.size()));
            return path;
        }
        return parts;
    }

    static Optional<JsonValue> get(JsonValue.Members root, List<String> path) {
        JsonValue at = root;
        for (String name : path) {
            if (!(at instanceof JsonValue.Members members)) {
                return Optional.empty();
            }
            int found = members.indexOf(name);
            if (found < 0) {
                return Optional.empty();
            }
            at = members.values[found];
        }
        return Optional.of(at);
    }

    /** Visits every setting: what is no section, and sections without anything in them. */
    static void forEach(JsonValue.Members root, BiConsumer<List<String>, JsonValue> visitor) {
        forEach(root, new ArrayList<>(), visitor);
    }

    private static void forEach(
            JsonValue.Members members, List<String> path, BiConsumer<List<String>, JsonValue> visitor) {
        for (int i = 0; i < members.size(); i++) {
            path.add(members.names[i]);
            if (members.values[i] instanceof JsonValue.Members section && section.size() > 0) {
                forEach(section, path, visitor);
            } else {
                visitor.accept(List.copyOf(path), members.values[i]);
            }
            path.remove(path.size() - 1);
        }
    }
}
