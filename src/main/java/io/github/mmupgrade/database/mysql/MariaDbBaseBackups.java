package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.FileSystemSync;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Base backups of a MariaDB server by {@code mariadb-backup}. In the directory of one: {@code full}, the files as they
 * were copied first; {@code last}, the pages that changed since and the redo log up to the stop; {@code position}, once
 * both are whole. A name that ends with {@code .part} is of something that is not.
 *
 * <p>While this process lives, {@code last} is made ahead, and a {@link MariaDbFollower} follows the log until the stop.
 * Where that broke off, or another process comes for the last of it, {@code last} is made after the stop: that reads
 * every page of the server, and writes those that changed.
 */
final class MariaDbBaseBackups implements DatabaseBaseBackups {

    private static final String FULL = "full";
    private static final String LAST = "last";
    private static final String PART = ".part";
    private static final String POSITION = "position";

    /** Marks, for a log that is applied. */
    private static final String PREPARED = ".prepared";

    private static final String READY = "ready";

    private static final String OPTIONS = "options";

    private static final Duration LIMIT = Duration.ofDays(2);

    /** What the last of it takes; 0.3 to 0.6 s were measured. */
    private static final Duration LAST_OF_IT = Duration.ofSeconds(1);

    /** Applying the log and starting a server; 2 to 4 s were measured with little log. */
    private static final Duration RESTART = Duration.ofSeconds(5);

    /** They belong to this process, whichever goal has started them, and end with it. */
    private static final Map<Path, MariaDbFollower> FOLLOWING = new ConcurrentHashMap<>();

    private final SqlClient client;
    private final Host host;
    private final DatabaseTools tools;
    private final Supplier<ServerVersion> version;

    MariaDbBaseBackups(SqlClient client, Host host, DatabaseTools tools, Supplier<ServerVersion> version) {
        this.version = version;
        this.client = client;
        this.host = host;
        this.tools = tools;
    }

    @Override
    public List<CopyPrecondition> preconditions(Path target, boolean sharedServer) {
        return new MariaDbPreconditions(client, host, tools, version.get()).check(target, sharedServer);
    }

    @Override
    public Cost cost() {
        try {
            return new Cost(LAST_OF_IT, RESTART, local().bytes());
        } catch (IOException e) {
            throw failed("The files of the database server cannot be read: " + IoReason.of(e), e);
        }
    }

    @Override
    public void begin(Path target, String run) {
        if (Files.exists(target.resolve(POSITION)) || follows(target)) {
            return;
        }
        try {
            make(target);
            MariaDbFollower.makeTable(client, run);
            if (!local().holds(client.source().database(), MySqlSideDatabases.HOLD)) {
                throw failed(
                        "The directory " + local().data() + " on this host is not that of the server of "
                                + client.source() + ".",
                        null);
            }
            if (!Files.exists(target.resolve(FULL))) {
                copy(target, FULL, List.of());
            }
            follow(target);
        } catch (IOException e) {
            throw failed("The base backup " + target + " cannot be written: " + IoReason.of(e), e);
        } catch (RuntimeException e) {
            MariaDbFollower.removeTable(client);
            throw e;
        }
    }

    private static boolean follows(Path target) {
        return Optional.ofNullable(FOLLOWING.get(target))
                .filter(MariaDbFollower::isRunning)
                .isPresent();
    }

    private void follow(Path target) throws IOException {
        end(target);
        try {
            FOLLOWING.put(
                    target, MariaDbFollower.start(client.source(), host, program(target, LAST, sinceFull(target))));
        } finally {
            Files.deleteIfExists(target.resolve(OPTIONS));
        }
    }

    @Override
    public String finish(Path target, String run) {
        try {
            Path file = target.resolve(POSITION);
            if (!Files.exists(file)) {
                fetch(target);
                AtomicFile.write(file, AtomicFile.PRIVATE, position(target));
            }
            MariaDbFollower.removeTable(client);
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw failed("The base backup " + target + " cannot be finished: " + IoReason.of(e), e);
        }
    }

    private void fetch(Path target) throws IOException {
        if (!Files.isDirectory(target.resolve(FULL))) {
            throw failed("There is no base backup in " + target + ".", null);
        }
        MariaDbFollower follower = FOLLOWING.remove(target);
        if (follower != null && follower.finish()) {
            named(target, LAST);
        } else if (!Files.exists(target.resolve(LAST))) {
            MariaDbFollower.removeTable(client);
            copy(target, LAST, sinceFull(target));
        }
    }

    /** Where the log ends, as {@code last_lsn = 1117859120}. */
    private static String position(Path target) throws IOException {
        return Files.readAllLines(target.resolve(LAST).resolve("xtrabackup_checkpoints")).stream()
                .filter(line -> line.startsWith("last_lsn"))
                .findFirst()
                .orElseThrow(() -> failed("The base backup " + target + " does not say where it ends.", null));
    }

    private void copy(Path target, String name, List<String> more) throws IOException {
        CommandResult result;
        try {
            result = host.run(program(target, name, more).limit(LIMIT).build());
        } finally {
            Files.deleteIfExists(target.resolve(OPTIONS));
        }
        if (!result.succeeded()) {
            throw failed("The files of the database server cannot be copied: " + result.tail(), null);
        }
        named(target, name);
    }

