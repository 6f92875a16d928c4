package io.github.mmupgrade.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A database server of a test: a process under a user that isn't root, with a directory of its own; it doesn't outlive
 * the JVM, however that ends.
 */
final class ServerProcess {

    private final Path directory;
    private final String user;
    private Process process;
    private String endSignal;

    /**
     * Makes the directory where temporary files are.
     *
     * @param prefix what its name starts with; short, because a socket's path is limited to 107 bytes
     * @param users users to run as when the tests run as root, the first that exists is taken
     */
    ServerProcess(String prefix, String... users) {
        this(Path.of(System.getProperty("java.io.tmpdir")), prefix, users);
    }

    /** Makes the directory in another one. */
    ServerProcess(Path parent, String prefix, String... users) {
        try {
            this.user = isRoot() ? firstExisting(users) : null;
            this.directory = Files.createTempDirectory(
                    parent, prefix, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (user != null) {
                Files.setOwner(
                        directory,
                        directory
                                .getFileSystem()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByName(user));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, prefix + "-end"));
    }

    Path directory() {
        return directory;
    }

    /** Runs a program to its end as the server's user. */
    void run(List<String> command) {
        try {
            Path log = directory.resolveSibling(directory.getFileName() + ".setup");
            Process setup = builder(command, log).start();

            boolean ended = setup.waitFor(2, TimeUnit.MINUTES);
            String output = Files.readString(log, StandardCharsets.UTF_8);
            Files.deleteIfExists(log);
            if (!ended || setup.exitValue() != 0) {
                setup.destroyForcibly();
                throw new IllegalStateException(command + " failed:\n" + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts the server.
     *
     * @param signal what ends it, without waiting for its clients
     */
    void start(List<String> command, String signal) {
        endSignal = signal;
        CompletableFuture<Process> started = new CompletableFuture<>();
        // the kernel sends the signal when the starting *thread* ends, so this one stays for as long as the server
        Thread keeper = new Thread(
                () -> {
                    try {
                        List<String> line = new ArrayList<>(List.of("setpriv", "--pdeathsig", signal));
                        line.addAll(command);
                        Process server = builder(line, log()).start();
                        started.complete(server);
                        server.waitFor();
                    } catch (IOException e) {
                        started.completeExceptionally(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "server-keeper");
        keeper.setDaemon(true);
        keeper.start();
        process = started.join();
    }

    /**
     * Waits until something listens on a port of 127.0.0.1.
     *
     * @param name what does not start otherwise, and which package it is in
     */
    void awaitPort(int port, String name) {
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (true) {
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException e) {
                if (!isAlive() || Instant.now().isAfter(end)) {
                    throw new IllegalStateException(name + " didn't start:\n" + output(), e);
                }
            }
            Pause.briefly();
        }
    }

    /** The number of the server's process. */
    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** What the server wrote. */
    String output() {
        try {
            return Files.readString(log(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Writes a file that the server's user can read, and nobody else. */
    Path file(String name, String content) {
        try {
            Path file = directory.resolve(name);
            Files.writeString(file, content);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Files.setOwner(file, Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the server's user read a file. */
    void makeReadable(Path file) {
        try {
            Files.setOwner(file, Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the server; its data stay, and it can be started again. */
    synchronized void stop() {
        if (process != null && process.isAlive()) {
            try {
                // not SIGTERM: PostgreSQL would wait for its clients to go
                new ProcessBuilder("kill", "-" + endSignal, Long.toString(process.pid()))
                        .start()
                        .waitFor();
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
                }
            } catch (IOException e) {
                process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the server and removes its directory. */
    synchronized void close() {
        stop();
        if (Files.exists(directory)) {
            try (Stream<Path> tree = Files.walk(directory)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
                Files.deleteIfExists(log());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Path log() {
        return directory.resolveSibling(directory.getFileName() + ".log");
    }

    private ProcessBuilder builder(List<String> command, Path log) {
        List<String> line = new ArrayList<>();
        if (user != null) {
            line.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + group(user), "--clear-groups", "--"));
        }
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.directory(directory.toFile());
        builder.redirectInput(new File("/dev/null"));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }

    private static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    private static String group(String user) {
        try {
            return accounts().filter(f -> f[0].equals(user)).findFirst().orElseThrow()[3];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String firstExisting(String... users) throws IOException {
        List<String> known = accounts().map(f -> f[0]).toList();
        return Stream.of(users).filter(known::contains).findFirst().orElseThrow();
    }

    private static Stream<String[]> accounts() throws IOException {
        return Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1).stream()
                .map(entry -> entry.split(":", -1))
                .filter(fields -> fields.length > 3);
    }
}
