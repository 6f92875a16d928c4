package io.github.mmupgrade.cluster;

import io.github.mmupgrade.cluster.node.NodeState;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Hint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Whether nodes are nodes of one cluster: what must be the same on all of them, and what is known of them elsewhere. */
final class Agreement {

    /** What a server of a node is told of its own machine. */
    private static final Set<String> OF_THE_MACHINE = Set.of(
            "ClusterSettings.OverrideHostname",
            "ClusterSettings.NetworkInterface",
            "ClusterSettings.BindAddress",
            "ClusterSettings.AdvertiseAddress",
            "ServiceSettings.ListenAddress",
            "ServiceSettings.LocalModeSocketLocation",
            "MetricsSettings.ListenAddress",
            "FileSettings.Directory",
            "LogSettings.FileLocation",
            "NotificationLogSettings.FileLocation",
            "PluginSettings.Directory",
            "PluginSettings.ClientDirectory");

    /** The vendor's servers compare times with one another to the second. */
    private static final long CLOCK_WARNS = 2_000;

    /** A node counts as gone when it was not seen for two minutes. */
    private static final long CLOCK_REFUSES = 30_000;

    private static final int SHOWN_SETTINGS = 10;

    private final List<SeenNode> seen;
    private final List<String> mayDiffer;

    /**
     * The agreement of some nodes.
     *
     * @param mayDiffer further settings that may differ from node to node
     */
    Agreement(List<SeenNode> seen, List<String> mayDiffer) {
        this.mayDiffer = mayDiffer;
        this.seen = seen.stream().filter(each -> each.state() != null).toList();
    }

    /** Every check, in a stable order. */
    List<CheckResult> checks() {
        return List.of(clustered(), configuration(), database(), fileStore(), clocks(), discovery());
    }

    private CheckResult clustered() {
        List<String> without = named(state -> !state.clustered());
        return without.isEmpty()
                ? CheckResult.ok("cluster", "enabled on all nodes")
                : CheckResult.refused(
                        "cluster",
                        "ClusterSettings.Enable is not true on " + String.join(", ", without)
                                + ": its server does not know of the others.",
                        Hint.of("Enable the cluster there, or leave the machine out of mattermost.nodes."));
    }

