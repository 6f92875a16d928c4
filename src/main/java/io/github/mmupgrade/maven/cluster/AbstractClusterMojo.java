package io.github.mmupgrade.maven.cluster;

import io.github.mmupgrade.cluster.ClusterGoals;
import io.github.mmupgrade.cluster.ClusterOptions;
import io.github.mmupgrade.cluster.ProxyCommands;
import io.github.mmupgrade.maven.kubernetes.AbstractKubernetesMojo;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugins.annotations.Parameter;

/** The parameters of every goal for a cluster of several machines. */
public abstract class AbstractClusterMojo extends AbstractKubernetesMojo {

    private static final String AUTO = "auto";
    private static final String COMMAND_TIMEOUT = "60";
    private static final String DRAIN_TIMEOUT = "30";
    private static final String SETTLE = "10";

    /**
     * The machines of a cluster, each as {@code [user@]host[:port]}, separated by commas, in the order of the work. What is
     * different on one of them is set by {@code mattermost.node.HOST.PARAMETER}, such as
     * {@code mattermost.node.chat1.installDirectory}.
     */
    @Parameter(property = PropertyNames.NODES)
    private List<String> nodes;

    /**
     * How the nodes follow one another: {@code rolling} (one at a time, while the rest serves), {@code together} (all are
     * stopped, the first one migrates the database, then the rest starts), or {@code auto} for what the vendor's rules allow.
     */
    @Parameter(property = PropertyNames.CLUSTER_ORDER, defaultValue = AUTO)
    private String clusterOrder;

    /** Whether the former release works with the schema of the new one, as its release notes say: then {@code auto} is rolling. */
    @Parameter(property = PropertyNames.CLUSTER_SCHEMA_COMPATIBLE, defaultValue = "false")
    private boolean clusterSchemaCompatible;

    /** The nodes that are left out because they cannot be reached; their servers must be down. */
    @Parameter(property = PropertyNames.CLUSTER_LEAVE_OUT)
    private List<String> clusterLeaveOut;

    /** The one node that {@code rollback} brings back, after a rolling upgrade; by default all. */
    @Parameter(property = PropertyNames.CLUSTER_ONLY)
    private String clusterOnly;

    /** Further settings that may differ from node to node, such as {@code LogSettings.ConsoleLevel}. */
    @Parameter(property = PropertyNames.CLUSTER_MAY_DIFFER)
    private List<String> clusterMayDiffer;

    /**
     * The shell command that gives a node no new requests. Each of these commands finds {@code MATTERMOST_NODE} and
     * {@code MATTERMOST_NODE_ADDRESS} in its environment.
     */
    @Parameter(property = PropertyNames.CLUSTER_DRAIN_COMMAND)
    private String clusterDrainCommand;

    /** The shell command that gives a node its requests again, as {@code MATTERMOST_PROXY_STATE} says it was found. */
    @Parameter(property = PropertyNames.CLUSTER_ENABLE_COMMAND)
    private String clusterEnableCommand;

    /** The shell command that ends what a drained node still has, such as websockets. */
    @Parameter(property = PropertyNames.CLUSTER_CUT_COMMAND)
    private String clusterCutCommand;

    /**
     * The shell command that prints how the proxy has a node: lines of {@code state=TEXT}, {@code serving=yes|no}, {@code
     * requests=N} and {@code websockets=N}.
     */
    @Parameter(property = PropertyNames.CLUSTER_STATE_COMMAND)
    private String clusterStateCommand;

    /** The machines that these commands run on, as {@code [user@]host[:port]}, separated by commas; by default this one. */
    @Parameter(property = PropertyNames.CLUSTER_PROXY_HOSTS)
    private List<String> clusterProxyHosts;

    /** How many seconds each of these commands may take. */
    @Parameter(property = PropertyNames.CLUSTER_COMMAND_TIMEOUT, defaultValue = COMMAND_TIMEOUT)
    private int clusterCommandTimeout;

    /** For how many seconds the requests of a drained node may go on before it is stopped. */
    @Parameter(property = PropertyNames.CLUSTER_DRAIN_TIMEOUT, defaultValue = DRAIN_TIMEOUT)
    private int clusterDrainTimeout;

    /** How many seconds clients get to come back before the next node is drained. */
    @Parameter(property = PropertyNames.CLUSTER_SETTLE, defaultValue = SETTLE)
    private int clusterSettle;

