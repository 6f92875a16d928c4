package io.github.mmupgrade.config;

import io.github.mmupgrade.config.ConfigChange.Kind;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration of a migrated server: the source's, but for what belongs to the destination's machine.
 *
 * <p>{@code SqlSettings.DriverName} goes with {@code SqlSettings.DataSource}: the one makes no sense without the other.
 */
public final class MigrationMerge {

    /** What always stays the destination's. */
    private static final List<String> ALWAYS =
            List.of("SqlSettings.DriverName", "SqlSettings.DataSource", "ServiceSettings.ListenAddress");

    private MigrationMerge() {}

    /**
     * Merges the configurations of a migration.
     *
     * @param source the configuration to take over
     * @param destination the configuration that is at the destination now
     * @param keep further dotted names to keep from the destination; the name of a section keeps the section
     * @return the merged document, laid out as the source's; what the destination doesn't set is not set, so that the
     *     source's data source never gets to the destination
     * @throws RefusedException if neither of them has a setting that shall be kept; the message names the nearest
     */
    public static MergedConfig merge(ConfigDocument source, ConfigDocument destination, List<String> keep) {
        List<String> unknown = new ArrayList<>();
        for (String name : keep) {
            if (!source.has(name) && !destination.has(name)) {
                Set<String> known = new LinkedHashSet<>(destination.sections());
                known.addAll(source.sections());
                known.addAll(destination.settings());
                known.addAll(source.settings());
                unknown.add(name + NearestName.suggestion(name, known));
            }
        }
        if (!unknown.isEmpty()) {
            throw new RefusedException(
                    "mattermost.migrate.keep names settings that neither configuration has: "
                            + String.join(", ", unknown) + ". Nothing was changed.",
                    Hint.of("Correct mattermost.migrate.keep."));
        }
        Set<String> names = new LinkedHashSet<>(ALWAYS);
        names.addAll(keep);
        ConfigDocument result = source;
        List<ConfigChange> changes = new ArrayList<>();
        for (String name : names) {
            JsonValue before = source.value(name).orElse(null);
            Optional<JsonValue> after = destination.value(name);
            boolean same = before == null
                    ? after.isEmpty()
                    : after.filter(before::means).isPresent();
            if (same) {
                continue;
            }
            result = after.isPresent() ? result.with(name, JsonText.toNode(after.get())) : result.without(name);
            changes.add(new ConfigChange(
                    Kind.DESTINATION, name, before, after.orElse(null), after.isEmpty() ? "not set there" : ""));
        }
        return new MergedConfig(source, result, changes, Optional.empty());
    }
}
