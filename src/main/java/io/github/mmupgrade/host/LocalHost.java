package io.github.mmupgrade.host;

import io.github.mmupgrade.report.IoReason;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.exec.CommandLine;

/** This machine. */
public final class LocalHost implements Host {

    /** Enough for any message of a tool; the rest of a longer output is of no use to a person. */
    private static final int CAPTURED_BYTES = 1 << 20;

    /** The variables that a program of another user is handed. */
    private static final List<String> HARMLESS = List.of("PATH", "LANG", "LC_ALL", "TZ");

    private final Map<String, String> environment;
    private final Map<String, String> asked;

    /** This machine with the environment of this process. */
    public LocalHost() {
        this(System.getenv());
    }

    /**
     * This machine with another environment.
     *
     * @param environment what commands are handed instead of this process's environment; its PATH also decides where
     *     programs are found
     */
    public LocalHost(Map<String, String> environment) {
        this(environment, environment);
    }

    private LocalHost(Map<String, String> environment, Map<String, String> asked) {
        this.environment = Map.copyOf(environment);
        this.asked = Map.copyOf(asked);
    }

    /**
     * The same with more variables for whoever asks, such as those of a caller on another machine. No command is handed
     * them.
     */
    public LocalHost knowing(Map<String, String> variables) {
        Map<String, String> all = new TreeMap<>(asked);
        all.putAll(variables);
        return new LocalHost(environment, all);
    }

    @Override
    public Path path(String first, String... more) {
        return Path.of(first, more);
    }

    @Override
    public CommandResult run(Command command) {
        Path program = requireProgram(command);
        TailBuffer output = new TailBuffer(CAPTURED_BYTES);
        TailBuffer errors = new TailBuffer(CAPTURED_BYTES);
        InputStream input =
                command.standardInput() == null ? new ByteArrayInputStream(new byte[0]) : command.standardInput();
        try {
            long logged = 0;
            if (command.standardOutput() != null) {
                makePrivateFile(command.standardOutput());
            }
            if (command.daemonLog() != null) {
                logged = prepareLog(command.daemonLog());
            }
            LimitedExecutor executor = new LimitedExecutor(command);
            PatientStreams streams = new PatientStreams(
                    command.outputSink() == null ? output : command.outputSink(), errors, input, executor::endFamily);
            executor.setStreamHandler(streams);
            int status = executor.execute(
                    commandLine(wrapped(command, program, command.daemonLog() == null)), environmentOf(command));
            if (streams.failure() != null) {
                throw streams.failure();
            }
            if (command.daemonLog() != null) {
                copyTail(command.daemonLog(), logged, output);
            }
            return new CommandResult(status, output.text(), errors.text(), executor.timedOut(), executor.running());
        } catch (IOException e) {
            throw new UncheckedIOException("'" + command + "' could not be run: " + IoReason.of(e), e);
        }
    }

    @Override
    public Dialogue open(Command command) {
        Path program = requireProgram(command);
        return Dialogue.start(command, commandLine(wrapped(command, program, true)), environmentOf(command));
    }