    /** Whether the goal works on a cluster of several machines. */
    protected final boolean isCluster() {
        return nodes != null && nodes.stream().anyMatch(Contradiction::given);
    }

    /** The machines of the cluster, as they were given. */
    protected final List<String> nodes() {
        return stripped(nodes);
    }

    /** The machines that the commands for the proxies run on, as they were given. */
    protected final List<String> proxyHosts() {
        return stripped(clusterProxyHosts);
    }

    private static List<String> stripped(List<String> given) {
        return given == null
                ? List.of()
                : given.stream().filter(Contradiction::given).map(String::strip).toList();
    }

    /** How the cluster is upgraded. */
    protected final ClusterOptions clusterOptions() {
        return new ClusterOptions(
                ClusterGoals.order(
                        Choice.of(List.of(AUTO, "rolling", "together"), PropertyNames.CLUSTER_ORDER, clusterOrder)),
                clusterSchemaCompatible,
                stripped(clusterLeaveOut),
                Contradiction.given(clusterOnly) ? clusterOnly.strip() : null,
                stripped(clusterMayDiffer),
                Choice.seconds(PropertyNames.CLUSTER_DRAIN_TIMEOUT, clusterDrainTimeout, 0),
                Choice.seconds(PropertyNames.CLUSTER_SETTLE, clusterSettle, 0));
    }

    /**
     * The commands for what stands in front of the nodes.
     *
     * @throws RefusedException when a node could be drained and not be given requests again
     */
    protected final ProxyCommands proxyCommands() {
        if (Contradiction.given(clusterDrainCommand) != Contradiction.given(clusterEnableCommand)) {
            throw new RefusedException(
                    PropertyNames.CLUSTER_DRAIN_COMMAND + " and " + PropertyNames.CLUSTER_ENABLE_COMMAND
                            + " belong together, and only one of them is set. Nothing was changed.",
                    Hint.of("Set both, or neither."));
        }
        return new ProxyCommands(
                given(clusterStateCommand),
                given(clusterDrainCommand),
                given(clusterCutCommand),
                given(clusterEnableCommand),
                Choice.seconds(PropertyNames.CLUSTER_COMMAND_TIMEOUT, clusterCommandTimeout, 1));
    }

    private static String given(String command) {
        return Contradiction.given(command) ? command : null;
    }

    /** What a pasted command needs to find the same cluster again. */
    protected final Map<String, String> clusterProperties() {
        Map<String, String> found = new LinkedHashMap<>();
        if (isCluster()) {
            found.put(PropertyNames.NODES, String.join(",", nodes()));
            // without them a node that was drained would stay out
            found.put(PropertyNames.CLUSTER_STATE_COMMAND, given(clusterStateCommand));
            found.put(PropertyNames.CLUSTER_DRAIN_COMMAND, given(clusterDrainCommand));
            found.put(PropertyNames.CLUSTER_CUT_COMMAND, given(clusterCutCommand));
            found.put(PropertyNames.CLUSTER_ENABLE_COMMAND, given(clusterEnableCommand));
            found.put(PropertyNames.CLUSTER_PROXY_HOSTS, list(proxyHosts()));
            // a profile may set them, and the command has none
            found.put(PropertyNames.CLUSTER_ORDER, AUTO.equals(clusterOrder) ? null : clusterOrder);
            found.put(PropertyNames.CLUSTER_SCHEMA_COMPATIBLE, clusterSchemaCompatible ? "true" : null);
            found.put(PropertyNames.CLUSTER_LEAVE_OUT, list(stripped(clusterLeaveOut)));
            found.put(PropertyNames.CLUSTER_MAY_DIFFER, list(stripped(clusterMayDiffer)));
            found.put(PropertyNames.CLUSTER_COMMAND_TIMEOUT, unless(COMMAND_TIMEOUT, clusterCommandTimeout));
            found.put(PropertyNames.CLUSTER_DRAIN_TIMEOUT, unless(DRAIN_TIMEOUT, clusterDrainTimeout));
            found.put(PropertyNames.CLUSTER_SETTLE, unless(SETTLE, clusterSettle));
        }
        return found;
    }

    private static String list(List<String> values) {
        return values.isEmpty() ? null : String.join(",", values);
    }

    private static String unless(String usual, int seconds) {
        return usual.equals(Integer.toString(seconds)) ? null : Integer.toString(seconds);
    }
}
