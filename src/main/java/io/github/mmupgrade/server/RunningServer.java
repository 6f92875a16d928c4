package io.github.mmupgrade.server;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A server that runs from an installation, as {@code /proc} shows it.
 *
 * <p>Arguments and environment can hold secrets; {@link #toString()} doesn't show them.
 */
public final class RunningServer {

    private static final Set<String> PROGRAMS = Set.of("mattermost", "platform");

    private final ProcessInfo process;
    private final ServerArguments.Role role;
    private final Map<String, String> environment;

    private RunningServer(ProcessInfo process, ServerArguments.Role role, Map<String, String> environment) {
        this.process = process;
        this.role = role;
        this.environment = environment;
    }

    /**
     * The servers that run from an installation, oldest first; job servers of 5.x are among them, commands such as
     * {@code mattermost version} are not.
     *
     * <p>A process counts when its program is {@code bin/mattermost} or {@code bin/platform} of the installation, when it
     * is an interpreter that was given one of these, or when it listens on a port and works in the installation's
     * directory. This process and those it descends from never count.
     *
     * @param host the host
     * @param installation the installation's directory, links allowed
     */
    public static List<RunningServer> find(Host host, Path installation) {
        return find(new Processes(host), installation);
    }

    static List<RunningServer> find(Processes processes, Path installation) {
        Set<Long> own = processes.selfAndAncestors();
        List<Path> names = names(installation);
        PortWatch ports = new PortWatch(processes);
        List<RunningServer> found = new ArrayList<>();
        for (ProcessInfo process : processes.all((program, directory) -> mayBe(names, program, directory))) {
            if (process.ended() || own.contains(process.pid())) {
                continue;
            }
            roleIn(names, process, ports)
                    .filter(role -> role != ServerArguments.Role.TOOL)
                    .ifPresent(role -> found.add(of(processes, process, role)));
        }
        found.removeIf(server -> found.stream().anyMatch(server::isForkOf));
        found.sort(Comparator.comparing((RunningServer s) -> s.role)
                .thenComparing(s -> s.process.id().startTicks())
                .thenComparing(RunningServer::pid));
        return List.copyOf(found);
    }

    /**
     * The server with a number that is known for certain, such as a service's main process.
     *
     * @return empty when there is no such process any more
     */
    public static Optional<RunningServer> ofPid(Host host, long pid) {
        Processes processes = new Processes(host);
        return processes
                .find(pid)
                .filter(process -> !process.ended())
                .map(process -> of(processes, process, ServerArguments.Role.SERVER));
    }

    /** Whether it is a child that has not yet become the program that the server starts, such as a plugin. */
    private boolean isForkOf(RunningServer other) {
        return process.parent() == other.process.pid() && process.arguments().equals(other.process.arguments());
    }

    private static RunningServer of(Processes processes, ProcessInfo process, ServerArguments.Role role) {
        return new RunningServer(
                process, role, processes.environment(process.pid()).orElse(null));
    }

    /** The process. */
    public ProcessInfo process() {
        return process;
    }

    /** The process's number. */
    public long pid() {
        return process.pid();
    }

    /** As whom it runs. */
    public Owner owner() {
        return process.owner();
    }

    /** Its working directory; empty when not readable. */
    public Optional<Path> directory() {
        return Optional.ofNullable(process.directory());
    }

    /** Program and arguments; they can hold a data source. */
    public List<String> arguments() {
        return process.arguments();
    }

    /** When it started. */
    public Instant started() {
        return process.started();
    }

    /** Its file mode creation mask; empty where the kernel doesn't tell. */
    public Optional<Integer> umask() {
        return Optional.ofNullable(process.umask());
    }

    /** Whether it only works on background jobs (5.x). It writes to the database, too. */
    public boolean jobServer() {
        return role == ServerArguments.Role.JOB_SERVER;
    }

    /** Its whole environment; empty when it can't be read, which takes root or the same user. */
    public Optional<Map<String, String>> environment() {
        return Optional.ofNullable(environment);
    }

    /** The variables that override settings, sorted; none when the environment can't be read. */
    public Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        environment().orElse(Map.of()).forEach((name, value) -> {
            if (name.startsWith("MM_")) {
                settings.put(name, value);
            }
        });
        return Collections.unmodifiableMap(settings);
    }

    /**
     * Where it was told to find its configuration: {@code -c}, else {@code MM_CONFIG}; empty for the usual place. It
     * can be a data source with its password.
     */
    public Optional<String> configLocation() {
        return ServerArguments.configLocation(arguments(), environment().orElse(Map.of()));
    }

    @Override
    public String toString() {
        return process.toString();
    }

    /** What {@link #roleIn} can say yes to. */
    private static boolean mayBe(List<Path> installation, Path program, Path directory) {
        return program == null
                || PROGRAMS.contains(String.valueOf(program.getFileName()))
                || ServerArguments.isInterpreter(program, "")
                || inside(installation, directory);
    }

    private static Optional<ServerArguments.Role> roleIn(
            List<Path> installation, ProcessInfo process, PortWatch ports) {
        if (process.arguments().isEmpty()) {
            return Optional.empty();
        }
        List<String> arguments = process.arguments();
        if (isProgram(installation, process.executable())
                || (process.executable() == null && isProgram(installation, resolved(process, arguments.get(0))))) {
            return Optional.of(ServerArguments.role(arguments.subList(1, arguments.size())));
        }
        // while an installation is being exchanged the running program has left bin, but was started from there
        if (process.executable() != null
                && PROGRAMS.contains(process.program())
                && isProgram(installation, resolved(process, arguments.get(0)))) {
            return Optional.of(ServerArguments.role(arguments.subList(1, arguments.size())));
        }
        if (ServerArguments.isInterpreter(process.executable(), arguments.get(0))
                && arguments.stream().skip(1).anyMatch(a -> namesProgram(installation, process, a))) {
            return Optional.of(ServerArguments.role(ServerArguments.afterInterpreter(arguments)));
        }
        if (inside(installation, process.directory()) && ports.listens(process.pid())) {
            return Optional.of(ServerArguments.Role.SERVER);
        }
        return Optional.empty();
    }

    private static boolean isProgram(List<Path> installation, Path file) {
        return file != null
                && file.getFileName() != null
                && PROGRAMS.contains(file.getFileName().toString())
                && installation.stream().anyMatch(i -> i.resolve("bin").equals(file.getParent()));
    }

    private static boolean namesProgram(List<Path> installation, ProcessInfo process, String argument) {
        return Arrays.stream(argument.split("[:=]")).anyMatch(part -> isProgram(installation, resolved(process, part)));
    }

    private static boolean inside(List<Path> installation, Path place) {
        return place != null && installation.stream().anyMatch(place::startsWith);
    }

    private static Path resolved(ProcessInfo process, String argument) {
        try {
            Path path = Path.of(argument);
            if (path.isAbsolute()) {
                return path.normalize();
            }
            return process.directory() == null || !argument.contains("/")
                    ? null
                    : process.directory().resolve(path).normalize();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static List<Path> names(Path installation) {
        Path given = installation.toAbsolutePath().normalize();
        try {
            Path real = installation.toRealPath();
            return real.equals(given) ? List.of(given) : List.of(given, real);
        } catch (IOException e) {
            return List.of(given);
        }
    }
}
