package io.github.mmupgrade.service;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.RunningServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds out who manages an installation's server.
 *
 * <p>A running server tells by its control group; a stopped one by a unit, job or script that starts a program of the
 * installation. A usual name alone proves nothing: the unit of that name may run another installation.
 */
public final class ServiceDetection {

    private static final List<String> USUAL_NAMES = List.of("mattermost", "mattermost-server");
    private static final Pattern UNIT_NAME = Pattern.compile("[A-Za-z0-9:_.\\\\@-]+\\.service");

    private final ServiceContext context;
    private final List<String> seen = new ArrayList<>();

    /** A detection for one installation. */
    public ServiceDetection(ServiceContext context) {
        this.context = context;
    }

    /**
     * Finds the service.
     *
     * @param name the service's name where it is known; null or empty when it is to be found out
     * @throws RefusedException when none is found, or more than one
     */
    public DetectedService detect(String name) {
        String wanted = name == null || name.isBlank() ? null : name.strip();
        List<RunningServer> running = context.servers();
        return systemd(wanted, running)
                .or(() -> upstart(wanted))
                .or(() -> sysv(wanted))
                .orElseThrow(() -> nothingFound(wanted, running));
    }

    private Optional<DetectedService> systemd(String wanted, List<RunningServer> running) {
        if (context.host().which("systemctl").isEmpty()) {
            seen.add("there is no systemctl");
            return Optional.empty();
        }
        for (RunningServer server : running) {
            Optional<String> unit = unitOf(server);
            if (unit.isPresent() && (wanted == null || sameUnit(wanted, unit.get()))) {
                SystemdShow show = SystemdShow.of(context, unit.get());
                boolean ours = show.mainPid().filter(pid -> pid == server.pid()).isPresent() || startsOurs(show);
                if (ours) {
                    return found(
                            Services.systemd(context, unit.get()),
                            "process " + server.pid() + " runs in " + unit.get());
                }
                seen.add("process " + server.pid() + " runs in " + unit.get()
                        + ", which does not start the program of this installation");
            }
        }
        Map<String, String> matching = new LinkedHashMap<>();
        for (SystemdShow show : SystemdShow.of(context, candidates(wanted))) {
            boolean known = show.state() != ServiceState.UNKNOWN;
            if (known && (startsOurs(show) || (wanted != null && sameUnit(wanted, show.text("Id"))))) {
                matching.put(
                        show.text("Id"),
                        startsOurs(show)
                                ? show.text("Id") + " starts a program of " + context.installation()
                                : show.text("Id") + " was named");
            } else if (known && USUAL_NAMES.contains(show.text("Id").replace(".service", ""))) {
                seen.add(show.text("Id") + " starts " + show.program() + ", not this installation's program");
            }
        }
        if (matching.size() > 1) {
            throw new RefusedException(
                    "Several services start a server in " + context.installation() + ": "
                            + String.join(", ", matching.keySet()) + ". Nothing was changed.",
                    Hint.of("Set mattermost.serviceName to the one that manages it."));
        }
        if (matching.isEmpty()) {
            seen.add("no systemd unit starts a program of this installation");
        }
        return matching.entrySet().stream()
                .findFirst()
                .flatMap(entry -> found(Services.systemd(context, entry.getKey()), entry.getValue()));
    }

    private List<String> candidates(String wanted) {
        if (wanted != null) {
            return List.of(wanted.endsWith(".service") ? wanted : wanted + ".service");
        }
        Set<String> names = new TreeSet<>();
        USUAL_NAMES.forEach(name -> names.add(name + ".service"));
        ManagerCommand.ask(
                        context, List.of("systemctl", "list-unit-files", "--type=service", "--no-legend", "--no-pager"))
                .lines()
                .stream()
                .map(line -> line.strip().split("\\s+")[0])
                // a template is no unit as long as it has no instance
                .filter(unit -> UNIT_NAME.matcher(unit).matches() && !unit.contains("@."))
                .forEach(names::add);
        return List.copyOf(names);
    }

    private Optional<DetectedService> upstart(String wanted) {
        if (context.host().which("initctl").isEmpty()
                || !ManagerCommand.ask(context, List.of("initctl", "version"))
                        .output()
                        .contains("upstart")) {
            return Optional.empty();
        }
        List<String> matching = new ArrayList<>();
        for (String file : namesIn("/etc/init")) {
            String job = file.replaceFirst("\\.conf$", "");
            if (file.endsWith(".conf") && (wanted == null || wanted.equals(job))) {
                UnitDescription unit = UpstartJob.read(context, job);
                if (wanted != null || startsOurs(unit)) {
                    matching.add(job);
                }
            }
        }
        return one(matching, "Upstart job")
                .flatMap(job -> found(
                        Services.upstart(context, job),
                        "the Upstart job " + job + " starts a program of this installation"));
    }