    private CheckResult configuration() {
        // an older release has other settings
        List<SeenNode> compared = seen.stream()
                .filter(each -> new LeftOut(seen).why(each).isEmpty())
                .toList();
        Set<String> names = new TreeSet<>();
        compared.forEach(each -> names.addAll(each.state().settings().keySet()));
        names.removeAll(OF_THE_MACHINE);
        mayDiffer.forEach(names::remove);
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            Map<String, List<String>> byValue =
                    by(compared, state -> state.settings().getOrDefault(name, "not set"));
            if (byValue.size() > 1) {
                differences.add(name + ": "
                        + byValue.entrySet().stream()
                                .map(each -> String.join(", ", each.getValue()) + " "
                                        + (each.getKey().startsWith(Secrets.HIDDEN) ? Secrets.HIDDEN : each.getKey()))
                                .collect(Collectors.joining("; ")));
            }
        }
        if (differences.isEmpty()) {
            return CheckResult.ok("configuration", "the same on all nodes");
        }
        String more =
                differences.size() > SHOWN_SETTINGS ? "\n  and " + (differences.size() - SHOWN_SETTINGS) + " more" : "";
        return CheckResult.refused(
                "configuration",
                "The effective configurations of the nodes differ:\n  "
                        + String.join("\n  ", differences.subList(0, Math.min(SHOWN_SETTINGS, differences.size())))
                        + more,
                Hint.of(
                        "Make them the same; a server takes its file and the variables of its service at its start. What"
                                + " is meant to differ is named with mattermost.cluster.mayDiffer."));
    }

    private CheckResult database() {
        Map<String, List<String>> places = by(state ->
                state.database() == null ? "not known" : state.database().identity());
        return places.size() == 1 && !places.containsKey("not known")
                ? CheckResult.ok(
                        "database",
                        "the same for all nodes, "
                                + seen.get(0).state().database().place())
                : CheckResult.refused(
                        "database",
                        "The nodes do not use the same database: "
                                + by(state -> state.database() == null
                                                ? "not known"
                                                : state.database().place())
                                        .entrySet()
                                        .stream()
                                        .map(Agreement::inWords)
                                        .collect(Collectors.joining("; "))
                                + ".",
                        Hint.of("Correct SqlSettings.DataSource where it is wrong, or leave the machine out."));
    }

    private CheckResult fileStore() {
        Map<String, List<String>> stores = by(state -> String.valueOf(state.fileStoreIdentity()));
        if (stores.size() == 1 && seen.get(0).state().fileStoreIdentity() != null) {
            return CheckResult.ok(
                    "file store",
                    "the same for all nodes, " + seen.get(0).state().fileStore());
        }
        List<String> unread = named(state -> state.fileStoreIdentity() == null);
        if (!unread.isEmpty()) {
            return CheckResult.refused(
                    "file store",
                    "Whether the nodes share one file store is not known: it cannot be read on "
                            + String.join(", ", unread) + "."
                            + seen.stream()
                                    .filter(each -> each.state().fileStoreIdentity() == null)
                                    .flatMap(each -> each.state().notKnown().stream()
                                            .filter(why -> why.startsWith("The file store"))
                                            .map(why -> "\n  " + each.name() + ": " + why))
                                    .collect(Collectors.joining()),
                    Hint.of("Let the user of the server read FileSettings.Directory there, then run the goal again."));
        }
        return CheckResult.refused(
                "file store",
                "The nodes do not share one file store: "
                        + seen.stream()
                                .map(each -> each.name() + " " + each.state().fileStore())
                                .collect(Collectors.joining("; "))
                        + ". The directories hold different files.",
                Hint.of("Mount the same directory on all nodes, or use S3. A cluster needs a shared store."));
    }

    private CheckResult clocks() {
        long earliest = Long.MAX_VALUE;
        long latest = Long.MIN_VALUE;
        String behind = "";
        String ahead = "";
        for (SeenNode each : seen) {
            // what the question took may be on either way: the offset is that uncertain
            if (each.clockOffset() + each.uncertainty() < earliest) {
                earliest = each.clockOffset() + each.uncertainty();
                behind = each.name();
            }
            if (each.clockOffset() - each.uncertainty() > latest) {
                latest = each.clockOffset() - each.uncertainty();
                ahead = each.name();
            }
        }
        long apart = latest - earliest;
        if (apart < CLOCK_WARNS) {
            return CheckResult.ok("clocks", "agree");
        }
        String text = "The clock of " + ahead + " is " + String.format(Locale.ROOT, "%.1f", apart / 1000.0)
                + " s ahead of that of " + behind + ".";
        return apart < CLOCK_REFUSES
                ? CheckResult.warning("clocks", text)
                : CheckResult.refused("clocks", text, Hint.of("Let all nodes get their time from the same servers."));
    }

    /** Servers that the database knows of and nobody has named would run on with the old release. */
    private CheckResult discovery() {
        Set<String> named = new HashSet<>();
        seen.forEach(each -> each.state().names().forEach(name -> named.add(canonical(name))));
        List<String> others = seen.stream()
                .filter(each -> each.state().database() != null)
                .flatMap(each -> each.state().database().lively().stream())
                .filter(host -> !named.contains(canonical(host)))
                .distinct()
                .toList();
        return others.isEmpty()
                ? CheckResult.ok("other nodes", "none was seen recently")
                : CheckResult.refused(
                        "other nodes",
                        "Servers use this database that are not among mattermost.nodes: " + String.join(", ", others)
                                + ".",
                        Hint.of("Name them, too, or stop them. One that was killed is forgotten two minutes later."));
    }

    /** One text for each way to write the same address, without the interface that it is of; names stay as they are. */
    static String canonical(String host) {
        String plain = host.replaceFirst("%.*$", "");
        if (!plain.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return plain;
        }
        try {
            // with a colon it is a literal or nothing, and no name is looked up
            return InetAddress.getByName(plain).getHostAddress();
        } catch (UnknownHostException e) {
            return plain;
        }
    }

    private List<String> named(Predicate<NodeState> wanted) {
        return seen.stream()
                .filter(each -> wanted.test(each.state()))
                .map(SeenNode::name)
                .toList();
    }

    /** The names of the nodes, by what is asked of them. */
    private Map<String, List<String>> by(Function<NodeState, String> question) {
        return by(seen, question);
    }

    private static Map<String, List<String>> by(List<SeenNode> nodes, Function<NodeState, String> question) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        nodes.forEach(each -> found.computeIfAbsent(question.apply(each.state()), value -> new ArrayList<>())
                .add(each.name()));
        return found;
    }

    private static String inWords(Map.Entry<String, List<String>> entry) {
        return String.join(", ", entry.getValue()) + " " + entry.getKey();
    }
}
