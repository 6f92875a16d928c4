package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.TreeDelete;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Base backups of a PostgreSQL server by {@code pg_basebackup}, with its log by {@code pg_receivewal}. In the directory
 * of one: {@code data}, the copied files, which has its name once it is whole; {@code wal}, the log; {@code position},
 * where to recover to, once the log is there up to it.
 */
final class PostgresBaseBackups implements DatabaseBaseBackups {

    private static final String DATA = "data";
    private static final String LOG = "wal";
    private static final String POSITION = "position";

    private static final Duration LIMIT = Duration.ofDays(2);

    /** The last of it and the stage around it; 0.64 to 0.92 s were measured at 0.4 to 12 GB. */
    private static final Duration LAST_OF_IT = Duration.ofMillis(800);

    /** The start of a server, and what it reads of the log; less than 2 s were measured, with little log. */
    private static final Duration RESTART = Duration.ofSeconds(5);

    /** {@code START WAL LOCATION: 0/2000028 (file 000000010000000000000002)}, in {@code backup_label}. */
    private static final Pattern BEGINNING =
            Pattern.compile("START WAL LOCATION: \\S+ \\(file ([0-9A-F]{8})([0-9A-F]{16})\\)");

    private static final Pattern LSN = Pattern.compile("([0-9A-F]+)/([0-9A-F]+)");

    private final PostgresServer server;
    private final DatabaseTools tools;
    private final PostgresDumps connection;
    private final PostgresLogStream stream;
    private final BaseBackupPreconditions preconditions;
    private final BooleanSupplier pooled;

    PostgresBaseBackups(PostgresServer server, DatabaseTools tools, PostgresDumps connection, BooleanSupplier pooled) {
        this.pooled = pooled;
        this.server = server;
        this.tools = tools;
        this.connection = connection;
        this.stream = new PostgresLogStream(server, tools, connection);
        this.preconditions = new BaseBackupPreconditions(server, tools, connection);
    }

    @Override
    public List<CopyPrecondition> preconditions(Path target, boolean sharedServer) {
        return preconditions.check(target, sharedServer, pooled.getAsBoolean());
    }

    @Override
    public Cost cost() {
        return new Cost(LAST_OF_IT, RESTART, preconditions.bytes());
    }

    @Override
    public void begin(Path target, String run) {
        String slot = stream.slot(run);
        try {
            boolean made = Files.isDirectory(target.resolve(DATA)) && stream.isWhole(slot);
            if (!made) {
                discard(target, run);
                make(target, null);
                make(target.resolve(LOG), connection.runner(stream.receiver()));
                stream.create(slot);
            }
            stream.follow(slot, target.resolve(LOG));
            if (!made) {
                copy(target);
            }
        } catch (IOException e) {
            throw takenBack(
                    target, run, failed("The base backup " + target + " cannot be written: " + IoReason.of(e), e));
        } catch (RuntimeException e) {
            throw takenBack(target, run, e);
        }
    }