    private Optional<DetectedService> sysv(String wanted) {
        List<String> matching = new ArrayList<>();
        for (String name : namesIn("/etc/init.d")) {
            if (wanted == null ? mentionsInstallation(name) : wanted.equals(name)) {
                matching.add(name);
            }
        }
        return one(matching, "init script")
                .flatMap(name -> found(
                        Services.sysv(context, name),
                        "/etc/init.d/" + name + " starts a program of this installation"));
    }

    private boolean mentionsInstallation(String script) {
        UnitDescription unit = SysvScript.read(context, script);
        if (startsOurs(unit)) {
            return true;
        }
        try {
            String text =
                    new String(Files.readAllBytes(context.file("/etc/init.d/" + script)), StandardCharsets.ISO_8859_1);
            return names().stream().anyMatch(name -> Pattern.compile(Pattern.quote(name) + "(?![\\w.-])")
                    .matcher(text)
                    .find());
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<String> one(List<String> matching, String what) {
        if (matching.size() > 1) {
            throw new RefusedException(
                    "Several " + what + "s start a server in " + context.installation() + ": "
                            + String.join(", ", matching) + ". Nothing was changed.",
                    Hint.of("Set mattermost.serviceName to the one that manages it."));
        }
        return matching.stream().findFirst();
    }

    private List<String> namesIn(String directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(context.file(directory))) {
            for (Path file : files) {
                if (Files.isRegularFile(file)) {
                    names.add(file.getFileName().toString());
                }
            }
        } catch (IOException noSuchDirectory) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /** The system's unit that a process runs in; a unit of a user's own manager is none. */
    private Optional<String> unitOf(RunningServer server) {
        for (String group : context.processes().controlGroups(server.pid())) {
            if (group.contains("/user@")) {
                seen.add("process " + server.pid() + " runs in a user's login session");
            } else if (group.contains("docker") || group.contains("libpod") || group.contains("kubepods")) {
                seen.add("process " + server.pid() + " runs in a container");
            } else {
                String[] parts = group.split("/");
                for (int i = parts.length - 1; i >= 0; i--) {
                    if (UNIT_NAME.matcher(parts[i]).matches()) {
                        return Optional.of(parts[i]);
                    }
                }
                seen.add("process " + server.pid() + " does not run in a service (" + group + ")");
            }
        }
        return Optional.empty();
    }

    private boolean startsOurs(SystemdShow show) {
        return inInstallation(show.program())
                || List.of(show.joinedArguments().split(" ")).stream().anyMatch(this::inInstallation)
                || inInstallation(show.text("WorkingDirectory").replaceFirst("^[!-]+", ""));
    }

    private boolean startsOurs(UnitDescription unit) {
        return unit.command().stream().anyMatch(this::inInstallation)
                || (unit.directory() != null && inInstallation(unit.directory().toString()));
    }

    private boolean inInstallation(String place) {
        return place.startsWith("/")
                && names().stream().anyMatch(name -> place.equals(name) || place.startsWith(name + "/"));
    }

    /** The installation as it was named, and where links lead. */
    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        Path given = context.installation().toAbsolutePath().normalize();
        names.add(given.toString());
        try {
            names.add(given.toRealPath().toString());
        } catch (IOException notThere) {
            return names;
        }
        return names;
    }

    private static boolean sameUnit(String name, String unit) {
        return unit.equals(name) || unit.equals(name + ".service");
    }

    private Optional<DetectedService> found(ServiceControl control, String reason) {
        List<String> reasons = new ArrayList<>(List.of(reason));
        reasons.addAll(seen);
        return Optional.of(new DetectedService(control, reasons));
    }

    private RefusedException nothingFound(String wanted, List<RunningServer> running) {
        String runs = running.isEmpty()
                ? "no server runs there"
                : "a server runs there as process "
                        + running.stream().map(RunningServer::toString).collect(Collectors.joining(", "));
        return new RefusedException(
                (wanted == null
                                ? "No service was found that starts and stops the server in " + context.installation()
                                : "There is no service '" + wanted + "' for the server in " + context.installation())
                        + ": " + runs
                        + seen.stream().map(reason -> "; " + reason).collect(Collectors.joining())
                        + ". Nothing was changed.",
                Hint.of("Set mattermost.service to what manages it: systemd, upstart or sysv together with"
                        + " mattermost.serviceName, command with your own commands, or process if the plugin shall run"
                        + " it, for example -Dmattermost.service=systemd -Dmattermost.serviceName=mattermost."));
    }
}
