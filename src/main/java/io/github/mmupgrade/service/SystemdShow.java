package io.github.mmupgrade.service;

import io.github.mmupgrade.host.CommandResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code systemctl show} says of one unit: properties, some of them several times. */
final class SystemdShow {

    static final String PROPERTIES = String.join(
            ",",
            "Id",
            "LoadState",
            "ActiveState",
            "SubState",
            "Result",
            "UnitFileState",
            "MainPID",
            "ExecMainCode",
            "ExecMainStatus",
            "NRestarts",
            "FragmentPath",
            "DropInPaths",
            "NeedDaemonReload",
            "Environment",
            "EnvironmentFiles",
            "PassEnvironment",
            "UnsetEnvironment",
            "ExecStart",
            "User",
            "Group",
            "WorkingDirectory",
            "Restart",
            "UMask",
            "LimitNOFILE",
            "TimeoutStartUSec",
            "StartLimitBurst",
            "StartLimitInterval",
            "StartLimitIntervalUSec",
            "Type");

    private final Map<String, List<String>> properties;

    private SystemdShow(Map<String, List<String>> properties) {
        this.properties = properties;
    }

    /** Asks about one unit. */
    static SystemdShow of(ServiceContext context, String unit) {
        CommandResult result =
                ManagerCommand.ask(context, List.of("systemctl", "show", "--no-pager", "-p", PROPERTIES, "--", unit));
        return result.succeeded() ? parse(result.output()) : new SystemdShow(Map.of());
    }

    /** Asks about several units at once. */
    static List<SystemdShow> of(ServiceContext context, List<String> units) {
        List<String> line = new ArrayList<>(List.of("systemctl", "show", "--no-pager", "-p", PROPERTIES, "--"));
        line.addAll(units);
        List<SystemdShow> all = new ArrayList<>();
        for (String block : ManagerCommand.ask(context, line).output().split("\n\\s*\n")) {
            SystemdShow one = parse(block);
            if (!one.text("Id").isEmpty()) {
                all.add(one);
            }
        }
        return all;
    }

    static SystemdShow parse(String output) {
        Map<String, List<String>> properties = new LinkedHashMap<>();
        output.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                properties
                        .computeIfAbsent(line.substring(0, equals), key -> new ArrayList<>())
                        .add(line.substring(equals + 1));
            }
        });
        return new SystemdShow(properties);
    }

    /** Whether systemd answered at all. */
    boolean answered() {
        return !properties.isEmpty();
    }

    List<String> all(String property) {
        return properties.getOrDefault(property, List.of());
    }

    /** The property; empty when it isn't there or has no value. */
    String text(String property) {
        List<String> values = all(property);
        return values.isEmpty() ? "" : values.get(0).strip();
    }

    long number(String property, long fallback) {
        String text = text(property);
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : fallback;
    }

    Optional<Long> mainPid() {
        long pid = number("MainPID", 0);
        return pid == 0 ? Optional.empty() : Optional.of(pid);
    }

    ServiceState state() {
        if (!answered() || text("LoadState").equals("not-found")) {
            return ServiceState.UNKNOWN;
        }
        ServiceState active =
                switch (text("ActiveState")) {
                    case "active", "reloading", "refreshing" -> ServiceState.RUNNING;
                    case "activating" -> ServiceState.STARTING;
                    case "deactivating" -> ServiceState.STOPPING;
                    case "failed" -> ServiceState.FAILED;
                    case "inactive" -> ServiceState.STOPPED;
                    default -> ServiceState.UNKNOWN;
                };
        // a unit can be masked while it runs; what matters then is that it runs
        boolean masked =
                text("LoadState").equals("masked") || text("UnitFileState").startsWith("masked");
        return masked && (active.down() || active == ServiceState.UNKNOWN) ? ServiceState.MASKED : active;
    }

    /** The program of ExecStart; empty when there is none. */
    String program() {
        return field(text("ExecStart"), "path=");
    }

    /** The arguments of ExecStart joined by spaces: systemctl doesn't show where one ends. */
    String joinedArguments() {
        return field(text("ExecStart"), "argv[]=");
    }

    private static String field(String execStart, String name) {
        int from = execStart.indexOf(name);
        if (from < 0) {
            return "";
        }
        int to = execStart.indexOf(" ;", from);
        return execStart.substring(from + name.length(), to < 0 ? execStart.length() : to);
    }
}
