package io.github.mmupgrade.cluster;

import io.github.mmupgrade.host.CommandResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What stands in front of the nodes of a test: remembers what it was told, and may refuse it. */
final class RecordingProxy implements ProxyHost {

    static final ProxyCommands COMMANDS = new ProxyCommands("state", "drain", "cut", "enable", Duration.ofSeconds(5));

    final List<String> told = Collections.synchronizedList(new ArrayList<>());
    final Map<String, String> states = new ConcurrentHashMap<>();
    String failing = "";
    /** Is called before each command; may break it. */
    Runnable before = () -> {};

    @Override
    public String name() {
        return "the proxy";
    }

    @Override
    public CommandResult run(String command, Map<String, String> variables, Duration limit) {
        before.run();
        String node = variables.get("MATTERMOST_NODE");
        if ((command + " " + node).equals(failing)) {
            return new CommandResult(1, "", "no such server: " + node, false, List.of());
        }
        String state = states.getOrDefault(node, "ready");
        switch (command) {
            case "state" -> {
                return said(
                        "state=" + state + "\nserving=" + (state.equals("ready") ? "yes" : "no") + "\nrequests=0\n");
            }
            case "drain" -> states.put(node, "drain");
            case "cut" -> states.put(node, "maint");
            default -> states.put(node, variables.get("MATTERMOST_PROXY_STATE"));
        }
        told.add(command + " " + node);
        return said("");
    }

    private static CommandResult said(String text) {
        return new CommandResult(0, text, "", false, List.of());
    }

    @Override
    public void close() {
        // nothing is open
    }
}