    /** Nothing is left of a base backup that failed. */
    private RuntimeException takenBack(Path target, String run, RuntimeException cause) {
        try {
            discard(target, run);
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }

    private void copy(Path target) throws IOException {
        DatabaseTools.Tool tool = tools.postgres("pg_basebackup", connection.serverVersion());
        Path part = target.resolve(DATA + ".part");
        make(part, connection.runner(tool));
        CommandResult result = server.host()
                .run(connection
                        .obeying(
                                tool,
                                HeldPlace.run(tool.path().toString(), part)
                                        .add("--no-password", "--wal-method=none", "--checkpoint=fast")
                                        .add("--label=mattermost", "--pgdata=" + HeldPlace.HERE),
                                server.source().database())
                        .limit(LIMIT)
                        .build());
        if (!result.succeeded()) {
            throw failed("The files of the database server cannot be copied: " + result.tail(), null);
        }
        AtomicFile.rename(part, target.resolve(DATA));
    }

    @Override
    public String finish(Path target, String run) {
        String slot = stream.slot(run);
        try {
            Path file = target.resolve(POSITION);
            if (!Files.exists(file)) {
                AtomicFile.write(file, AtomicFile.PRIVATE, fetch(target, slot));
            }
            // the server may forget its log again
            stream.drop(slot);
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw failed("The base backup " + target + " cannot be finished: " + IoReason.of(e), e);
        }
    }

    /** Fetches the log up to now. */
    private String fetch(Path target, String slot) throws IOException {
        if (!Files.isDirectory(target.resolve(DATA))) {
            throw failed("There is no base backup in " + target + ".", null);
        }
        if (!stream.isWhole(slot)) {
            throw failed(
                    "The database server has not kept its log for the base backup (replication slot " + slot
                            + " is missing or lost, see max_slot_wal_keep_size).",
                    null);
        }
        // recovery stops in front of a record that begins at the position or behind it: there has to be one, and the
        // stream ends once something behind its end has come
        String position = mark();
        String end = mark();
        stream.receiveTo(slot, target.resolve(LOG), end);
        requireUnbroken(target, position);
        return position;
    }

    /** Writes a message that means nothing into the log, and makes it durable; where the log goes on behind it. */
    private String mark() {
        SqlClient client = server.catalogue();
        return client.inTransaction(Connection.TRANSACTION_READ_COMMITTED, () -> {
            // the server's own disk is enough: a standby that it waits for may be gone
            client.query("SELECT set_config('synchronous_commit', 'local', true)", row -> row.getString(1));
            return client.first(
                            "SELECT pg_logical_emit_message(true, 'mattermost', 'stop')::text", row -> row.getString(1))
                    .orElseThrow();
        });
    }

    /** Whether every segment of the log is there, from where the base backup began. */
    private void requireUnbroken(Path target, String position) throws IOException {
        long size = stream.segmentBytes();
        Matcher beginning =
                BEGINNING.matcher(Files.readString(target.resolve(DATA).resolve("backup_label")));
        Matcher end = LSN.matcher(position);
        if (!beginning.find() || !end.matches()) {
            throw failed("The base backup " + target + " does not say where it begins.", null);
        }
        long perFile = (1L << 32) / size;
        long first = Long.parseLong(beginning.group(2).substring(0, 8), 16) * perFile
                + Long.parseLong(beginning.group(2).substring(8), 16);
        long last = ((Long.parseLong(end.group(1), 16) << 32) + Long.parseLong(end.group(2), 16) - 1) / size;
        for (long segment = first; segment <= last; segment++) {
            String name =
                    String.format(Locale.ROOT, "%s%08X%08X", beginning.group(1), segment / perFile, segment % perFile);
            Path whole = target.resolve(LOG).resolve(name);
            boolean there =
                    isOf(whole, size) || (segment == last && isOf(whole.resolveSibling(name + ".partial"), size));
            if (!there) {
                throw failed("The log of the database server is not whole: " + name + " is missing.", null);
            }
        }
    }

    private static boolean isOf(Path file, long size) throws IOException {
        return Files.isRegularFile(file) && Files.size(file) == size;
    }

    @Override
    public Dumped dump(Path target, String position, Path dump, DumpFormat format) {
        try (RecoveredPostgres second = RecoveredPostgres.start(
                        server.host(),
                        tools,
                        target,
                        target.resolve(DATA),
                        target.resolve(LOG),
                        position,
                        ServerUser.of(server.host(), user()));
                PostgresDatabase database = new PostgresDatabase(
                        second.database(
                                server.source().database(), server.source().user()),
                        server.host(),
                        tools)) {
            DumpResult result = database.dump(dump, format);
            return new Dumped(result, database.allCounts());
        }
    }

    /** Whoever chose the database server, or else the user that PostgreSQL's packages make for its servers. */
    private Owner user() {
        Owner runner = connection.runner(tools.postgres("pg_basebackup", connection.serverVersion()));
        return runner == null ? new Users(server.host()).find("postgres").orElse(null) : runner;
    }

    @Override
    public List<String> leftovers(String run) {
        return stream.slots().stream()
                .filter(slot -> run == null || !slot.equals(stream.slot(run)))
                .toList();
    }

    @Override
    public void dropLeftover(String slot) {
        stream.drop(slot);
    }

    @Override
    public void discard(Path target, String run) {
        stream.end(target.resolve(LOG));
        stream.drop(stream.slot(run));
        try {
            TreeDelete.delete(target);
        } catch (IOException e) {
            throw new StageFailedException(
                    "The base backup " + target + " cannot be removed: " + IoReason.of(e), Hint.of("Remove it."), e);
        }
    }

    /** Makes a directory for its owner alone; null for this process's own user. */
    private static void make(Path directory, Owner owner) throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (owner != null) {
            Files.setAttribute(directory, "unix:gid", owner.gid());
            Files.setAttribute(directory, "unix:uid", owner.uid());
        }
    }

    private static StageFailedException failed(String what, Throwable cause) {
        return new StageFailedException(
                what, Hint.of("Save the database in another way (mattermost.backup.database)."), cause);
    }
}
