package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.files.TreeGift;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A second MariaDB server, started on the files of a base backup. It listens on a socket in a private directory only,
 * lets in nobody but one user of ours with a password made for this start, runs no events and replicates nothing, and
 * ends with this process. Killed anywhere, it is started again on the same files.
 *
 * <p>The main server's user cannot get to the files by their path, which leads through directories of root's, and
 * MariaDB opens everything by its real path: so it sees them at a place of its own, in a mount namespace that ends with
 * it.
 */
final class SecondMariaDb implements AutoCloseable {

    private static final String USER = "mmupgrade";

    /** Where it sees the files; it needs nothing that others have there. */
    private static final Path PLACE = Path.of("/mnt");

    /** What root does before the server's user takes over; its first three arguments are files, place and user's ids. */
    private static final String SHOW_FILES = "mount --bind \"$1\" \"$2\" && cd / && user=$3 && group=$4 && shift 4"
            + " && exec setpriv --pdeathsig KILL --reuid=\"$user\" --regid=\"$group\" --clear-groups -- \"$@\"";

    /** With the log applied it starts in a second; it may find a busy disk. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** How long one that was killed may hold its files. */
    private static final Duration PREDECESSOR = Duration.ofSeconds(30);

    private static final Duration LONGEST = Duration.ofDays(2);

    private final Host host;
    private final Path files;
    private final String password = "Aa1-" + UUID.randomUUID();
    private Path place;
    private Dialogue process;
    private CompletableFuture<Void> ended;

    private SecondMariaDb(Host host, Path files) {
        this.host = host;
        this.files = files;
    }

    /** Whether this process may give a program a place of its own for files. */
    static boolean canStart(Host host) {
        return host.self().uid() != Owner.ROOT.uid()
                || (host.which("unshare").isPresent()
                        && host.run(Command.of("unshare", "--mount", "--propagation", "private", "--", "true")
                                        .build())
                                .succeeded());
    }

    /**
     * Starts it; returns when it takes connections.
     *
     * @param main the server that the files are of: its program is started, as its user
     * @param lowerCase the main server's {@code lower_case_table_names}
     * @param files a data directory with the log applied; it is given to the user
     * @throws StageFailedException when it does not start
     */
    static SecondMariaDb start(Host host, LocalMariaDb main, long lowerCase, Path files) {
        SecondMariaDb second = new SecondMariaDb(host, files);
        try {
            second.start(main, lowerCase);
            return second;
        } catch (IOException e) {
            second.close();
            throw second.failed("cannot be prepared: " + IoReason.of(e), e);
        } catch (RuntimeException e) {
            second.close();
            throw e;
        }
    }

    /** A database on it. */
    DataSource database(String name) {
        return DataSource.parse("mysql", USER + ":" + password + "@unix(" + socket() + ")/mysql")
                .withDatabase(name);
    }

    private Path socket() {
        return place.resolve("socket");
    }

    private void start(LocalMariaDb main, long lowerCase) throws IOException {
        boolean root = host.self().uid() == Owner.ROOT.uid();
        Owner user = root ? main.owner() : host.self();
        TreeDelete.delete(files.resolve("tmp"));
        Files.createDirectory(files.resolve("tmp"));
        Path init = prepare(user);
        if (root && !user.equals(Owner.ROOT)) {
            Files.setAttribute(files.resolve("tmp"), "unix:uid", user.uid());
            if (!Files.getAttribute(files, "unix:uid").equals(user.uid())) {
                TreeGift.give(files, user, entry -> OptionalInt.empty(), locked -> {});
            }
        }
        Command command = command(main.program(), root ? PLACE : files, root ? user : null, init, lowerCase);
        long limit = System.nanoTime() + LIMIT.toNanos();
        long predecessor = System.nanoTime() + PREDECESSOR.toNanos();
        open(command);
        while (!answers()) {
            if (ended.isDone()) {
                String said = process.errors();
                if (!said.contains("lock") || System.nanoTime() > predecessor) {
                    throw failed("does not start: " + said, null);
                }
                open(command);
            }
            if (System.nanoTime() > limit) {
                throw failed("does not answer after " + LIMIT.toMinutes() + " minutes: " + process.errors(), null);
            }
            pause();
        }
        Files.delete(init);
    }

