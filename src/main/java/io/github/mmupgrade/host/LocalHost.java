package io.github.mmupgrade.host;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.PumpStreamHandler;

/** This machine. */
public final class LocalHost implements Host {

    /** Enough for any message of a tool; the rest of a longer output is of no use to a person. */
    private static final int CAPTURED_BYTES = 1 << 20;

    @Override
    public Path path(String first, String... more) {
        return Path.of(first, more);
    }

    @Override
    public CommandResult run(Command command) {
        requireProgram(command);
        TailBuffer output = new TailBuffer(CAPTURED_BYTES);
        TailBuffer errors = new TailBuffer(CAPTURED_BYTES);
        InputStream input =
                command.standardInput() == null ? new ByteArrayInputStream(new byte[0]) : command.standardInput();
        try (OutputStream file = command.standardOutput() == null ? null : privateFile(command.standardOutput())) {
            OutputStream sink = file != null ? file : command.outputSink() != null ? command.outputSink() : output;
            LaunchedExecutor executor = new LaunchedExecutor(command.directory(), command.limit());
            executor.setExitValues(null);
            executor.setStreamHandler(new PumpStreamHandler(sink, errors, input));
            CommandLine line = commandLine(wrapped(command, true));
            int status = executor.execute(line, environmentOf(command));
            return new CommandResult(status, output.text(), errors.text(), executor.timedOut());
        } catch (IOException e) {
            throw new UncheckedIOException("'" + command + "' could not be run: " + e.getMessage(), e);
        }
    }

    @Override
    public long startDetached(Command command, Path log) {
        requireProgram(command);
        List<String> line = new ArrayList<>();
        // a session of its own: the terminal's Ctrl-C and the build's end must not reach the server
        line.add("setsid");
        line.addAll(wrapped(command, false));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().clear();
        builder.environment().putAll(environmentOf(command));
        if (command.directory() != null) {
            builder.directory(command.directory().toFile());
        }
        builder.redirectInput(new File("/dev/null"));
        builder.redirectErrorStream(true);
        try {
            if (!Files.exists(log)) {
                Files.createFile(
                        log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
                if (command.user() != null && !command.user().equals(self())) {
                    // a log that root owns keeps the next release from starting
                    Files.setAttribute(log, "unix:uid", command.user().uid());
                    Files.setAttribute(log, "unix:gid", command.user().gid());
                }
            }
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            return builder.start().pid();
        } catch (IOException e) {
            throw new UncheckedIOException("'" + command + "' could not be started: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Path> which(String program) {
        if (program.contains("/")) {
            Path given = Path.of(program);
            return Files.isExecutable(given) ? Optional.of(given) : Optional.empty();
        }
        String path =
                environment().getOrDefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        for (String directory : path.split(":", -1)) {
            Path candidate = Path.of(directory.isEmpty() ? "." : directory, program);
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @Override
    public Owner self() {
        try {
            Path self = Path.of("/proc/self");
            return new Owner(
                    (Integer) Files.getAttribute(self, "unix:uid"), (Integer) Files.getAttribute(self, "unix:gid"));
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalStateException("Only Linux is supported", e);
        }
    }

    private void requireProgram(Command command) {
        if (which(command.arguments().get(0)).isEmpty()) {
            throw new CommandNotFoundException(command.arguments().get(0));
        }
    }

    /** The arguments with what puts the process under our conditions in front: user, mask, end with us. */
    private List<String> wrapped(Command command, boolean dieWithUs) {
        List<String> line = new ArrayList<>();
        boolean otherUser = command.user() != null && !command.user().equals(self());
        if (otherUser || (dieWithUs && which("setpriv").isPresent())) {
            line.add("setpriv");
            if (dieWithUs) {
                line.add("--pdeathsig");
                line.add("KILL");
            }
            if (otherUser) {
                line.add("--reuid=" + command.user().uid());
                line.add("--regid=" + command.user().gid());
                line.add(isNamedUser(command.user().uid()) ? "--init-groups" : "--clear-groups");
            }
            line.add("--");
        }
        if (command.umask() != null) {
            line.add("sh");
            line.add("-c");
            line.add("umask " + String.format(Locale.ROOT, "%04o", command.umask()) + "; exec \"$@\"");
            line.add("sh");
        }
        line.addAll(command.arguments());
        return line;
    }

    private static boolean isNamedUser(int uid) {
        try {
            return Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1).stream()
                    .anyMatch(entry -> {
                        String[] fields = entry.split(":", -1);
                        return fields.length > 2 && fields[2].equals(Integer.toString(uid));
                    });
        } catch (IOException e) {
            return false;
        }
    }

    private Map<String, String> environmentOf(Command command) {
        Map<String, String> result = new TreeMap<>();
        if (command.cleanEnvironment()) {
            String path = environment().get("PATH");
            if (path != null) {
                result.put("PATH", path);
            }
        } else {
            result.putAll(environment());
        }
        result.putAll(command.environment());
        return result;
    }

    private static CommandLine commandLine(List<String> arguments) {
        CommandLine line = new CommandLine(arguments.get(0));
        for (String argument : arguments.subList(1, arguments.size())) {
            line.addArgument(argument, false);
        }
        return line;
    }

    private static OutputStream privateFile(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.newOutputStream(file, StandardOpenOption.WRITE);
    }

    /** Commons Exec ends only the process itself on a time-out; this one ends what it started, too. */
    private static final class LaunchedExecutor extends DefaultExecutor {
        private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "command-limit");
            thread.setDaemon(true);
            return thread;
        });

        private final Path directory;
        private final Duration limit;
        private final AtomicBoolean timedOut = new AtomicBoolean();
        private ScheduledFuture<?> timer;

        @SuppressWarnings("deprecation") // the builder can't build a subclass
        LaunchedExecutor(Path directory, Duration limit) {
            this.directory = directory;
            this.limit = limit;
        }

        @Override
        protected Process launch(CommandLine command, Map<String, String> env, Path dir) throws IOException {
            Process process = super.launch(command, env, directory == null ? dir : directory);
            timer = TIMER.schedule(() -> end(process), limit.toMillis(), TimeUnit.MILLISECONDS);
            return process;
        }

        @Override
        public int execute(CommandLine command, Map<String, String> environment) throws IOException {
            try {
                return super.execute(command, environment);
            } finally {
                if (timer != null) {
                    timer.cancel(false);
                }
            }
        }

        private void end(Process process) {
            timedOut.set(true);
            List<ProcessHandle> family = process.descendants().toList();
            process.destroyForcibly();
            family.forEach(ProcessHandle::destroyForcibly);
        }

        boolean timedOut() {
            return timedOut.get();
        }
    }

    /** Keeps the last bytes written to it. */
    private static final class TailBuffer extends OutputStream {
        private final byte[] bytes;
        private long written;

        TailBuffer(int size) {
            this.bytes = new byte[size];
        }

        @Override
        public synchronized void write(int b) {
            bytes[(int) (written++ % bytes.length)] = (byte) b;
        }

        @Override
        public synchronized void write(byte[] source, int offset, int length) {
            for (int i = 0; i < length; i++) {
                write(source[offset + i]);
            }
        }

        synchronized String text() {
            if (written <= bytes.length) {
                return new String(bytes, 0, (int) written, StandardCharsets.UTF_8);
            }
            int start = (int) (written % bytes.length);
            byte[] ordered = new byte[bytes.length];
            System.arraycopy(bytes, start, ordered, 0, bytes.length - start);
            System.arraycopy(bytes, 0, ordered, bytes.length - start, start);
            return new String(ordered, StandardCharsets.UTF_8);
        }
    }
}
