package io.github.mmupgrade.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Takes nodes out of what stands in front of them, and puts them back, by the administrator's commands. */
final class Proxies {

    private static final int TIMED_OUT = 124;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final ProxyCommands commands;
    private final List<ProxyHost> hosts;
    private final ClusterOptions options;
    private final Reporter reporter;

    Proxies(ProxyCommands commands, List<ProxyHost> hosts, ClusterOptions options, Reporter reporter) {
        this.commands = commands;
        this.hosts = List.copyOf(hosts);
        this.options = options;
        this.reporter = reporter;
    }

    /** Whether there is a command that drains. */
    boolean drains() {
        return commands.drains();
    }

    /**
     * How they have a node; empty when there is no command that says so.
     *
     * @throws RefusedException when the command fails
     */
    Optional<ProxyState> state(Node node) {
        if (commands.state() == null) {
            return Optional.empty();
        }
        List<ProxyState> found = new ArrayList<>();
        for (ProxyHost host : hosts) {
            String said = run(host, "mattermost.cluster.stateCommand", commands.state(), node, Map.of());
            try {
                found.add(ProxyState.parse(said));
            } catch (IllegalArgumentException e) {
                throw new RefusedException(
                        "mattermost.cluster.stateCommand cannot be understood on " + host.name() + " for " + node.name()
                                + ": " + e.getMessage() + ".",
                        Hint.of("It must print serving=yes or serving=no, and may print state=TEXT, requests=N and"
                                + " websockets=N, a line each."),
                        e);
            }
        }
        return Optional.of(together(found));
    }

    private ProxyState together(List<ProxyState> found) {
        if (found.size() == 1) {
            return found.get(0);
        }
        ObjectNode texts = Json.MAPPER.createObjectNode();
        for (int host = 0; host < found.size(); host++) {
            texts.put(hosts.get(host).name(), found.get(host).text());
        }
        boolean tells = found.stream().allMatch(each -> each.websockets().isPresent());
        return new ProxyState(
                Json.line(texts),
                found.stream().anyMatch(ProxyState::serving),
                found.stream().mapToLong(ProxyState::requests).sum(),
                tells
                        ? OptionalLong.of(found.stream()
                                .mapToLong(each -> each.websockets().orElse(0))
                                .sum())
                        : OptionalLong.empty());
    }

    /**
     * Takes a node out: no new requests, those that it has may end, websockets are cut.
     *
     * @throws RefusedException when a command fails; the node is served again then
     */
    void drain(Node node, String found) {
        if (!commands.drains()) {
            return;
        }
        try {
            each("mattermost.cluster.drainCommand", commands.drain(), node, host -> Map.of());
            ProxyState left = await(node, options.drainTimeout(), state -> state.requests() == 0)
                    .orElse(null);
            if (left == null) {
                pause(options.drainTimeout());
            }
            if (commands.cut() != null) {
                each("mattermost.cluster.cutCommand", commands.cut(), node, host -> Map.of());
            }
            reporter.info("[" + node.name() + "] Drained" + inWords(left));
            if (commands.cut() != null) {
                await(node, options.settle(), state -> state.connections() == 0);
            }
        } catch (ProblemException e) {
            try {
                enable(node, found);
            } catch (ProblemException again) {
                e.addSuppressed(again);
                throw new StageFailedException(
                        e.getMessage() + "\n" + node.name() + " was not stopped, and it cannot be given requests again"
                                + " either: " + again.getMessage(),
                        e.hint(),
                        e);
            }
            throw new RefusedException(
                    e.getMessage() + "\n" + node.name() + " was not stopped. It has its requests again.", e.hint(), e);
        }
    }

    private static String inWords(ProxyState left) {
        if (left == null) {
            return "";
        }
        String requests = left.requests() == 0
                ? ": all requests ended"
                : ": " + Amount.of(left.requests(), "request") + " had not ended in time";
        return requests
                + (left.websockets().orElse(0) > 0
                        ? ", " + Amount.of(left.websockets().getAsLong(), "websocket") + " to be cut"
                        : "");
    }

    /** Gives a node requests again. */
    void enable(Node node, String found) {
        if (commands.enable() == null) {
            return;
        }
        each(
                "mattermost.cluster.enableCommand",
                commands.enable(),
                node,
                host -> Map.of("MATTERMOST_PROXY_STATE", of(host, found)));
    }

    /** What was found on one of several hosts. */
    private String of(ProxyHost host, String found) {
        if (hosts.size() == 1 || found.isEmpty()) {
            return found;
        }
        try {
            return Json.MAPPER.readTree(found).path(host.name()).asText();
        } catch (JsonProcessingException e) {
            // of a run that began with one host
            return found;
        }
    }

    /** Gives clients time to come back. */
    void settle() {
        if (commands.drains()) {
            pause(options.settle());
        }
    }

    /** Looks until something holds or the time is over; the last state, empty when there is no command for it. */
    private Optional<ProxyState> await(Node node, Duration limit, Predicate<ProxyState> wanted) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<ProxyState> state = state(node);
            if (state.isEmpty() || wanted.test(state.get()) || System.nanoTime() > end) {
                return state;
            }
            pause(BETWEEN_LOOKS);
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StageFailedException(
                    "The work on the cluster was interrupted.", Hint.of("Run the goal again."), e);
        }
    }

    /** What a command finds in its environment on a host. */
    private interface Variables {
        Map<String, String> of(ProxyHost host);
    }

    private void each(String property, String command, Node node, Variables variables) {
        ProblemException first = null;
        for (ProxyHost host : hosts) {
            try {
                run(host, property, command, node, variables.of(host));
            } catch (ProblemException e) {
                // the others are told all the same: one that stands by must not keep users from the one that serves
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private String run(ProxyHost host, String property, String command, Node node, Map<String, String> more) {
        Map<String, String> variables = new LinkedHashMap<>(more);
        variables.put("MATTERMOST_NODE", node.name());
        variables.put("MATTERMOST_NODE_ADDRESS", node.address());
        CommandResult result = host.run(command, variables, commands.limit());
        boolean late = result.timedOut() || result.exitStatus() == TIMED_OUT;
        if (late || !result.succeeded()) {
            throw new RefusedException(
                    property + " failed on " + host.name() + " for " + node.name() + ": "
                            + (late
                                    ? "it did not end within "
                                            + commands.limit().toSeconds() + " s"
                                    : result.ending())
                            + ".",
                    Hint.of("Try the command by hand, with MATTERMOST_NODE=" + node.name()
                            + " and MATTERMOST_NODE_ADDRESS=" + node.address() + "."));
        }
        return result.output();
    }
}
