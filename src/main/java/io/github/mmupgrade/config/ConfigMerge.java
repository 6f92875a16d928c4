package io.github.mmupgrade.config;

import io.github.mmupgrade.config.ConfigChange.Kind;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Merges an old configuration into a new release's: the old value always wins, order and spelling are the new
 * release's, and nothing is lost.
 *
 * <pre>{@code
 * MergedConfig merged = ConfigMerge.into(newDefault, release).oldDefault(oldDefault).overlay(overlay).merge(old);
 * }</pre>
 */
public final class ConfigMerge {

    /** What a file can't do without however incomplete the new default is: never dropped. */
    private static final List<String> NEVER_DROPPED = List.of("SqlSettings", "FileSettings", "PluginSettings");

    private final ConfigDocument newDefault;
    private final Version release;
    private final ServerDefaults derived = ServerDefaults.builtIn();
    private ConfigDocument oldDefault;
    private ConfigMode mode = ConfigMode.AUTO;
    private ConfigOverlay overlay = ConfigOverlay.none();
    private Map<String, String> environment = Map.of();
    private boolean dropUnknown;
    private boolean adoptDefaults;

    private ConfigMerge(ConfigDocument newDefault, Version release) {
        this.newDefault = SettingTypes.corrected(newDefault);
        this.release = Objects.requireNonNull(release);
    }

    /**
     * A merge into a release.
     *
     * @param newDefault the default file of its archive
     * @param release the new release
     */
    public static ConfigMerge into(ConfigDocument newDefault, Version release) {
        return new ConfigMerge(newDefault, release);
    }

    /** The old release's default file; null where it is not known, and then changed defaults can't be told. */
    public ConfigMerge oldDefault(ConfigDocument document) {
        this.oldDefault = document == null ? null : SettingTypes.corrected(document);
        return this;
    }

    /** How much is written; {@link ConfigMode#AUTO} when not set. */
    public ConfigMerge mode(ConfigMode wanted) {
        this.mode = Objects.requireNonNull(wanted);
        return this;
    }

    /** What the environment wants different. */
    public ConfigMerge overlay(ConfigOverlay wanted) {
        this.overlay = Objects.requireNonNull(wanted);
        return this;
    }

    /** The environment the server will run with: what it overrides is reported and left as the file has it. */
    public ConfigMerge environment(Map<String, String> variables) {
        this.environment = Map.copyOf(variables);
        return this;
    }

    /** Drops what the new release no longer knows instead of keeping it; never data sources and plugins. */
    public ConfigMerge dropUnknown(boolean wanted) {
        this.dropUnknown = wanted;
        return this;
    }

    /** Adopts a default that changed upstream where the old default is in use, instead of keeping the old one. */
    public ConfigMerge adoptDefaults(boolean wanted) {
        this.adoptDefaults = wanted;
        return this;
    }

    /**
     * Merges.
     *
     * @param old the old configuration
     * @throws RefusedException if a setting has another type in the new release that can't hold the old value, or one
     *     setting is there under two spellings; the message names every such setting and no value
     */
    public MergedConfig merge(ConfigDocument old) {
        refuseTwoSpellings(old);
        ConfigDocument overlaid = overlay.applyTo(old);
        Run run = new Run(mode.effective(release) == ConfigMode.FILL, overlaid);
        JsonValue.Members filled = run.section(
                overlaid.root(), oldDefault == null ? null : oldDefault.root(), newDefault.root(), new ArrayList<>());
        run.refuseWhatDoesNotFit();
        // once more, because what the overlay takes away is filled in as missing
        ConfigDocument result = overlay.applyTo(overlaid.withRoot(filled));
        List<ConfigChange> changes = new ArrayList<>(run.changes);
        addOverlay(old, result, changes);
        addEnvironment(result, changes);
        return new MergedConfig(old, result, changes, Optional.of(ConfigPrediction.of(result, newDefault, release)));
    }

    private static void refuseTwoSpellings(ConfigDocument old) {
        List<String> twice = ConfigValidation.spelledTwice(old.root());
        if (!twice.isEmpty()) {
            throw new RefusedException(
                    old.name() + " has settings in two spellings, of which the server reads the last: "
                            + String.join(", ", twice) + ". Nothing was changed.",
                    Hint.of("Remove one of each pair from the file."));
        }
    }

