package io.github.mmupgrade.remote.ssh;

import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandNotFoundException;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A way to a machine by OpenSSH's client, which knows everybody's agents, jump hosts, certificates and hardware keys. One
 * connection carries everything that is done there. Keys of machines are checked strictly; none is trusted on first use.
 */
public final class SshConnection implements AutoCloseable {

    /** What runs there for at most so long is in no hurry. */
    private static final Duration WITHOUT_END = Duration.ofDays(30);

    private static final int A_MOMENT = 5;
    private static final int TRIES = 4;

    /** The status of ssh when it is the connection that has failed, not what was run there. */
    public static final int FAILED = 255;

    /**
     * What a shell is told in one line, so that every login shell understands it: read the script from standard input and
     * obey. Nothing behind the script may be read, and a dd without fullblock (old busybox) needs a call for each byte for
     * that.
     */
    public static final String READ = "read -r n;"
            + " s=$(dd bs=$n count=1 iflag=fullblock 2>/dev/null || dd bs=1 count=$n 2>/dev/null); eval \"$s\"";

    /** It suits every login shell, csh and fish included. */
    private static final String START = "exec sh -c '" + READ + "'";

    /** Sockets have short names: 104 bytes where they are shortest, and ssh adds 17 of its own. */
    private static final int LONGEST_SOCKET = 80;

    private final Host here;
    private final RemoteHost target;
    private final SshOptions options;
    private final SshSecrets secrets;
    private final Path directory;
    private Map<String, String> resolved = Map.of();
    private Dialogue master;
    private boolean wasOpen;

