package io.github.mmupgrade.conversion;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.datasource.DataSource;
import java.util.List;
import java.util.stream.Stream;

/** The configuration of a server that uses PostgreSQL from now on. */
final class ConvertedConfig {

    static final String DRIVER = "SqlSettings.DriverName";
    static final String SOURCE = "SqlSettings.DataSource";

    /** They name MySQL servers that hold copies of the old database. */
    private static final List<String> REPLICAS = List.of(
            "SqlSettings.DataSourceReplicas", "SqlSettings.DataSourceSearchReplicas", "SqlSettings.ReplicaLagSettings");

    /** Every setting that is written. */
    static final List<String> SETTINGS =
            Stream.concat(Stream.of(DRIVER, SOURCE), REPLICAS.stream()).toList();

    private ConvertedConfig() {}

    static ConfigDocument of(ConfigDocument before, DataSource target) {
        ConfigDocument after =
                before.with(DRIVER, TextNode.valueOf("postgres")).with(SOURCE, TextNode.valueOf(target.format()));
        for (String replicas : REPLICAS) {
            if (after.has(replicas)) {
                after = after.with(replicas, JsonNodeFactory.instance.arrayNode());
            }
        }
        return after;
    }
}
