package io.github.mmupgrade.maven.cluster;

import io.github.mmupgrade.cluster.ClusterOptions;
import io.github.mmupgrade.cluster.Node;
import io.github.mmupgrade.cluster.RemoteNode;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.remote.RemoteEngine;
import io.github.mmupgrade.remote.ReportFiles;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Makes the nodes of a cluster from what was given. */
public final class ClusterSetup {

    private static final int USUAL_PORT = 8065;

    private final Map<String, String> machines;
    private final UnaryOperator<String> properties;

    /** How a node is reached. */
    @FunctionalInterface
    public interface Engines {
        /**
         * An engine on a machine.
         *
         * @param machine the machine as it was given
         * @param serverId the server in settings.xml with what ssh may ask for; empty for the usual one
         * @param sudo whether the login becomes root by sudo; empty for the usual way
         */
        RemoteEngine open(String machine, Optional<String> serverId, Optional<Boolean> sudo);
    }

    /**
     * A setup.
     *
     * @param given the machines as they were given
     * @param properties gives the value of a property; null for one that is not set
     * @throws RefusedException when one is named twice
     */
    public ClusterSetup(List<String> given, UnaryOperator<String> properties) {
        this.properties = properties;
        this.machines = named(given);
    }

    /** The machines by their names: those without user and port, as far as that tells them apart. */
    private static Map<String, String> named(List<String> given) {
        Map<String, Integer> count = new HashMap<>();
        given.forEach(
                each -> count.merge(RemoteHost.parse(each, PropertyNames.NODES).name(), 1, Integer::sum));
        Map<String, String> found = new LinkedHashMap<>();
        for (String each : given) {
            RemoteHost host = RemoteHost.parse(each, PropertyNames.NODES);
            String name = count.get(host.name()) > 1 && host.port() > 0 ? host.name() + ":" + host.port() : host.name();
            if (found.put(name, each) != null) {
                throw new RefusedException(
                        PropertyNames.NODES + " names " + name + " twice. Nothing was changed.",
                        Hint.of("Name each machine once."));
            }
        }
        return found;
    }

    /**
     * Makes sure that what is said of single nodes is said of some that there are.
     *
     * @param given the names of all properties that are set
     */
    public void requireKnown(Set<String> given, ClusterOptions options) {
        Set<String> wrong = new LinkedHashSet<>(options.leaveOut());
        if (options.only() != null) {
            wrong.add(options.only());
        }
        wrong.addAll(given.stream()
                .flatMap(each -> PropertyNames.nodeOf(each).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new)));
        wrong.removeAll(machines.keySet());
        if (!wrong.isEmpty()) {
            throw new RefusedException(
                    "There is no node " + String.join(", ", wrong) + " among " + PropertyNames.NODES + "="
                            + String.join(",", machines.keySet()) + ". Nothing was changed.",
                    Hint.of("Nodes are named without user and port."));
        }
        if (machines.keySet().stream().allMatch(options.leaveOut()::contains)) {
            throw new RefusedException(
                    "Every node is left out. Nothing was changed.",
                    Hint.of("Check " + PropertyNames.CLUSTER_LEAVE_OUT + "."));
        }
    }

    private static String address(String machine) {
        String host = RemoteHost.parse(machine, PropertyNames.NODES).name();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + USUAL_PORT;
    }

    /**
     * The nodes, in their order, without those that are left out. Nothing is connected yet.
     *
     * @param request the goal that was asked for
     * @param reports where reports are written on this machine, each node's in a directory of its own
     */
    public List<Node> nodes(
            Request request,
            RequestSecrets secrets,
            ClusterOptions options,
            Engines engines,
            HintRenderer hints,
            ReportFiles reports) {
        List<Node> nodes = new ArrayList<>();
        machines.forEach((name, machine) -> {
            if (options.leaveOut().contains(name)) {
                return;
            }
            NodeOverrides overrides = new NodeOverrides(name, properties);
            nodes.add(new RemoteNode(
                    name,
                    overrides.of("address").orElseGet(() -> address(machine)),
                    overrides.applied(request),
                    secrets,
                    engines.open(
                            machine,
                            overrides.of("ssh.serverId"),
                            overrides.of("sudo").map(Boolean::parseBoolean)),
                    hints,
                    reports.of(name)));
        });
        return nodes;
    }
}