    private void addOverlay(ConfigDocument old, ConfigDocument result, List<ConfigChange> changes) {
        for (String setting : overlay.settings()) {
            JsonValue before = old.value(setting).orElse(null);
            JsonValue after = result.value(setting).orElse(null);
            boolean same = before == null ? after == null : after != null && before.means(after);
            changes.add(
                    new ConfigChange(Kind.OVERLAID, setting, before, after, same ? "it already had this value" : ""));
        }
    }

    private void addEnvironment(ConfigDocument result, List<ConfigChange> changes) {
        EffectiveConfiguration effective = EffectiveConfiguration.of(result, environment, Origin.FILE, newDefault);
        for (String setting : effective.overridden()) {
            changes.add(new ConfigChange(
                    Kind.OVERRIDDEN,
                    setting,
                    result.value(setting).orElse(null),
                    JsonText.fromNode(effective.get(setting).orElseThrow()),
                    SettingPath.variable(setting)));
        }
    }

    /** One merge under way. */
    private final class Run {

        private final boolean fill;
        private final ConfigDocument document;
        private final List<ConfigChange> changes = new ArrayList<>();
        private final List<String> misfits = new ArrayList<>();
        private String sectionName = "";

        Run(boolean fill, ConfigDocument document) {
            this.fill = fill;
            this.document = document;
        }

        JsonValue.Members section(
                JsonValue.Members old, JsonValue.Members was, JsonValue.Members known, List<String> path) {
            boolean isMap = SettingPath.isMap(path);
            Map<String, JsonValue> merged = new LinkedHashMap<>(known.size() * 2);
            boolean[] taken = new boolean[old.size()];
            String outer = enter(path);
            for (int i = 0; i < known.size(); i++) {
                String name = known.names[i];
                int at = isMap ? old.indexOf(name) : old.find(name);
                path.add(name);
                if (at < 0) {
                    JsonValue added = missing(known.values[i], path);
                    if (added != null && fill) {
                        merged.put(name, added);
                    }
                } else {
                    taken[at] = true;
                    if (isMap) {
                        // A plugin that is there is the administrator's, with what is below it
                        report(old.values[at], path, Kind.KEPT);
                        merged.put(name, old.values[at]);
                        path.remove(path.size() - 1);
                        continue;
                    }
                    int before = was == null ? -1 : was.find(name);
                    JsonValue value = present(
                            old.names[at],
                            old.values[at],
                            before < 0 ? null : was.values[before],
                            known.values[i],
                            path);
                    merged.put(fill ? name : old.names[at], value);
                }
                path.remove(path.size() - 1);
            }
            Map<String, JsonValue> result = fill ? merged : new LinkedHashMap<>();
            for (int i = 0; i < old.size(); i++) {
                if (taken[i]) {
                    if (!fill) {
                        result.put(old.names[i], merged.get(old.names[i]));
                    }
                    continue;
                }
                path.add(old.names[i]);
                boolean kept = isMap ? owned(old.values[i], path) : unknown(old.values[i], path);
                if (kept) {
                    result.put(old.names[i], old.values[i]);
                }
                path.remove(path.size() - 1);
            }
            sectionName = outer;
            return old.changedTo(result);
        }

        /** Names the section that the following changes are in; returns the name of the one around it. */
        private String enter(List<String> path) {
            String outer = sectionName;
            sectionName = path.isEmpty() ? "" : SettingPath.dotted(path) + ".";
            return outer;
        }

        private void change(Kind kind, List<String> path, JsonValue before, JsonValue after, String note) {
            changes.add(new ConfigChange(kind, sectionName, path.get(path.size() - 1), before, after, note));
        }

