package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.database.postgres.PostmasterFile;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.TreeGift;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.server.ServerFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * A PostgreSQL server out of a jar, in a directory of its own, on a port of 127.0.0.1 alone. It runs on when the process
 * that started it ends, as the server of the rehearsal does; whoever finds the directory can end it.
 */
final class EmbeddedPostgres {

    private static final String ROLE = "mmrehearsal";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

    private static final int TAIL_BYTES = 1 << 16;

    private final Host host;
    private final Path directory;
    private final Owner user;

    /**
     * A server in a directory, whether it is there yet or not.
     *
     * @param directory belongs to who runs this, and to the user as soon as it is started
     * @param user whom it runs as, never root
     */
    EmbeddedPostgres(Host host, Path directory, Owner user) {
        this.host = host;
        this.directory = directory;
        this.user = user;
    }

    /**
     * Unpacks it, makes its database and starts it.
     *
     * @param jar holds the archive of its programs
     * @param md5 whether clients are too old for SCRAM
     * @param port a free port
     * @return a database on it
     * @throws StageFailedException when it cannot be started
     */
    DataSource start(Path jar, boolean md5, int port) {
        unpack(jar);
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        initialise(password, md5 ? "md5" : "scram-sha-256");
        Command command = Command.of(program("postgres"), "-D", data().toString(), "-p", Integer.toString(port))
                .add("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
                .add("-c", "max_connections=200", "-c", "dynamic_shared_memory_type=mmap")
                .cleanEnvironment()
                .environment("LC_ALL", "C")
                .directory(directory)
                .user(user)
                .umask(0077)
                .build();
        host.startDetached(command, log());
        DataSource source = DataSource.parse("postgres://" + ROLE + ":" + password + "@127.0.0.1:" + port
                + "/postgres?sslmode=disable&connect_timeout=10");
        CommandResult ready = host.run(control("status").build());
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!isReady() && System.nanoTime() < end) {
            pause();
            ready = host.run(control("status").build());
        }
        if (!isReady()) {
            throw failed("does not start (" + ready.tail() + "): " + tail(), null);
        }
        return source;
    }

    private boolean isReady() {
        return PostmasterFile.of(data()).filter(PostmasterFile::ready).isPresent();
    }

    /** Ends it; nothing happens when it does not run. */
    void stop() {
        if (!Files.exists(data().resolve("postmaster.pid"))) {
            return;
        }
        CommandResult stopped = host.run(control("stop", "-m", "fast", "-w", "-t", "60")
                .limit(STOP_LIMIT)
                .build());
        if (!stopped.succeeded() && Files.exists(data().resolve("postmaster.pid"))) {
            stopped = host.run(control("stop", "-m", "immediate", "-w", "-t", "30")
                    .limit(STOP_LIMIT)
                    .build());
        }
        if (!stopped.succeeded() && Files.exists(data().resolve("postmaster.pid"))) {
            throw failed("does not stop: " + stopped.tail(), null);
        }
    }

    private Command.Builder control(String... arguments) {
        return Command.of(program("pg_ctl"), arguments)
                .add("-D", data().toString())
                .cleanEnvironment()
                .environment("LC_ALL", "C")
                .directory(directory)
                .user(user);
    }

    private void initialise(String password, String authentication) {
        Path file = directory.resolve("password");
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, password + "\n");
            giveAway();
            CommandResult made = host.run(Command.of(program("initdb"), "--pgdata=" + data(), "--username=" + ROLE)
                    .add("--pwfile=" + file, "--auth=" + authentication, "--encoding=UTF8", "--no-locale", "--no-sync")
                    .cleanEnvironment()
                    .environment("LC_ALL", "C")
                    .directory(directory)
                    .user(user)
                    .limit(START_LIMIT)
                    .build());
            if (!made.succeeded()) {
                throw failed("cannot be set up: " + made.tail(), null);
            }
            Files.delete(file);
        } catch (IOException e) {
            throw failed("cannot be set up: " + IoReason.of(e), e);
        }
    }

    /** Before that nobody else can enter, so that nothing in it can be exchanged for a link. */
    private void giveAway() throws IOException {
        if (!user.equals(host.self())) {
            TreeGift.give(directory, user, entry -> OptionalInt.empty(), locked -> {});
        }
    }

    private void unpack(Path jar) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry archive = zip.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> failed("is missing from " + jar, null));
            try (InputStream in = new BufferedInputStream(zip.getInputStream(archive));
                    TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(in))) {
                TarArchiveEntry entry = tar.getNextEntry();
                while (entry != null) {
                    unpack(tar, entry);
                    entry = tar.getNextEntry();
                }
            }
        } catch (IOException e) {
            throw failed("cannot be unpacked from " + jar + ": " + IoReason.of(e), e);
        }
    }

    private void unpack(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        Path home = home();
        Path file = home.resolve(entry.getName()).normalize();
        if (!file.startsWith(home)) {
            throw new IOException("the entry " + entry.getName() + " points outside of it");
        }
        if (entry.isDirectory()) {
            make(file);
            return;
        }
        make(Objects.requireNonNull(file.getParent()));
        if (entry.isSymbolicLink()) {
            Path link = Path.of(entry.getLinkName());
            if (link.isAbsolute() || !file.resolveSibling(link).normalize().startsWith(home)) {
                throw new IOException("the link " + entry.getName() + " points outside of it");
            }
            Files.createSymbolicLink(file, link);
        } else if (entry.isFile()) {
            Files.copy(tar, file);
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString((entry.getMode() & 0100) == 0 ? "rw-------" : "rwx------"));
        }
    }

    private void make(Path wanted) throws IOException {
        if (!Files.isDirectory(wanted)) {
            make(Objects.requireNonNull(wanted.getParent()));
            Files.createDirectory(
                    wanted, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private Path home() {
        return directory.resolve("programs");
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path log() {
        return directory.resolve("postgres.log");
    }

    private String program(String name) {
        return home().resolve("bin").resolve(name).toString();
    }

    private String tail() {
        try {
            byte[] said = new byte[0];
            try (FileChannel log = ServerFile.open(log(), user.uid(), directory);
                    InputStream in = Channels.newInputStream(log)) {
                said = in.readNBytes(TAIL_BYTES);
            }
            return new String(said, StandardCharsets.UTF_8).lines().limit(20).collect(Collectors.joining("; "));
        } catch (IOException e) {
            return "it printed nothing that can be read";
        }
    }

    private static StageFailedException failed(String what, Throwable cause) {
        return new StageFailedException(
                "The embedded PostgreSQL " + what + ". The installation was not changed.",
                Hint.of(PostgresBinaries.INSTEAD),
                cause);
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was interrupted while it started", e);
        }
    }
}