    /** Makes the private directory with what the server does first. */
    private Path prepare(Owner user) throws IOException {
        removePlace(files);
        place = Files.createTempDirectory("mmbase");
        AtomicFile.write(placeOf(files), AtomicFile.PRIVATE, place.toString());
        Path init = place.resolve("init.sql");
        Files.writeString(
                init,
                "CREATE OR REPLACE USER " + USER + "@localhost IDENTIFIED BY '" + password + "';\nGRANT ALL ON *.* TO "
                        + USER + "@localhost;\n");
        for (Path each : List.of(init, place)) {
            if (!user.equals(host.self())) {
                Files.setAttribute(each, "unix:gid", user.gid());
                Files.setAttribute(each, "unix:uid", user.uid());
            }
        }
        return init;
    }

    private Command command(Path program, Path seen, Owner user, Path init, long lowerCase) {
        List<String> line = new ArrayList<>();
        if (user != null) {
            line.addAll(List.of("unshare", "--mount", "--propagation", "private", "--", "sh", "-c", SHOW_FILES, "sh"));
            line.addAll(List.of(
                    files.toString(), seen.toString(), Integer.toString(user.uid()), Integer.toString(user.gid())));
        }
        line.addAll(List.of(
                program.toString(),
                // the sizes and places of its files
                "--defaults-file=" + seen.resolve("backup-my.cnf"),
                "--datadir=" + seen,
                "--tmpdir=" + seen.resolve("tmp"),
                "--pid-file=" + seen.resolve("tmp").resolve("pid"),
                "--socket=" + socket(),
                "--init-file=" + init,
                "--lower-case-table-names=" + lowerCase,
                "--skip-networking",
                "--skip-log-bin",
                "--skip-slave-start",
                "--event-scheduler=OFF",
                "--innodb-buffer-pool-size=256M"));
        if (user != null && user.equals(Owner.ROOT)) {
            line.add("--user=root");
        }
        return Command.of(line.get(0), line.subList(1, line.size()).toArray(String[]::new))
                .cleanEnvironment()
                .environment("LC_ALL", "C")
                .umask(0077)
                .limit(LONGEST)
                .build();
    }

    private void open(Command command) {
        Dialogue opened = host.open(command);
        process = opened;
        ended = CompletableFuture.runAsync(() -> drain(opened), task -> {
            Thread thread = new Thread(task, "second-mariadb");
            thread.setDaemon(true);
            thread.start();
        });
    }

    private static void drain(Dialogue opened) {
        try {
            opened.output().readAllBytes();
        } catch (IOException e) {
            // it was ended
        }
    }

    private boolean answers() {
        if (!Files.exists(socket())) {
            return false;
        }
        try (SqlClient client = new SqlClient(database("mysql"))) {
            client.connect();
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    /** Ends it at once; nobody needs what it would write to its disk. */
    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
        if (place != null) {
            try {
                removePlace(files);
            } catch (IOException e) {
                // a socket in the system's place for temporary files
            }
        }
    }

    /** Removes the private directory, which a server that was killed left. */
    static void removePlace(Path files) throws IOException {
        Path note = placeOf(files);
        if (Files.exists(note)) {
            TreeDelete.delete(Path.of(Files.readString(note)));
            Files.delete(note);
        }
    }

    /** A file that says where the private directory is: the path of a socket must be short. */
    private static Path placeOf(Path files) {
        return files.resolveSibling("second");
    }

    private StageFailedException failed(String what, Throwable cause) {
        return new StageFailedException(
                "The second MariaDB server, on the base backup in " + files + ", " + what,
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
