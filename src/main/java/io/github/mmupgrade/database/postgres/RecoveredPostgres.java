package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.PlainFile;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.TreeGift;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second server of PostgreSQL, started on a base backup and recovered to a position in the log. It listens on a socket
 * in a private directory only, loads nothing, archives nothing and sends nothing, and ends with this process. Killed
 * anywhere, it goes on from there when it is started again.
 *
 * <p>Its user cannot get to the base backup by its path: it works in a {@link HeldPlace}. All its other paths are relative to
 * that.
 */
final class RecoveredPostgres implements AutoCloseable {

    /** Recovery reads what was written since the base backup was begun; that can be a day's work. */
    private static final Duration LIMIT = Duration.ofHours(12);

    /** How long processes of one that was killed may take to end. */
    private static final Duration PREDECESSOR = Duration.ofSeconds(30);

    /** {@code max_connections setting:              100}: what the main server ran with; recovery needs as much. */
    private static final Pattern SETTING = Pattern.compile(
            "(max_connections|max_worker_processes|max_wal_senders|max_prepared_xacts|max_locks_per_xact) setting: +(\\d+)");

    private final Host host;
    private final DatabaseTools tools;
    private final Path root;
    private final Path data;
    private final Owner user;
    private Dialogue process;
    private Path sockets;

    private RecoveredPostgres(Host host, DatabaseTools tools, Path root, Path data, Owner user) {
        this.host = host;
        this.tools = tools;
        this.root = root;
        this.data = data;
        this.user = user;
    }

    /**
     * Starts it; returns when it is recovered and takes connections.
     *
     * @param root the directory with everything of the base backup, which is given to the user
     * @param data the data directory, a directory in it
     * @param log the directory of the received log, beside the data directory
     * @param position the position to stop at
     * @param user whom it runs as when this process is root's
     * @throws StageFailedException when it does not start, or the log does not reach up to the position
     */
    static RecoveredPostgres start(
            Host host, DatabaseTools tools, Path root, Path data, Path log, String position, Owner user) {
        RecoveredPostgres second = new RecoveredPostgres(host, tools, root, data, user);
        try {
            second.prepare(log, position);
            second.start();
            return second;
        } catch (IOException e) {
            second.close();
            throw second.failed("cannot be prepared: " + IoReason.of(e), e);
        } catch (RuntimeException e) {
            second.close();
            throw e;
        }
    }

    /** A database on it: roles are the main server's, and nobody is asked for a password. */
    DataSource database(String name, String role) {
        return DataSource.parse(
                "postgres",
                "host=" + PostgresDumps.connectionValue(sockets.toString()) + " dbname="
                        + PostgresDumps.connectionValue(name) + " user=" + PostgresDumps.connectionValue(role)
                        + " sslmode=disable");
    }

    /** Once its user has the directory nothing is written into it any more. */
    private void prepare(Path log, String position) throws IOException {
        if (!Files.getAttribute(root, "unix:uid").equals(host.self().uid())) {
            return;
        }
        write("postgresql.conf", settings(log, position));
        write("postgresql.auto.conf", List.of());
        write("pg_hba.conf", List.of("local all all trust"));
        write("pg_ident.conf", List.of());
        if (Files.exists(data.resolve("backup_label"))) {
            // it was never started: from then on the server itself knows how far it has come
            write("recovery.signal", List.of());
        }
        if (!user.equals(host.self())) {
            TreeGift.give(root, user, entry -> OptionalInt.empty(), locked -> {});
        }
    }

    private void write(String name, List<String> lines) throws IOException {
        AtomicFile.write(data.resolve(name), AtomicFile.PRIVATE, String.join("\n", lines) + "\n");
    }

    private List<String> settings(Path log, String position) {
        String from = "../" + log.getFileName() + "/%f";
        List<String> lines = new ArrayList<>(List.of(
                "listen_addresses = ''",
                "lc_messages = 'C'",
                "hot_standby = off",
                "autovacuum = off",
                "dynamic_shared_memory_type = mmap",
                // the segment that was being received still has the name of a part
                "restore_command = 'if test -f " + from + "; then exec cp " + from + " \"%p\"; else exec cp " + from
                        + ".partial \"%p\"; fi'",
                "recovery_target_lsn = '" + position + "'",
                "recovery_target_inclusive = off",
                "recovery_target_timeline = 'current'",
                "recovery_target_action = 'promote'"));
        CommandResult control = host.run(Command.of(program("pg_controldata"), "--pgdata=" + data)
                .cleanEnvironment()
                .environment("LC_ALL", "C")
                .build());
        if (!control.succeeded()) {
            throw failed("cannot be prepared: " + control.tail(), null);
        }
        Matcher found = SETTING.matcher(control.output());
        while (found.find()) {
            String name = found.group(1)
                    .replace("prepared_xacts", "prepared_transactions")
                    .replace("per_xact", "per_transaction");
            lines.add(name + " = " + found.group(2));
        }
        return lines;
    }

    private void start() throws IOException {
        sockets = Files.createTempDirectory("mmpg");
        Files.setAttribute(sockets, "unix:gid", user.gid());
        Files.setAttribute(sockets, "unix:uid", user.uid());
        Command command = HeldPlace.run(program("postgres"), data)
                .add("-D", HeldPlace.HERE, "-c", "unix_socket_directories=" + sockets)
                .cleanEnvironment()
                .environment("LC_ALL", "C")
                .user(user)
                .umask(0077)
                .limit(LIMIT)
                .build();
        long end = System.nanoTime() + LIMIT.toNanos();
        long predecessor = System.nanoTime() + PREDECESSOR.toNanos();
        process = host.open(command);
        while (!isReady()) {
            if (!process.isRunning()) {
                String said = process.errors();
                boolean taken = said.contains("is still in use") || said.contains("already exists");
                if (!taken || System.nanoTime() > predecessor) {
                    throw failed("does not start: " + said, null);
                }
                process = host.open(command);
            }
            if (System.nanoTime() > end) {
                throw failed("is not recovered after " + LIMIT.toHours() + " hours: " + process.errors(), null);
            }
            pause();
        }
    }

    /** The file of one that was killed says so, too. */
    private boolean isReady() {
        return PostmasterFile.of(data)
                .filter(PostmasterFile::ready)
                .filter(file -> ProcessHandle.current().descendants().anyMatch(child -> child.pid() == file.process()))
                .isPresent();
    }

    private String program(String name) {
        try {
            byte[] version = PlainFile.readOfOther(data.resolve("PG_VERSION"), PlainFile.SMALL);
            int major = Integer.parseInt(new String(version, StandardCharsets.UTF_8).strip());
            return tools.postgresServer(name, major).path().toString();
        } catch (IOException e) {
            throw failed("cannot be prepared: " + IoReason.of(e), e);
        }
    }

    /** Ends it at once; nobody needs what it would write to its disk. */
    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
        if (sockets != null) {
            try {
                TreeDelete.delete(sockets);
            } catch (IOException e) {
                // a socket in the system's place for temporary files
            }
        }
    }

    private StageFailedException failed(String what, Throwable cause) {
        return new StageFailedException(
                "The second PostgreSQL server, on the base backup in " + root + ", " + what,
                Hint.of("Fix the cause, then run the goal again. The main database server was not touched."),
                cause);
    }

    private void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was interrupted while it started", e);
        }
    }
}