    /** Gives what is whole its name; its files are on the disk before that. */
    private void named(Path target, String name) throws IOException {
        FileSystemSync.sync(host, target);
        AtomicFile.rename(target.resolve(name + PART), target.resolve(name));
    }

    /** The program reads its options several times, so they cannot come by its standard input. */
    private Command.Builder program(Path target, String name, List<String> more) throws IOException {
        Path part = target.resolve(name + PART);
        TreeDelete.delete(part);
        Path options = target.resolve(OPTIONS);
        AtomicFile.write(
                options, AtomicFile.PRIVATE, out -> out.write(MySqlOptions.file("mariadb-backup", client.source())));
        return Command.of(
                        tools.mariaDbBackup(version.get()).path().toString(),
                        "--defaults-file=" + options,
                        "--backup",
                        "--log-copy-interval=100",
                        "--target-dir=" + part)
                .add(local().login())
                .add(more)
                .cleanEnvironment()
                .environment("LC_ALL", "C.UTF-8")
                .umask(0077);
    }

    private static List<String> sinceFull(Path target) {
        return List.of("--incremental-basedir=" + target.resolve(FULL));
    }

    @Override
    public Dumped dump(Path target, String position, Path dump, DumpFormat format) {
        LocalMariaDb main = local();
        long lowerCase = client.number("SELECT @@lower_case_table_names");
        Path program = tools.mariaDbBackup(version.get()).path();
        prepare(program, target);
        try (SecondMariaDb second = SecondMariaDb.start(host, main, lowerCase, target.resolve(FULL));
                MySqlDatabase database =
                        new MySqlDatabase(second.database(client.source().database()), host, tools)) {
            DumpResult result = database.dump(dump, format);
            return new Dumped(result, database.allCounts());
        }
    }

    /**
     * Makes one set of files of both. The program uses up the directory with the pages that changed, and takes a table
     * that it finds no pages of for a dropped one: it gets a copy of it, so that it can begin again when it was killed.
     */
    private void prepare(Path program, Path target) {
        Path full = target.resolve(FULL);
        try {
            if (!Files.exists(target.resolve(READY))) {
                once(target, FULL + PREPARED, () -> apply(program, full, List.of()));
                Path copy = target.resolve(LAST + PART);
                TreeDelete.delete(copy);
                CommandResult copied = host.run(Command.of(
                                "cp",
                                "-a",
                                "--reflink=auto",
                                target.resolve(LAST).toString(),
                                copy.toString())
                        .limit(LIMIT)
                        .build());
                if (!copied.succeeded()) {
                    throw failed("The base backup " + target + " cannot be copied: " + copied.tail(), null);
                }
                once(target, READY, () -> apply(program, full, List.of("--incremental-dir=" + copy)));
                TreeDelete.delete(copy);
            }
        } catch (IOException e) {
            throw failed("The base backup " + target + " cannot be prepared: " + IoReason.of(e), e);
        }
    }

    /** Does something that must not be done again once it is done. */
    private static void once(Path target, String mark, Runnable work) throws IOException {
        Path file = target.resolve(mark);
        if (!Files.exists(file)) {
            work.run();
            AtomicFile.write(file, AtomicFile.PRIVATE, "");
        }
    }

    private void apply(Path program, Path full, List<String> more) {
        CommandResult result =
                host.run(Command.of(program.toString(), "--no-defaults", "--prepare", "--target-dir=" + full)
                        .add(more)
                        .cleanEnvironment()
                        .environment("LC_ALL", "C.UTF-8")
                        .umask(0077)
                        .limit(LIMIT)
                        .build());
        if (!result.succeeded()) {
            throw failed("The log cannot be applied to the base backup " + full + ": " + result.tail(), null);
        }
    }

    @Override
    public List<String> leftovers(String run) {
        return MariaDbFollower.tableOf(client)
                .filter(of -> !of.equals(run))
                .map(of -> List.of(MySqlSideDatabases.HOLD))
                .orElse(List.of());
    }

    @Override
    public void dropLeftover(String name) {
        MariaDbFollower.removeTable(client);
    }

    @Override
    public void discard(Path target, String run) {
        end(target);
        MariaDbFollower.removeTable(client);
        try {
            SecondMariaDb.removePlace(target.resolve(FULL));
            TreeDelete.delete(target);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The base backup " + target + " cannot be removed: " + IoReason.of(e), Hint.of("Remove it."), e);
        }
    }

    private static void end(Path target) {
        Optional.ofNullable(FOLLOWING.remove(target)).ifPresent(MariaDbFollower::close);
    }

    private LocalMariaDb local() {
        return LocalMariaDb.find(client, host, tools)
                .orElseThrow(() -> failed("The files of the database server are not on this host.", null));
    }

    private static void make(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    static StageFailedException failed(String what, Throwable cause) {
        return new StageFailedException(
                what, Hint.of("Save the database in another way (mattermost.backup.database)."), cause);
    }
}
