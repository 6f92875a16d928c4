package io.github.mmupgrade.maven.cluster;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What is different on one node of a cluster: the properties {@code mattermost.node.NAME.PARAMETER}. */
public final class NodeOverrides {

    private final String name;
    private final UnaryOperator<String> properties;

    /**
     * The overrides of a node.
     *
     * @param name its name
     * @param properties gives the value of a property; null for one that is not set
     */
    public NodeOverrides(String name, UnaryOperator<String> properties) {
        this.name = name;
        this.properties = properties;
    }

    /** The value of a parameter, such as {@code sudo}; empty when it is not different. */
    public Optional<String> of(String parameter) {
        return Optional.ofNullable(properties.apply(PropertyNames.ofNode(name, parameter)))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    /** The request with what is different. */
    Request applied(Request request) {
        UpgradeOptions options = request.options();
        UpgradeOptions.Places places = options.places();
        UpgradeOptions.Service service = options.service();
        Path state = path("stateDirectory", places.state());
        return request.with(options.at(
                path("installDirectory", options.installDirectory()),
                new UpgradeOptions.Places(
                        state,
                        path("backupDirectory", places.backups()),
                        path(
                                "cacheDirectory",
                                places.cache().equals(places.state().resolve("cache"))
                                        ? state.resolve("cache")
                                        : places.cache()),
                        places.reports(),
                        places.elsewhere()),
                new UpgradeOptions.Service(
                        of("service").orElse(service.kind()),
                        of("serviceName").orElse(service.name()),
                        of("startCommand").orElse(service.startCommand()),
                        of("stopCommand").orElse(service.stopCommand()),
                        of("statusCommand").orElse(service.statusCommand()),
                        path("environmentFile", service.environmentFile())),
                options.backup()));
    }

    private Path path(String parameter, Path usual) {
        return of(parameter)
                .map(Path::of)
                .map(path -> path.toAbsolutePath().normalize())
                .orElse(usual);
    }
}
