package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The difference of two configurations, for people and as a JSON Patch (RFC 6902). Secrets are shown as ***. */
public final class ConfigDiff {

    /** What a difference is, with the mark in front of it. */
    private enum Op {
        ADD("+", "added"),
        REMOVE("-", "removed"),
        REPLACE("~", "changed"),
        /** Under another spelling, which the server takes for the same. */
        MOVE("=", "respelled");

        private final String mark;
        private final String word;

        Op(String mark, String word) {
            this.mark = mark;
            this.word = word;
        }
    }

    /** One operation; a moved one has the path it goes to, and the name that it had. */
    private record Entry(Op op, List<String> path, JsonValue before, JsonValue after, String was) {
        Entry(Op op, List<String> path, JsonValue before, JsonValue after) {
            this(op, path, before, after, null);
        }

        List<String> from() {
            List<String> from = new ArrayList<>(path.subList(0, path.size() - 1));
            from.add(was);
            return from;
        }
    }

    private final String title;
    private final List<Entry> entries = new ArrayList<>();
    private final List<ConfigChange> notes;
    private final Optional<ConfigPrediction> prediction;

    private ConfigDiff(
            ConfigDocument before,
            ConfigDocument after,
            String title,
            List<ConfigChange> notes,
            Optional<ConfigPrediction> prediction) {
        this.title = title;
        this.notes = notes;
        this.prediction = prediction;
        compare(before.root(), after.root(), new ArrayList<>());
    }

    /** The difference of two documents. */
    public static ConfigDiff between(ConfigDocument before, ConfigDocument after) {
        return new ConfigDiff(before, after, before.name() + " -> " + after.name(), List.of(), Optional.empty());
    }

    /** What a merge would write, what it would leave alone though somebody should look at it, and what the server adds. */
    public static ConfigDiff of(MergedConfig merged) {
        List<ConfigChange> notes = merged.changes().stream()
                .filter(change -> switch (change.kind()) {
                    // where the server rewrites the file, the prediction has them
                    case DERIVED ->
                        !merged.prediction().map(ConfigPrediction::rewrites).orElse(false);
                    case UNKNOWN, DEFAULT_CHANGED, OVERRIDDEN, TYPE_CHANGED -> true;
                    default -> false;
                })
                .toList();
        return new ConfigDiff(
                merged.before(),
                merged.document(),
                "Changes to " + merged.before().name(),
                notes,
                merged.prediction());
    }

    private void compare(JsonValue.Members before, JsonValue.Members after, List<String> path) {
        boolean[] taken = new boolean[after.size()];
        for (int i = 0; i < before.size(); i++) {
            String name = before.names[i];
            JsonValue old = before.values[i];
            int at = after.indexOf(name);
            if (at < 0 && !SettingPath.isMap(path)) {
                int respelled = after.find(name);
                at = respelled >= 0 && !taken[respelled] && before.indexOf(after.names[respelled]) < 0 ? respelled : -1;
            }
            path.add(at < 0 ? name : after.names[at]);
            if (at < 0) {
                entries.add(new Entry(Op.REMOVE, List.copyOf(path), old, null));
            } else {
                taken[at] = true;
                JsonValue now = after.values[at];
                if (!after.names[at].equals(name)) {
                    entries.add(new Entry(Op.MOVE, List.copyOf(path), old, now, name));
                }
                if (old instanceof JsonValue.Members was && now instanceof JsonValue.Members is) {
                    compare(was, is, path);
                } else if (!old.means(now)) {
                    entries.add(new Entry(Op.REPLACE, List.copyOf(path), old, now));
                }
            }
            path.remove(path.size() - 1);
        }
        for (int i = 0; i < after.size(); i++) {
            if (!taken[i]) {
                path.add(after.names[i]);
                entries.add(new Entry(Op.ADD, List.copyOf(path), null, after.values[i]));
                path.remove(path.size() - 1);
            }
        }
    }

    /** Whether there is no difference. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** For a terminal of at most 100 columns: counts first, then the settings grouped by section. */
    public List<String> text() {
        List<Entry> settings = settings();
        TextReport report = new TextReport();
        report.heading(title);
        report.line(counted(settings, count(settings, Op.ADD) == 1 ? "setting added" : "settings added"));
        Map<String, List<Entry>> sections = new LinkedHashMap<>();
        settings.forEach(entry -> sections.computeIfAbsent(entry.path().get(0), name -> new ArrayList<>())
                .add(entry));
        sections.forEach((section, list) -> {
            report.line("");
            report.line("%s (%s)".formatted(section, counts(list)));
            for (Entry entry : list) {
                List<String> rest = entry.path()
                        .subList(
                                Math.min(1, entry.path().size() - 1),
                                entry.path().size());
                report.item("  " + entry.op().mark + " ", SettingPath.dotted(rest), values(entry));
            }
        });
        notes(report);
        prediction.ifPresent(predicted -> predict(report, predicted));
        return report.lines();
    }

    /**
     * A setting that differs, its values in one line of JSON as they may be shown.
     *
     * @param kind what became of it: {@code added}, {@code changed}, {@code removed} or {@code respelled}
     * @param name its dotted name
     * @param before its value before; null when it was not there
     * @param after its value now; null when it is gone
     */
    public record Setting(String kind, String name, String before, String after) {}

