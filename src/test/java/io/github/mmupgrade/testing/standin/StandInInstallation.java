package io.github.mmupgrade.testing.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.standin.server.GoJson;
import io.github.mmupgrade.testing.standin.server.SettingsTable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An installation of the stand-in server: unpacked, configured for a database of the test, and started and stopped by
 * the test itself where it wants to.
 */
public final class StandInInstallation implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 60;

    private final Path directory;
    private final int port;
    private final boolean first;
    private final Owner owner;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Process process;

    private StandInInstallation(Path directory, int port, boolean first, Owner owner) {
        this.directory = directory;
        this.port = port;
        this.first = first;
        this.owner = owner;
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill, "standin-end"));
    }

    /**
     * Unpacks an archive and configures it, as the user that runs the tests.
     *
     * @param archive what {@link StandInArchives} built
     * @param directory the installation; must not exist yet
     * @param database an empty database, or one that an older release used
     */
    public static StandInInstallation create(Path archive, Path directory, TestDatabase database) {
        return create(archive, directory, database, null);
    }

    /**
     * Unpacks an archive and configures it for a free port of 127.0.0.1.
     *
     * @param owner whom everything belongs to, and who runs the server; null for the user that runs the tests
     */
    public static StandInInstallation create(Path archive, Path directory, TestDatabase database, Owner owner) {
        try {
            Files.createDirectories(directory);
            run(List.of("tar", "-xzf", archive.toString(), "-C", directory.toString(), "--strip-components=1", "-o"));
            boolean first = Files.isDirectory(directory.resolve("web"));
            StandInInstallation result = new StandInInstallation(directory, FreePorts.next(), first, owner);
            result.set("SqlSettings.DriverName", database.driver());
            result.set("SqlSettings.DataSource", database.dataSource());
            result.set("ServiceSettings.ListenAddress", "127.0.0.1:" + result.port);
            result.own();
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The installation's directory. */
    public Path directory() {
        return directory;
    }

    /** Where its config.json is. */
    public Path configFile() {
        return directory.resolve("config/config.json");
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Where the server answers, without the path of its site. */
    public String address() {
        return "http://127.0.0.1:" + port;
    }

    /** Sets a variable of the server's environment; counts from the next start. */
    public StandInInstallation environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Sets a setting in config.json to a text, a boolean, a number or a list. */
    public StandInInstallation set(String dottedName, Object value) {
        ObjectNode document = settings();
        SettingsTable.put(document, dottedName, JSON.valueToTree(value));
        try {
            // in place, so that owner and mode stay
            Files.write(configFile(), GoJson.write(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** The whole config.json. */
    public ObjectNode settings() {
        try {
            return (ObjectNode) JSON.readTree(Files.readAllBytes(configFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A setting's value in config.json; a missing node where there is none. */
    public JsonNode setting(String dottedName) {
        JsonNode node = settings();
        for (String part : dottedName.split("\\.")) {
            node = node.path(part);
        }
        return node;
    }

    /**
     * Tells the server of a release to misbehave from its next start on, instead of what it was told before.
     *
     * @param lines {@code RELEASE ACTION [VALUE]}, such as {@code 5.37 fail-start}; {@code *} is every release
     */
    public StandInInstallation misbehave(String... lines) {
        return file("misbehave", String.join("\n", lines) + "\n");
    }

    /** Writes a text file into the installation, with the directories above it. */
    public StandInInstallation file(String name, String content) {
        try {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            own();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server's program. */
    public Path program() {
        Path current = directory.resolve("bin/mattermost");
        return Files.exists(current) ? current : directory.resolve("bin/platform");
    }

    /** Runs the program with arguments in the installation's directory and waits for its end. */
    public Ended run(String... arguments) {
        return run(directory, "", arguments);
    }

    /** Runs the program with arguments in another directory and waits for its end. */
    public Ended runIn(Path workingDirectory, String... arguments) {
        return run(workingDirectory, "", arguments);
    }

    /** Runs the program in the installation's directory, answers its questions, and waits for its end. */
    public Ended runAnswering(String input, String... arguments) {
        return run(directory, input, arguments);
    }

    private Ended run(Path workingDirectory, String input, String... arguments) {
        try {
            Path answers = Files.writeString(Files.createTempFile("standin", ".in"), input);
            Path output = Files.createTempFile("standin", ".out");
            Path errors = Files.createTempFile("standin", ".err");
            Process started = builder(arguments)
                    .directory(workingDirectory.toFile())
                    .redirectInput(answers.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!started.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                started.destroyForcibly().waitFor();
            }
            Ended ended = new Ended(started.exitValue(), Files.readString(output), Files.readString(errors));
            Files.delete(answers);
            Files.delete(output);
            Files.delete(errors);
            return ended;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * How a run of the program ended.
     *
     * @param status the exit status
     * @param output what it wrote on standard output
     * @param errors what it wrote on standard error
     */
    public record Ended(int status, String output, String errors) {}

    /** Starts the server, in the installation's directory, and waits until it answers. */
    public StandInInstallation start() {
        launch();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (answeredVersion() == null) {
            if (!process.isAlive() || System.nanoTime() > until) {
                throw new IllegalStateException("The stand-in doesn't answer:\n" + console());
            }
            pause();
        }
        return this;
    }

    /** Starts the server and doesn't wait. */
    public StandInInstallation launch() {
        try {
            process = builder()
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(consoleFile().toFile()))
                    .start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the server that this object started is gone; its exit status. */
    public int awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The stand-in doesn't end:\n" + console());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Stops the server that this object started, with SIGTERM; its exit status. */
    public int stop() {
        process.destroy();
        return awaitEnd();
    }

    /** Whether the process that this object started is there. */
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** The number of the process that this object started. */
    public long pid() {
        return process.pid();
    }

    /** What the server that this object started wrote to its console. */
    public String console() {
        try {
            return Files.exists(consoleFile()) ? Files.readString(consoleFile()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code X-Version-Id} of whichever server answers on the port says; null when none does. */
    public String answeredVersion() {
        try {
            HttpResponse<String> answer = client().get("/");
            return answer.headers().firstValue("X-Version-Id").orElse("");
        } catch (UncheckedIOException e) {
            return null;
        }
    }

    /** A user that isn't logged in. */
    public StandInClient client() {
        return new StandInClient(address(), first);
    }

    /** Fills the running server with {@link SampleData}. */
    public SampleData seed() {
        return SampleData.createThrough(client());
    }

    /** Kills what this object started. */
    @Override
    public void close() {
        kill();
    }

    private void kill() {
        if (process != null && process.isAlive()) {
            try {
                process.destroyForcibly().waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Beside the installation, so that no upgrade moves it. */
    private Path consoleFile() {
        return directory.resolveSibling(directory.getFileName() + ".console");
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> line = new ArrayList<>();
        if (owner != null) {
            line.addAll(List.of("setpriv", "--reuid=" + owner.uid(), "--regid=" + owner.gid(), "--clear-groups", "--"));
        }
        line.add(program().toString());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        return builder;
    }

    /** Gives everything to the owner. */
    private void own() throws IOException {
        if (owner != null) {
            try (Stream<Path> tree = Files.walk(directory)) {
                for (Path path : tree.toList()) {
                    Files.setAttribute(path, "unix:uid", owner.uid(), LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(path, "unix:gid", owner.gid(), LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    private static void run(List<String> command) throws IOException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(command + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