    /**
     * A connection; nothing is opened yet.
     *
     * @param here the machine that ssh runs on
     */
    public SshConnection(Host here, RemoteHost target, SshOptions options, SshSecrets secrets) {
        this.here = here;
        this.target = target;
        this.options = options;
        this.secrets = secrets;
        try {
            Path first = Files.createTempDirectory("mmssh");
            if (first.toString().length() > LONGEST_SOCKET && Files.isDirectory(Path.of("/tmp"))) {
                Files.delete(first);
                first = Files.createTempDirectory(Path.of("/tmp"), "mmssh");
            }
            this.directory = first;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RemoteHost target() {
        return target;
    }

    /**
     * Connects, unless it is connected.
     *
     * @throws RefusedException when ssh is missing, the machine's key is not known, or it does not let us in
     * @throws LostConnectionException when the machine cannot be reached
     */
    public void open() throws LostConnectionException {
        if (master != null && master.isRunning()) {
            return;
        }
        if (here.which(options.program()).isEmpty()) {
            throw new RefusedException(
                    "The program " + options.program() + " is not on this machine, and " + target
                            + " is reached by it. Nothing was changed.",
                    Hint.of(
                            "Install OpenSSH's client (Debian and Ubuntu: apt-get install openssh-client; Alpine: apk add"
                                    + " openssh-client), or name it with mattermost.ssh.program."));
        }
        if (options.privateKey() != null && !Files.isReadable(options.privateKey())) {
            // ssh would only say that it is not let in
            throw new RefusedException(
                    "The private key " + options.privateKey()
                            + " is not there, or cannot be read. Nothing was changed.",
                    Hint.of("Correct privateKey in the server of settings.xml that mattermost.ssh.serverId names."));
        }
        resolve();
        Path socket = socket();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> line = options();
        line.addAll(List.of("-M", "-N", "-o", "ControlPersist=no", "-S", socket.toString()));
        line.addAll(destination());
        master = here.open(command(line).limit(WITHOUT_END).build());
        drain(master);
        long end = System.nanoTime()
                + options.connectTimeout().multipliedBy(TRIES).toNanos() * (options.terminal() ? TRIES : 1);
        while (!Files.exists(socket)) {
            if (!master.isRunning() || System.nanoTime() > end) {
                boolean silent = master.isRunning();
                String said = master.errors();
                closeMaster();
                SshFailure failure = SshFailure.of(silent ? "no answer in time" : said, target, resolved);
                if (failure.kind() == SshFailure.Kind.UNKNOWN_KEY) {
                    throw failure.refused(keyOffered());
                }
                if (failure.isPassing(wasOpen)) {
                    throw new LostConnectionException(failure.text());
                }
                throw failure.refused(List.of());
            }
            pause();
        }
        wasOpen = true;
    }

    /** Whether the machine could be reached at any time. */
    public boolean wasOpen() {
        return wasOpen;
    }

    /** Starts something there and talks to it; what is to be read first is {@link #opening}. */
    public Dialogue talk() throws LostConnectionException {
        return talk(false);
    }

    /**
     * The same.
     *
     * @param forwardAgent whether that may use this machine's ssh agent as long as it runs; by a connection of its own,
     *     because all sessions of one that may could use it, whatever they were told
     */
    public Dialogue talk(boolean forwardAgent) throws LostConnectionException {
        open();
        List<String> line = session();
        if (forwardAgent) {
            // what comes later counts, but for -S
            line.set(line.indexOf("-S") + 1, "none");
            line.add(line.indexOf("-S"), "-A");
        }
        return here.open(command(line).limit(WITHOUT_END).build());
    }

    /**
     * Why no other machine logs in there by itself, in words; empty when one may be able to. To be asked while the
     * connection is open.
     */
    public Optional<String> againstDirect() {
        if (here.environment().getOrDefault("SSH_AUTH_SOCK", "").isBlank()) {
            return Optional.of("there is no ssh agent here (SSH_AUTH_SOCK)");
        }
        if (!isNone("proxyjump") || !isNone("proxycommand")) {
            return Optional.of(target + " is behind a jump host");
        }
        if (secrets.password().isPresent()) {
            return Optional.of(target + " asks for a password");
        }
        return knownKeys().isEmpty()
                ? Optional.of("the key of " + target + " is not found in the files of known hosts")
                : Optional.empty();
    }

    /** How another machine logs in there by itself; see {@link #againstDirect}. */
    public DirectLogin direct() {
        List<String> client = new ArrayList<>(List.of("ssh", "-F", "/dev/null", "-T", "-x", "-a"));
        List.of(
                        "BatchMode=yes",
                        "StrictHostKeyChecking=yes",
                        "GlobalKnownHostsFile=/dev/null",
                        "UpdateHostKeys=no",
                        "HostKeyAlias=" + DirectLogin.ALIAS,
                        "ClearAllForwardings=yes",
                        "ConnectTimeout=" + options.connectTimeout().toSeconds(),
                        "ServerAliveInterval=" + options.keepAlive().toSeconds(),
                        "ServerAliveCountMax=" + TRIES,
                        "LogLevel=ERROR",
                        "Port=" + resolved.getOrDefault("port", "22"),
                        "User=" + resolved.getOrDefault("user", System.getProperty("user.name")))
                .forEach(option -> client.addAll(List.of("-o", option)));
        return new DirectLogin(
                client, List.of("--", resolved.getOrDefault("hostname", target.name()), START), knownKeys());
    }

    /** The lines of the files of known hosts that this machine's key was checked by. */
    private List<String> knownKeys() {
        String host = resolved.getOrDefault("hostname", target.name());
        String port = resolved.getOrDefault("port", "22");
        String name = resolved.getOrDefault("hostkeyalias", port.equals("22") ? host : "[" + host + "]:" + port);
        String usual = resolved.getOrDefault("userknownhostsfile", "") + " "
                + resolved.getOrDefault("globalknownhostsfile", "");
        List<String> files = options.knownHosts() != null
                ? List.of(options.knownHosts().toString())
                : List.of(usual.strip().split("\\s+"));
        List<String> found = new ArrayList<>();
        for (String file : files) {
            try {
                here.run(Command.of("ssh-keygen", "-F", name, "-f", file).build())
                        .output()
                        .lines()
                        .filter(line -> !line.startsWith("#") && !line.isBlank())
                        .map(line -> line.replaceFirst("^((?:@\\S+ )?)\\S+", "$1" + DirectLogin.ALIAS))
                        .forEach(found::add);
            } catch (CommandNotFoundException e) {
                return List.of();
            }
        }
        return found;
    }

    /**
     * Runs something there.
     *
     * @param input what it reads
     * @return what it said and its status
     */
    public CommandResult run(InputStream input) throws LostConnectionException {
        return run(input, WITHOUT_END);
    }

    /**
     * The same.
     *
     * @param limit after which nobody waits for it any more
     */
    public CommandResult run(InputStream input, Duration limit) throws LostConnectionException {
        open();
        CommandResult result =
                here.run(command(session()).standardInput(input).limit(limit).build());
        if (!result.timedOut() && result.exitStatus() == FAILED) {
            throw new LostConnectionException(result.tail().isBlank() ? "the connection has ended" : result.tail());
        }
        return result;
    }

    /** The arguments of a session on the open connection. */
    private List<String> session() {
        List<String> line = options();
        line.addAll(List.of("-S", socket().toString(), "-o", "ControlMaster=no"));
        line.addAll(destination());
        line.add(START);
        return line;
    }

    /**
     * How another program logs in there by the open connection, asking nobody: ssh and its options, to which the name of
     * the machine is added.
     */
    public List<String> command() {
        List<String> line = new ArrayList<>(List.of(options.program()));
        line.addAll(options());
        line.addAll(List.of("-S", socket().toString(), "-o", "ControlMaster=no", "-o", "BatchMode=yes"));
        List<String> login = destination();
        line.addAll(login.subList(0, login.size() - 2));
        return line;
    }

    private List<String> options() {
        List<String> line = new ArrayList<>();
        line.addAll(List.of("-T", "-x", "-a"));
        List<String> set = new ArrayList<>(List.of(
                "StrictHostKeyChecking=yes",
                "UpdateHostKeys=no",
                "RemoteCommand=none",
                "ClearAllForwardings=yes",
                "PermitLocalCommand=no",
                "ConnectTimeout=" + options.connectTimeout().toSeconds(),
                "ServerAliveInterval=" + options.keepAlive().toSeconds(),
                "ServerAliveCountMax=" + TRIES,
                "LogLevel=ERROR"));
        if (options.knownHosts() != null) {
            set.add("UserKnownHostsFile=" + quoted(options.knownHosts()));
            set.add("GlobalKnownHostsFile=/dev/null");
        }
        line.addAll(configuration());
        if (options.privateKey() != null) {
            set.add("IdentityFile=" + quoted(options.privateKey()));
            set.add("IdentitiesOnly=yes");
        }
        if (isAnswered()) {
            set.add("NumberOfPasswordPrompts=1");
        } else if (!options.terminal()) {
            set.add("BatchMode=yes");
        }
        set.forEach(option -> line.addAll(List.of("-o", option)));
        return line;
    }

    /** Whether ssh gets answers without a person. */
    private boolean isAnswered() {
        return secrets.password().isPresent() || secrets.passphrase().isPresent();
    }

    /**
     * The known keys, and that nobody is asked, for jump hosts, too: ssh hands them no options but the file of its
     * configuration. Without a jump host it reads its own.
     */
    private List<String> configuration() {
        if (options.knownHosts() == null || !resolved.containsKey("proxyjump")) {
            return List.of();
        }
        Path file = directory.resolve("config");
        try {
            // what is said first counts
            Files.write(
                    file,
                    List.of(
                            "UserKnownHostsFile " + quoted(options.knownHosts()),
                            "GlobalKnownHostsFile /dev/null",
                            "StrictHostKeyChecking yes",
                            isAnswered() || options.terminal() ? "" : "BatchMode yes",
                            "Include ~/.ssh/config",
                            "Include /etc/ssh/ssh_config"));
            return List.of("-F", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As ssh's configuration takes a name with spaces. */
    private static String quoted(Path file) {
        return "\"" + file + "\"";
    }

    private List<String> destination() {
        List<String> line = new ArrayList<>();
        if (target.port() != 0) {
            line.addAll(List.of("-p", Integer.toString(target.port())));
        }
        if (target.user() != null) {
            line.addAll(List.of("-l", target.user()));
        }
        line.addAll(List.of("--", target.name()));
        return line;
    }

    private Command.Builder command(List<String> arguments) {
        Command.Builder command = Command.of(options.program()).add(arguments.toArray(String[]::new));
        askpass().forEach(command::environment);
        return command;
    }

    /**
     * How ssh gets a password or passphrase: by a program that prints a variable of ssh's own environment, which nobody
     * but its user can read. It answers for this machine and this key alone, not for a jump host that asks, too.
     */
    private Map<String, String> askpass() {
        Map<String, String> variables = new TreeMap<>();
        if (!isAnswered()) {
            return variables;
        }
        Path program = directory.resolve("askpass");
        try {
            if (!Files.exists(program)) {
                Files.createFile(
                        program, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.writeString(program, askpassProgram());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!Files.isExecutable(program)) {
            // ssh would ask nobody, and only say that it is not let in
            throw new RefusedException(
                    "ssh gets the password from a program in " + directory
                            + ", and none can be run there; the file system"
                            + " is probably mounted noexec. Nothing was changed.",
                    Hint.of(
                            "Name another directory for temporary files: -Djava.io.tmpdir=DIRECTORY in MAVEN_OPTS. Or log in"
                                    + " with a key that an ssh agent holds."));
        }
        variables.put("SSH_ASKPASS", program.toString());
        // before OpenSSH 8.4 a display and no terminal are what makes ssh ask it
        variables.put("SSH_ASKPASS_REQUIRE", "force");
        variables.put("DISPLAY", here.environment().getOrDefault("DISPLAY", ":0"));
        String host = resolved.getOrDefault("hostname", target.name()).toLowerCase(Locale.ROOT);
        variables.put(
                "MATTERMOST_SSH_LOGIN",
                resolved.getOrDefault("user", "") + "@" + resolved.getOrDefault("hostkeyalias", host));
        variables.put("MATTERMOST_SSH_DIRECT", isNone("proxyjump") && isNone("proxycommand") ? "yes" : "no");
        secrets.password().ifPresent(secret -> variables.put("MATTERMOST_SSH_PASSWORD", secret));
        secrets.passphrase().ifPresent(secret -> variables.put("MATTERMOST_SSH_PASSPHRASE", secret));
        return variables;
    }

    /**
     * The program that answers ssh's own questions, by their beginnings: the rest of a prompt can be a server's words. The
     * ssh of a jump host has the same environment, and what it asks names another login. Before OpenSSH 8.6 a server's
     * question stands alone, and can be the machine's own only where there is no other between.
     */
    static String askpassProgram() {
        return """
                #!/bin/sh
                secret=
                case $1 in
                "Enter passphrase for key "*) secret=${MATTERMOST_SSH_PASSPHRASE-} ;;
                "$MATTERMOST_SSH_LOGIN"?"s password: "* | "($MATTERMOST_SSH_LOGIN) "*) secret=${MATTERMOST_SSH_PASSWORD-} ;;
                [Pp]assword*) [ "$MATTERMOST_SSH_DIRECT" = yes ] && secret=${MATTERMOST_SSH_PASSWORD-} ;;
                esac
                [ -n "$secret" ] && printf '%s\\n' "$secret"
                """;
    }

    private boolean isNone(String option) {
        return resolved.getOrDefault(option, "none").equalsIgnoreCase("none");
    }

    /** Asks ssh what its configuration makes of the name. */
    private void resolve() throws LostConnectionException {
        List<String> line = options();
        line.add("-G");
        line.addAll(destination());
        CommandResult result = here.run(
                Command.of(options.program()).add(line.toArray(String[]::new)).build());
        if (!result.succeeded()) {
            SshFailure failure = SshFailure.of(result.tail(), target, resolved);
            if (failure.isPassing(wasOpen)) {
                throw new LostConnectionException(failure.text());
            }
            throw failure.refused(List.of());
        }
        Map<String, String> found = new TreeMap<>();
        result.output()
                .lines()
                .map(each -> each.split(" ", 2))
                .filter(each -> each.length == 2)
                .forEach(each -> found.putIfAbsent(each[0].toLowerCase(Locale.ROOT), each[1]));
        resolved = found;
    }

    /** The lines for known_hosts with the keys that the machine offers; nothing is trusted by asking. */
    private List<String> keyOffered() {
        Path file = directory.resolve("offered");
        List<String> line = new ArrayList<>(List.of("-T", "-N"));
        line.addAll(configuration());
        List.of(
                        "StrictHostKeyChecking=accept-new",
                        "UserKnownHostsFile=" + quoted(file),
                        "GlobalKnownHostsFile=/dev/null",
                        "HashKnownHosts=no",
                        "UpdateHostKeys=no",
                        "BatchMode=yes",
                        "PreferredAuthentications=none",
                        "PubkeyAuthentication=no",
                        "ClearAllForwardings=yes",
                        "ConnectTimeout=" + options.connectTimeout().toSeconds(),
                        "ControlPath=none")
                .forEach(option -> line.addAll(List.of("-o", option)));
        line.addAll(destination());
        try {
            here.run(Command.of(options.program())
                    .add(line.toArray(String[]::new))
                    .limit(options.connectTimeout().multipliedBy(TRIES))
                    .build());
            List<String> said = new ArrayList<>();
            if (Files.exists(file)) {
                said.addAll(Files.readAllLines(file));
                fingerprint(file).ifPresent(print -> said.add(0, print));
                Files.delete(file);
            }
            return said;
        } catch (IOException e) {
            return List.of();
        }
    }

    private Optional<String> fingerprint(Path file) {
        try {
            CommandResult result = here.run(
                    Command.of("ssh-keygen", "-l", "-f", file.toString()).build());
            return result.output().lines().findFirst();
        } catch (CommandNotFoundException e) {
            return Optional.empty();
        }
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    /** A program counts as running until everything that it prints is read; a master prints nothing. */
    private static void drain(Dialogue dialogue) {
        Thread reader = new Thread(
                () -> {
                    try {
                        dialogue.output().transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // it has ended
                    }
                },
                "ssh-output");
        reader.setDaemon(true);
        reader.start();
    }

    private static void pause() {
        try {
            Thread.sleep(A_MOMENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeMaster() {
        if (master != null) {
            master.close();
            master = null;
        }
    }

    /** What a session reads first, by {@link #READ}: how long the script is, and the script. */
    public static byte[] opening(String script) {
        byte[] text = script.getBytes(StandardCharsets.UTF_8);
        byte[] length = (text.length + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[length.length + text.length];
        System.arraycopy(length, 0, all, 0, length.length);
        System.arraycopy(text, 0, all, length.length, text.length);
        return all;
    }

    @Override
    public void close() {
        closeMaster();
        try {
            TreeDelete.delete(directory);
        } catch (IOException e) {
            // in the directory for temporary files, and without a secret
        }
    }
}