        /** A setting or section that only the new release has: what of it is to be written; null for nothing. */
        private JsonValue missing(JsonValue value, List<String> path) {
            if (derived.isNeverWritten(SettingPath.dotted(path), release)) {
                return null;
            }
            if (value instanceof JsonValue.Members section && section.size() > 0) {
                Map<String, JsonValue> added = new LinkedHashMap<>();
                String outer = enter(path);
                for (int i = 0; i < section.size(); i++) {
                    path.add(section.names[i]);
                    JsonValue inner = missing(section.values[i], path);
                    if (inner != null) {
                        added.put(section.names[i], inner);
                    }
                    path.remove(path.size() - 1);
                }
                sectionName = outer;
                return added.isEmpty() ? null : JsonValue.Members.of(added);
            }
            String setting = SettingPath.dotted(path);
            Optional<ServerDefaults.Outcome> outcome = derived.outcome(setting, release, document, newDefault);
            if (outcome.isPresent()) {
                change(
                        Kind.DERIVED,
                        path,
                        null,
                        outcome.get().value().map(JsonText::fromNode).orElse(null),
                        outcome.get().why());
                return null;
            }
            change(fill ? Kind.ADDED : Kind.APPEARS, path, null, value, "");
            return value;
        }

        private JsonValue present(String spelled, JsonValue old, JsonValue was, JsonValue known, List<String> path) {
            boolean respelled = !spelled.equals(path.get(path.size() - 1));
            if (old instanceof JsonValue.Members section && known instanceof JsonValue.Members knownSection) {
                if (respelled) {
                    change(Kind.RESPELLED, path, null, null, "was " + spelled);
                }
                return section(
                        section, was instanceof JsonValue.Members wasSection ? wasSection : null, knownSection, path);
            }
            if (!TypeFit.same(old, known)) {
                return otherType(path, old, known);
            }
            boolean defaultChanged = was != null && old.means(was) && !old.means(known);
            if (defaultChanged && adoptDefaults && !derived.isDerived(SettingPath.dotted(path), release)) {
                change(Kind.DEFAULT_ADOPTED, path, old, known, "");
                return known;
            }
            if (defaultChanged) {
                change(Kind.DEFAULT_CHANGED, path, old, known, "");
            } else {
                change(respelled ? Kind.RESPELLED : Kind.KEPT, path, old, old, respelled ? "was " + spelled : "");
            }
            return old;
        }

        private JsonValue otherType(List<String> path, JsonValue old, JsonValue known) {
            Optional<JsonValue> fitting = TypeFit.into(old, known);
            if (fitting.isEmpty()) {
                misfits.add(SettingPath.dotted(path) + " (" + old.typeName() + ", in " + release + " "
                        + known.typeName() + ")");
                return old;
            }
            change(Kind.TYPE_CHANGED, path, old, fitting.get(), "was " + old.typeName() + ", is " + known.typeName());
            // a list is left alone where the server may know better
            return fill || !(old instanceof JsonValue.Array) ? fitting.get() : old;
        }

        /** What the administrator owns, plugins and their settings: always kept. */
        private boolean owned(JsonValue value, List<String> path) {
            report(value, path, Kind.KEPT);
            return true;
        }

        private boolean unknown(JsonValue value, List<String> path) {
            boolean drop = dropUnknown && NEVER_DROPPED.stream().noneMatch(name -> name.equalsIgnoreCase(path.get(0)));
            report(value, path, drop ? Kind.DROPPED : Kind.UNKNOWN);
            return !drop;
        }

        private void report(JsonValue value, List<String> path, Kind kind) {
            if (value instanceof JsonValue.Members section && section.size() > 0) {
                String outer = enter(path);
                for (int i = 0; i < section.size(); i++) {
                    path.add(section.names[i]);
                    report(section.values[i], path, kind);
                    path.remove(path.size() - 1);
                }
                sectionName = outer;
                return;
            }
            change(kind, path, value, kind == Kind.DROPPED ? null : value, "");
        }

        void refuseWhatDoesNotFit() {
            if (!misfits.isEmpty()) {
                throw new RefusedException(
                        "Settings of " + document.name() + " have a type that " + release + " does not take: "
                                + String.join("; ", misfits) + ". Nothing was changed.",
                        Hint.of("Set these settings to a value of that type in an overlay for this release:"
                                + " mattermost.config.overlays=" + release + ":/path/to/overlay.json."));
            }
        }
    }
}