    @Override
    public long startDetached(Command command, Path log) {
        Path program = requireProgram(command);
        requireWritable(command, log);
        List<String> line = new ArrayList<>();
        // a session of its own: the terminal's Ctrl-C and the build's end must not reach the server
        line.add(tool("setsid"));
        // the log is opened by the user it runs as: opened by root, a link put in its place could lead anywhere, and
        // a log that root owns keeps the next release from starting
        line.addAll(userPrefix(command, false));
        line.addAll(List.of(
                tool("sh"),
                "-c",
                "umask 0027; exec >>\"$1\" 2>&1 || exit 125; umask \"$2\"; shift 2; exec \"$@\"",
                "sh",
                log.toAbsolutePath().toString(),
                mask(command.umask() == null ? currentMask() : command.umask())));
        line.addAll(argumentsOf(command, program));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().clear();
        builder.environment().putAll(environmentOf(command));
        if (command.directory() != null) {
            builder.directory(command.directory().toFile());
        }
        builder.redirectInput(new File("/dev/null"));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            return builder.start().pid();
        } catch (IOException e) {
            throw new UncheckedIOException("'" + command + "' could not be started: " + IoReason.of(e), e);
        }
    }

    @Override
    public Optional<Path> which(String program) {
        return which(program, null);
    }

    private Optional<Path> which(String program, Path directory) {
        if (program.contains("/")) {
            Path given = Path.of(program);
            // a relative program belongs to the directory it will run in, not to ours
            Path resolved = directory == null ? given : directory.resolve(given);
            return isProgram(resolved) ? Optional.of(resolved) : Optional.empty();
        }
        String path = environment.getOrDefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        for (String place : path.split(":", -1)) {
            Path candidate = Path.of(place.isEmpty() ? "." : place, program);
            if (isProgram(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    @Override
    public Map<String, String> environment() {
        return asked;
    }

    @Override
    public String name() {
        try {
            // the kernel's own answer: asking the resolver can hang when the network is broken
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
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

    private static boolean isProgram(Path file) {
        return Files.isExecutable(file) && Files.isRegularFile(file);
    }

    private Path requireProgram(Command command) {
        String program = command.arguments().get(0);
        return which(program, command.directory()).orElseThrow(() -> new CommandNotFoundException(program));
    }

    /** A program of the system that we can't do without. */
    private String tool(String program) {
        return which(program)
                .orElseThrow(() -> new CommandNotFoundException(program))
                .toString();
    }

    /** The arguments with what puts the process under our conditions in front: user, mask, end with us. */
    private List<String> wrapped(Command command, Path program, boolean dieWithUs) {
        List<String> line = new ArrayList<>();
        if (isForAnotherUser(command)) {
            // what keeps our terminal can type on it (TIOCSTI), and root's shell reads that after us
            line.add(tool("setsid"));
        }
        line.addAll(userPrefix(command, dieWithUs));
        if (command.umask() != null) {
            line.addAll(List.of(tool("sh"), "-c", "umask " + mask(command.umask()) + "; exec \"$@\"", "sh"));
        }
        line.addAll(argumentsOf(command, program));
        return line;
    }

    /** The arguments with the program where our PATH found it: Java itself would look in the PATH of this process. */
    private static List<String> argumentsOf(Command command, Path program) {
        List<String> line = new ArrayList<>(command.arguments());
        line.set(0, program.toAbsolutePath().toString());
        return line;
    }

    private boolean isForAnotherUser(Command command) {
        return command.user() != null && !command.user().equals(self());
    }

    private List<String> userPrefix(Command command, boolean dieWithUs) {
        List<String> line = new ArrayList<>();
        boolean otherUser = isForAnotherUser(command);
        if (otherUser || (dieWithUs && which("setpriv").isPresent())) {
            line.add(tool("setpriv"));
            if (dieWithUs) {
                line.add("--pdeathsig");
                line.add("KILL");
            }
            if (otherUser) {
                line.add("--reuid=" + command.user().uid());
                line.add("--regid=" + command.user().gid());
                line.add(isNamedUser(command.user().uid()) ? "--init-groups" : "--clear-groups");
                if (command.isUntraceable()) {
                    line.addAll(HarmlessCapability.toKeep());
                }
            }
            line.add("--");
        }
        return line;
    }

    private static String mask(int umask) {
        return String.format(Locale.ROOT, "%04o", umask);
    }

    private static int currentMask() {
        return new Processes(Path.of("/proc"))
                .find(ProcessHandle.current().pid())
                .map(ProcessInfo::umask)
                .orElse(0022);
    }

    /** Whether the system knows the user, in /etc/passwd or elsewhere (LDAP): its groups can be set only then. */
    private boolean isNamedUser(int uid) {
        return which("getent").isPresent()
                && run(Command.of("getent", "passwd", Integer.toString(uid)).build())
                        .succeeded();
    }

    private void requireWritable(Command command, Path log) {
        CommandResult tried = run(Command.of(
                        "sh",
                        "-c",
                        "umask 0027; : >>\"$1\"",
                        "sh",
                        log.toAbsolutePath().toString())
                .user(command.user())
                .build());
        if (!tried.succeeded()) {
            throw new UncheckedIOException(
                    "'" + command + "' could not be started: its log " + log + " cannot be written"
                            + (command.user() == null
                                    ? ""
                                    : " by user "
                                            + new Users(this)
                                                    .user(command.user().uid())),
                    new IOException(tried.tail()));
        }
    }

    private Map<String, String> environmentOf(Command command) {
        Map<String, String> result = new TreeMap<>();
        if (command.cleanEnvironment() || isForAnotherUser(command)) {
            // another user can read the environment of what runs as that user, and ours may hold passwords
            for (String harmless : command.cleanEnvironment() ? List.of("PATH") : HARMLESS) {
                String value = environment.get(harmless);
                if (value != null) {
                    result.put(harmless, value);
                }
            }
        } else {
            result.putAll(environment);
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

    private static void makePrivateFile(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** Makes sure that there is a plain file, and says how long it is. */
    private static long prepareLog(Path log) throws IOException {
        if (!Files.exists(log, LinkOption.NOFOLLOW_LINKS)) {
            makePrivateFile(log);
        }
        if (!Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(log + " is not a plain file");
        }
        return Files.size(log);
    }

    private static void copyTail(Path file, long from, TailBuffer into) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(Math.max(from, channel.size() - CAPTURED_BYTES));
            // not a byte more than there is now: the daemon may write for ever
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - channel.position()));
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes);
            }
            into.write(bytes.array(), 0, bytes.position());
        }
    }
}
