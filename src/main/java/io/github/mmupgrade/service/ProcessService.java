package io.github.mmupgrade.service;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.ProcessId;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.LifeWatch;
import io.github.mmupgrade.server.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A server that this plugin runs itself, detached from it.
 *
 * <p>The pid file has the process's start, too, so that another process with its number, a reboot later, is not taken
 * for it.
 */
final class ProcessService implements ServiceControl {

    /** Far longer than the programs take that stand between us and the server. */
    private static final Duration BECOMES_THE_SERVER = Duration.ofSeconds(5);

    /** The programs that a detached start goes through, one after the other, until it is the server. */
    private static final Set<String> LAUNCHERS = Set.of("setsid", "setpriv", "sh", "dash", "bash", "busybox");

    private final ServiceContext context;
    private final ProcessSettings settings;

    ProcessService(ServiceContext context, ProcessSettings settings) {
        this.context = context;
        this.settings = settings;
    }

    @Override
    public ServiceKind kind() {
        return ServiceKind.PROCESS;
    }

    @Override
    public String name() {
        return "the server in " + context.installation();
    }

    /** FAILED is a process that ended without having been stopped: its pid file is still there. */
    @Override
    public ServiceState state() {
        if (mainPid().isPresent()) {
            return ServiceState.RUNNING;
        }
        return Files.exists(settings.pidFile()) ? ServiceState.FAILED : ServiceState.STOPPED;
    }

    @Override
    public Optional<Long> mainPid() {
        return recorded().filter(context.processes()::runs).map(ProcessId::pid).or(() -> context.servers().stream()
                .findFirst()
                .map(RunningServer::pid));
    }

    @Override
    public UnitDescription unit() {
        List<String> command = new ArrayList<>();
        program().map(Path::toString).ifPresent(command::add);
        if (!command.isEmpty()) {
            command.addAll(settings.arguments());
        }
        return new UnitDescription(
                ServiceKind.PROCESS,
                settings.pidFile().toString(),
                settings.environment(),
                command,
                Integer.toString(settings.owner().uid()),
                Integer.toString(settings.owner().gid()),
                context.installation(),
                "no",
                settings.umask(),
                null,
                null,
                List.of(),
                List.of());
    }

    @Override
    public LifeWatch start() {
        awaitStartUnderWay();
        Optional<Long> running = mainPid();
        if (running.isPresent()) {
            return context.processes()
                    .find(running.get())
                    .map(this::watch)
                    .orElseGet(() -> () -> Optional.of("process " + running.get() + " has ended"));
        }
        Path program = program()
                .orElseThrow(() -> new RefusedException(
                        "There is no server in " + context.installation() + ": it has neither bin/mattermost nor"
                                + " bin/platform",
                        Hint.of("Set mattermost.installDirectory to the server's directory.")));
        Shutdown.requireNoStranger(context, List.of(), "the server was not started");
        Command command = Command.of(program.toString())
                .add(settings.arguments())
                .cleanEnvironment()
                .environment(Map.of("HOME", context.installation().toString(), "LANG", "C.UTF-8"))
                .environment(settings.environment())
                .directory(context.installation())
                .user(settings.owner())
                .umask(settings.umask())
                .build();
        long pid;
        try {
            pid = context.host().startDetached(command, settings.log());
        } catch (UncheckedIOException e) {
            throw new StageFailedException(
                    e.getMessage(),
                    Hint.of("Make sure that user "
                            + new Users(context.host()).user(settings.owner().uid()) + " can write to "
                            + settings.log() + "."),
                    e);
        }
        Optional<ProcessInfo> started = context.processes().find(pid);
        started.ifPresent(process -> record(process.id()));
        return started.map(this::watch).orElseGet(() -> () -> Optional.of("process " + pid + " ended at once"));
    }

    @Override
    public void stop(Duration limit, boolean force) {
        Duration started = context.pace().elapsed();
        Optional<Long> main = mainPid();
        Shutdown shutdown = new Shutdown(context, main);
        if (shutdown.nothingRuns()) {
            Shutdown.requireNoStranger(context, List.of(), name() + " is already stopped; nothing was done");
            forget();
            return;
        }
        Set<Long> asked = new HashSet<>();
        List<ProcessInfo> first = shutdown.alive().stream()
                .filter(p -> main.isEmpty() || main.get() == p.pid())
                .toList();
        ask(first, asked);
        shutdown.await(name(), started, limit, force, () -> {
            // a wrapper that ends on the signal without handing it on leaves the server itself behind
            if (first.stream().noneMatch(p -> context.processes().runs(p.id()))) {
                ask(shutdown.alive(), asked);
            }
        });
        forget();
    }

    /**
     * Who starts the server and is killed before it has written the pid file leaves a process that becomes the server a
     * moment later: a second one would migrate the database and only then find the port taken.
     */
    private void awaitStartUnderWay() {
        Duration end = context.pace().elapsed().plus(BECOMES_THE_SERVER);
        while (mainPid().isEmpty()
                && isBeingStarted()
                && context.pace().elapsed().compareTo(end) < 0) {
            context.pace().sleep(Duration.ofMillis(20));
        }
    }

    private boolean isBeingStarted() {
        Set<Long> own = context.processes().selfAndAncestors();
        Optional<String> program = program().map(path -> path.toAbsolutePath().toString());
        return program.isPresent()
                && context.processes().all().stream()
                        .anyMatch(process -> !process.ended()
                                && !own.contains(process.pid())
                                && LAUNCHERS.contains(process.program())
                                && process.arguments().contains(program.get()));
    }

    private void ask(List<ProcessInfo> processes, Set<Long> asked) {
        Shutdown.signal(
                context,
                "TERM",
                processes.stream().filter(p -> asked.add(p.pid())).toList());
    }

    private LifeWatch watch(ProcessInfo process) {
        Processes processes = context.processes();
        return () -> processes.runs(process.id())
                ? Optional.empty()
                : Optional.of("process " + process.pid() + " has ended; its output is in " + settings.log());
    }

    private Optional<Path> program() {
        return List.of("bin/mattermost", "bin/platform").stream()
                .map(context.installation()::resolve)
                .filter(Files::isExecutable)
                .findFirst();
    }

    private Optional<ProcessId> recorded() {
        try {
            return Files.exists(settings.pidFile())
                    ? ProcessId.tryParse(Files.readString(settings.pidFile()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("The pid file " + settings.pidFile() + " cannot be read", e);
        }
    }

    private void record(ProcessId id) {
        try {
            AtomicFile.write(settings.pidFile(), AtomicFile.PUBLIC, id + "\n");
        } catch (IOException fullOrReadOnly) {
            // the server runs, and is found without it, too; to call that a failure would take it down again
        }
    }

    private void forget() {
        try {
            Files.deleteIfExists(settings.pidFile());
        } catch (IOException readOnly) {
            // a process that has ended is not taken for the server
        }
    }
}
