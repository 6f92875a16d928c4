package io.github.mmupgrade.service;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.RunningServer;
import io.github.mmupgrade.server.WaitTimer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

/** An installation with a program of a few lines, and stand-ins of the service managers' programs first on PATH. */
public final class ServiceFixture extends ExternalResource {

    /** Stays until it is asked to end. */
    public static final String OBEDIENT = "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done";

    /** Doesn't hear what it is asked. */
    static final String STUBBORN = "trap '' TERM\nwhile :; do sleep 0.05; done";

    private static final String SYSTEMCTL = """
            #!/bin/sh
            d=@DIR@
            echo "$*" >> $d/calls
            verb=; units=; behind=
            for a in "$@"; do
                case $a in
                    --) behind=1 ;;
                    -*) ;;
                    *) [ -n "$verb" ] && units="$units $a" || verb=$a
                       [ -n "$behind" ] && named="$named $a" ;;
                esac
            done
            case $verb in
                show)
                    for u in $named; do
                        if [ -f "$d/units/$u" ]; then echo "Id=$u"; cat "$d/units/$u"
                        else printf 'Id=%s\\nLoadState=not-found\\nActiveState=inactive\\n' "$u"; fi
                        echo
                    done ;;
                *)
                    if [ -f "$d/on-$verb" ]; then . "$d/on-$verb"; fi ;;
            esac
            """;

    private final TemporaryFolder folder = new TemporaryFolder();
    private Path root;

    @Override
    protected void before() throws IOException {
        folder.create();
        root = folder.getRoot().toPath().toRealPath();
        Files.createDirectories(installation().resolve("bin"));
        Files.createDirectories(installation().resolve("logs"));
        Files.createDirectories(root.resolve("programs"));
        Files.createDirectories(root.resolve("units"));
        Files.createDirectories(root.resolve("etc"));
    }

    @Override
    protected void after() {
        Processes processes = new Processes(host());
        // whatever was started from here, be it a server in the eyes of the code under test or not
        for (ProcessInfo process : processes.all()) {
            if (process.arguments().stream().anyMatch(a -> a.startsWith(root.toString()))) {
                processes.descendants(process.pid()).forEach(ServiceFixture::kill);
                kill(process);
            }
        }
        folder.delete();
    }

    public Path root() {
        return root;
    }

    public Path installation() {
        return root.resolve("mattermost");
    }

    public Host host() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", root.resolve("programs") + File.pathSeparator + System.getenv("PATH"));
        return new LocalHost(environment);
    }

    ServiceContext context(ListenAddress listen) {
        return new ServiceContext(host(), installation(), listen, root, root.resolve("console.log"), WaitTimer.real());
    }

    /** The server's program: a shell's lines. */
    public Path program(String body) throws IOException {
        return executable(installation().resolve("bin/mattermost"), "#!/bin/sh\n" + body + "\n");
    }

    /** A program first on PATH. */
    Path tool(String name, String body) throws IOException {
        return executable(root.resolve("programs").resolve(name), "#!/bin/sh\n" + body + "\n");
    }

    void systemctl() throws IOException {
        executable(root.resolve("programs/systemctl"), SYSTEMCTL.replace("@DIR@", root.toString()));
    }

    /** What systemctl shows of a unit. */
    void unit(String name, String... properties) throws IOException {
        Files.writeString(root.resolve("units").resolve(name), String.join("\n", properties) + "\n");
    }

    /** What systemctl does when it is told a verb: a shell's lines, {@code $d} is the fixture's directory. */
    void on(String verb, String body) throws IOException {
        Files.writeString(root.resolve("on-" + verb), body + "\n");
    }

    /** What systemctl was told. */
    List<String> calls() throws IOException {
        Path calls = root.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    Path etc(String name, String text) throws IOException {
        Path file = root.resolve("etc").resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Starts the program without any service. */
    public long startByHand(Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(installation().resolve("bin/mattermost").toString());
        builder.command().addAll(List.of(arguments));
        builder.directory(installation().toFile());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        long pid = builder.start().pid();
        await(() -> !RunningServer.find(host(), installation()).isEmpty());
        return pid;
    }

    static void await(BooleanSupplier condition) {
        Instant patience = Instant.now().plus(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(patience)) {
                throw new AssertionError("It did not happen within 30 s");
            }
            WaitTimer.real().sleep(Duration.ofMillis(20));
        }
    }

    private static void kill(ProcessInfo process) {
        ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    private static Path executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }
}