    /** The settings that differ, in the order of the documents; secrets are hidden. */
    public List<Setting> shown() {
        return settings().stream()
                .map(entry -> {
                    String name = SettingPath.dotted(entry.path());
                    return new Setting(
                            entry.op().word,
                            name,
                            entry.op() == Op.MOVE ? entry.was() : shown(name, entry.before()),
                            entry.op() == Op.MOVE ? name : shown(name, entry.after()));
                })
                .toList();
    }

    private static String shown(String name, JsonValue value) {
        return value == null ? null : Secrets.shown(name, value);
    }

    /** How many settings differ: {@code 15 added, 2 changed, 1 removed}. */
    public String counts() {
        return counted(settings(), "added");
    }

    private static String counted(List<Entry> settings, String added) {
        return "%d %s, %d changed, %d removed"
                .formatted(count(settings, Op.ADD), added, count(settings, Op.REPLACE), count(settings, Op.REMOVE));
    }

    private List<Entry> settings() {
        List<Entry> settings = new ArrayList<>();
        entries.forEach(entry -> spread(entry, settings));
        return settings;
    }

    private static void spread(Entry entry, List<Entry> settings) {
        JsonValue value = entry.op() == Op.REMOVE ? entry.before() : entry.after();
        if (entry.op() == Op.REPLACE
                || entry.op() == Op.MOVE
                || !(value instanceof JsonValue.Members members)
                || members.size() == 0) {
            settings.add(entry);
            return;
        }
        SettingPath.forEach(members, (inner, leaf) -> {
            List<String> path = new ArrayList<>(entry.path());
            path.addAll(inner);
            settings.add(new Entry(
                    entry.op(), path, entry.op() == Op.REMOVE ? leaf : null, entry.op() == Op.REMOVE ? null : leaf));
        });
    }

    private static long count(List<Entry> list, Op op) {
        return list.stream().filter(entry -> entry.op() == op).count();
    }

    private static String counts(List<Entry> list) {
        List<String> parts = new ArrayList<>();
        for (Op op : Op.values()) {
            long count = count(list, op);
            if (count > 0) {
                parts.add(op.mark + count);
            }
        }
        return String.join(" ", parts);
    }

    private static String values(Entry entry) {
        String setting = SettingPath.dotted(entry.path());
        return switch (entry.op()) {
            case ADD -> Secrets.shown(setting, entry.after());
            case REMOVE -> Secrets.shown(setting, entry.before());
            case MOVE -> "was spelled " + entry.was();
            case REPLACE -> Secrets.shown(setting, entry.before()) + " -> " + Secrets.shown(setting, entry.after());
        };
    }

    private void notes(TextReport report) {
        for (ConfigChange.Kind kind : ConfigChange.Kind.values()) {
            List<ConfigChange> of =
                    notes.stream().filter(change -> change.kind() == kind).toList();
            if (!of.isEmpty()) {
                report.line("");
                report.line("%s (%d)".formatted(kind.meaning(), of.size()));
                of.forEach(change -> report.item("  ", change.setting(), note(change)));
            }
        }
    }

    private static String note(ConfigChange change) {
        String before = change.before()
                .map(value -> Secrets.redact(change.setting(), value).toString())
                .orElse("");
        String after = change.after()
                .map(value -> Secrets.redact(change.setting(), value).toString())
                .orElse("the server decides");
        return switch (change.kind()) {
            case DERIVED -> after + " (" + change.note() + ")";
            case DEFAULT_CHANGED, TYPE_CHANGED -> before + ", there " + after;
            case OVERRIDDEN -> change.note();
            default -> before;
        };
    }

    private static void predict(TextReport report, ConfigPrediction predicted) {
        report.line("");
        report.line(predicted.summary());
        predicted.appearing().forEach(setting -> report.item("  + ", setting.setting(), setting.shown()));
        predicted.changing().forEach(setting -> report.item("  ~ ", setting.setting(), setting.shown()));
        predicted.leaving().forEach(setting -> report.item("  - ", setting, ""));
    }

    /** As a JSON Patch whose values may be shown; with secrets hidden it describes, and can't be applied. */
    public String jsonPatch() {
        return patch(true).toPrettyString();
    }

    /** As a JSON Patch; with its secrets it makes the one document of the other. */
    ArrayNode patch(boolean redacted) {
        ArrayNode patch = JsonNodeFactory.instance.arrayNode();
        for (Entry entry : entries) {
            ObjectNode operation = patch.addObject();
            operation.put("op", entry.op().name().toLowerCase(Locale.ROOT));
            if (entry.op() == Op.MOVE) {
                operation.put("from", pointer(entry.from()));
            }
            operation.put("path", pointer(entry.path()));
            if (entry.op() == Op.ADD || entry.op() == Op.REPLACE) {
                JsonNode value = JsonText.toNode(entry.after());
                operation.set("value", redacted ? Secrets.redact(SettingPath.dotted(entry.path()), value) : value);
            }
        }
        return patch;
    }

    private static String pointer(List<String> path) {
        StringBuilder pointer = new StringBuilder();
        path.forEach(name -> pointer.append('/').append(name.replace("~", "~0").replace("/", "~1")));
        return pointer.toString();
    }

    /** What is compared and how many differences there are; never a value. */
    @Override
    public String toString() {
        return title + ": " + entries.size() + " differences";
    }
}
