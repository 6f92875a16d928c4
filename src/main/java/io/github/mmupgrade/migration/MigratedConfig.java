package io.github.mmupgrade.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.MergedConfig;
import io.github.mmupgrade.config.MigrationMerge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the destination's configuration becomes: the source's, but for what belongs to the machine.
 *
 * @param merged the new configuration, and what was taken from the destination
 * @param rewritten the settings whose paths led into the source's directory, and lead into the destination's now
 */
public record MigratedConfig(MergedConfig merged, List<String> rewritten) {

    /**
     * Where a machine has its databases, directories, ports and sockets: the source's there would be used by two
     * servers at once.
     */
    private static final List<String> OF_THE_MACHINE = List.of(
            "SqlSettings.DataSourceReplicas",
            "SqlSettings.DataSourceSearchReplicas",
            "SqlSettings.ReplicaLagSettings",
            "PluginSettings.Directory",
            "PluginSettings.ClientDirectory",
            "LogSettings.FileLocation",
            "NotificationLogSettings.FileLocation",
            "MetricsSettings.ListenAddress",
            "ServiceSettings.LocalModeSocketLocation");

    private static final List<String> OF_THE_FILE_STORE = List.of("FileSettings.DriverName", "FileSettings.Directory");

    /** Checks the parts. */
    public MigratedConfig {
        rewritten = List.copyOf(rewritten);
    }

    /**
     * Merges two configurations.
     *
     * @param keep further dotted names of settings or sections that stay the destination's
     * @param from the source's directory; paths below it are changed to the destination's
     * @param to the destination's directory
     * @param copyFiles whether the files are copied from directory to directory, so that the destination's stays its
     *     own; else the source's bucket is used
     * @throws io.github.mmupgrade.report.RefusedException when neither has a setting to keep
     */
    public static MigratedConfig of(
            ConfigDocument source,
            ConfigDocument destination,
            List<String> keep,
            Path from,
            Path to,
            boolean copyFiles) {
        Set<String> kept = new LinkedHashSet<>();
        OF_THE_MACHINE.stream()
                .filter(name -> source.has(name) || destination.has(name))
                .forEach(kept::add);
        if (copyFiles) {
            OF_THE_FILE_STORE.stream()
                    .filter(name -> source.has(name) || destination.has(name))
                    .forEach(kept::add);
        }
        kept.addAll(keep);
        List<String> rewritten = new ArrayList<>();
        ConfigDocument moved = source;
        for (String name : source.settings()) {
            Optional<String> path = source.get(name)
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::asText)
                    .filter(text -> text.startsWith(from + "/") || text.equals(from.toString()));
            if (path.isPresent()) {
                moved = moved.with(
                        name,
                        TextNode.valueOf(
                                to + path.get().substring(from.toString().length())));
                rewritten.add(name);
            }
        }
        MergedConfig merged = MigrationMerge.merge(moved, destination, List.copyOf(kept));
        rewritten.removeIf(name -> kept.stream().anyMatch(each -> name.equals(each) || name.startsWith(each + ".")));
        return new MigratedConfig(merged, rewritten);
    }
}
