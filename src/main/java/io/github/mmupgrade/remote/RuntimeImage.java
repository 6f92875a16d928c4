package io.github.mmupgrade.remote;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.Unused;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A Java for a machine that has none: made from the one that runs here, of the modules that the engine needs. */
final class RuntimeImage {

    /** The nodes of a cluster are reached at once and may all lack one. */
    private static final Object ONE_AT_A_TIME = new Object();

    /** What the engine and its libraries need; TargetWithoutJavaTest runs every goal with no more than these. */
    static final List<String> MODULES = List.of(
            "java.base",
            "java.desktop",
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.security.jgss",
            "java.security.sasl",
            "java.sql",
            "java.transaction.xa",
            "java.xml",
            "jdk.crypto.ec",
            "jdk.httpserver",
            "jdk.unsupported");

    /** From here on a JDK may do without the directory jmods: jlink takes the modules from the JDK itself. */
    private static final int FROM_ITSELF = 24;

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Hint INSTEAD = Hint.of("Install Java 17 or newer on that machine, or give a Java for it with"
            + " mattermost.remote.runtime: a .tar.gz archive or the coordinates of an artifact.");

    private final Host here;
    private final Path directory;
    private final Reporter reporter;

    /**
     * Images of this Java.
     *
     * @param directory where they are kept
     */
    RuntimeImage(Host here, Path directory, Reporter reporter) {
        this.here = here;
        this.directory = directory;
        this.reporter = reporter;
    }

    /**
     * An image for a machine.
     *
     * @param facts what is known of it: machine and libc
     * @throws RefusedException when this Java cannot be made into one for it
     */
    Path archive(RemoteHost target, Map<String, String> facts) {
        String machine = facts.getOrDefault("machine", "");
        boolean musl = facts.getOrDefault("libc", "glibc").equals("musl");
        if (!machine.equals(here())
                || musl != isMusl()
                || !System.getProperty("os.name").equals("Linux")) {
            throw refused(
                    target,
                    "this machine's Java is for " + System.getProperty("os.name") + " on " + here()
                            + (isMusl() ? " with musl" : "") + ", and that machine has Linux on " + machine
                            + (musl ? " with musl" : ""),
                    null);
        }
        Path home = Path.of(System.getProperty("java.home"));
        Path jlink = home.resolve("bin/jlink");
        boolean needsModules = Runtime.version().feature() < FROM_ITSELF;
        if (!Files.isExecutable(jlink) || (needsModules && !Files.isDirectory(home.resolve("jmods")))) {
            throw refused(target, "the Java here (" + home + ") has no jlink or no jmods to make one from", null);
        }
        Path archive = directory.resolve("java-"
                + System.getProperty("java.vm.version").replaceAll("[^0-9A-Za-z.+-]", "_") + "-" + machine + ".tar.gz");
        synchronized (ONE_AT_A_TIME) {
            if (Files.isRegularFile(archive)) {
                Unused.use(archive);
                return archive;
            }
            return make(target, jlink, archive);
        }
    }

    private Path make(RemoteHost target, Path jlink, Path archive) {
        reporter.info("Making a Java for " + target + ", which has none from 17 on; this is done once");
        try {
            Files.createDirectories(directory);
            Path work = Files.createTempDirectory(directory, ".java");
            try {
                require(
                        target,
                        Command.of(
                                jlink.toString(),
                                "--add-modules",
                                String.join(",", MODULES),
                                "--strip-java-debug-attributes",
                                "--no-header-files",
                                "--no-man-pages",
                                "--output",
                                work.resolve("java").toString()));
                Path packed = work.resolve("java.tar.gz");
                List<String> line = List.of("-czf", packed.toString(), "-C", work.toString(), "java");
                // not every tar can leave out who has packed it
                Command.Builder plain =
                        Command.of("tar").add("--owner=0", "--group=0").add(line.toArray(String[]::new));
                if (!here.run(plain.limit(LIMIT).build()).succeeded()) {
                    require(target, Command.of("tar").add(line.toArray(String[]::new)));
                }
                AtomicFile.rename(packed, archive);
            } finally {
                TreeDelete.delete(work);
            }
            removeUnused();
        } catch (IOException e) {
            throw refused(target, IoReason.of(e), e);
        }
        return archive;
    }

    /** Those of a Java that this machine does not have any more. */
    private void removeUnused() throws IOException {
        try (DirectoryStream<Path> images = Files.newDirectoryStream(directory, "java-*.tar.gz")) {
            for (Path image : images) {
                if (Unused.is(image, Instant.now())) {
                    Files.delete(image);
                }
            }
        }
    }

    private void require(RemoteHost target, Command.Builder command) {
        CommandResult result = here.run(command.limit(LIMIT).build());
        if (!result.succeeded()) {
            throw refused(target, result.tail(), null);
        }
    }

    private static RefusedException refused(RemoteHost target, String why, Exception cause) {
        return new RefusedException(
                "There is no Java 17 or newer on " + target + ", and none can be made for it: " + why
                        + ". Nothing was changed.",
                INSTEAD,
                cause);
    }

    private static String here() {
        return Optional.of(System.getProperty("os.arch"))
                .map(arch -> arch.equals("amd64") ? "x86_64" : arch)
                .orElseThrow();
    }

    private static boolean isMusl() {
        return Files.exists(Path.of("/lib/ld-musl-x86_64.so.1")) || Files.exists(Path.of("/lib/ld-musl-aarch64.so.1"));
    }
}
