package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFiles;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.database.ZstdDump;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Dumps and restores by {@code mariadb-dump} or {@code mysqldump} and the client that belongs to it. */
final class MySqlDumps {

    private static final Duration LIMIT = Duration.ofDays(2);

    private final MySqlDatabase database;
    private final MySqlSideDatabases siblings;
    private final Host host;
    private final DatabaseTools tools;

    MySqlDumps(MySqlDatabase database, MySqlSideDatabases siblings, Host host, DatabaseTools tools) {
        this.database = database;
        this.siblings = siblings;
        this.host = host;
        this.tools = tools;
    }

    String requireTools() {
        ServerVersion server = database.serverVersion();
        return tools.mySqlDump(server) + ", " + tools.mySqlClient(server);
    }

    DumpResult dump(String name, Path target, DumpFormat format) {
        if (format != DumpFormat.SQL_ZSTD) {
            throw new RefusedException(
                    "A MySQL database cannot be dumped in the format " + format,
                    Hint.of("Use the format " + DumpFormat.SQL_ZSTD + "."));
        }
        DatabaseTools.Tool tool = tools.mySqlDump(database.serverVersion());
        Path part = DumpFiles.begin(target);
        Instant start = Instant.now();
        boolean done = false;
        try {
            write(tool, name, part);
            done = true;
        } catch (IOException e) {
            throw new StageFailedException(
                    "The dump " + target + " could not be written: " + IoReason.of(e),
                    Hint.of("Check whether the file system is full."),
                    e);
        } finally {
            if (!done) {
                DumpFiles.discard(target);
            }
        }
        DumpFiles.finish(target);
        return new DumpResult(
                target, format, DumpFiles.size(target), Duration.between(start, Instant.now()), tool.text());
    }

    private void write(DatabaseTools.Tool tool, String name, Path part) throws IOException {
        try (ZstdDump.Writer sink = ZstdDump.write(part)) {
            CommandResult result = host.run(Command.of(
                            tool.path().toString(),
                            // the first argument or none: the password is on no disk and in no list of processes
                            "--defaults-file=/dev/stdin",
                            "--single-transaction",
                            "--quick",
                            "--routines",
                            "--triggers",
                            "--events",
                            "--hex-blob",
                            "--default-character-set=utf8mb4",
                            "--no-tablespaces",
                            "--loose-set-gtid-purged=OFF",
                            "--loose-column-statistics=0",
                            "--ignore-table=" + name + "." + MySqlSideDatabases.MARKER,
                            "--ignore-table=" + name + "." + MySqlSideDatabases.HOLD,
                            name)
                    .cleanEnvironment()
                    .environment("LC_ALL", "C.UTF-8")
                    .standardInput(new ByteArrayInputStream(MySqlOptions.file("client", database.dataSource())))
                    .standardOutput(sink)
                    .limit(LIMIT)
                    .build());
            if (!result.succeeded() || !sink.isComplete()) {
                throw failed("Dumping the database " + name + " on the server of " + database.dataSource(), result);
            }
        }
    }

    void check(Path dump) {
        String why = "its end is missing";
        try {
            if (ZstdDump.isComplete(dump)) {
                return;
            }
        } catch (IOException e) {
            why = IoReason.of(e);
        }
        throw new RefusedException(
                "The dump " + dump + " is not a valid dump: " + why,
                Hint.run("List the other backups.", Goal.LIST_BACKUPS));
    }

    RowCounts restoreInto(String name, Path dump, RowCounts expected) {
        if (siblings.exists(name) && !siblings.isUnfinished(name)) {
            return compared(name, expected);
        }
        check(dump);
        siblings.createEmpty(name);
        load(dump, name);
        RowCounts counts = compared(name, expected);
        siblings.unmark(name);
        return counts;
    }

    /** Loads a dump of any server's database into the current one, which is empty. */
    void adopt(Path dump) {
        check(dump);
        load(dump, database.dataSource().database());
    }

    RowCounts restoreInPlace(Path dump, Path saved, RowCounts expected) {
        check(saved);
        check(dump);
        String name = database.dataSource().database();
        siblings.mark(name);
        siblings.empty(name);
        load(dump, name);
        RowCounts counts = compared(name, expected);
        siblings.unmark(name);
        return counts;
    }

    private void load(Path dump, String name) {
        DatabaseTools.Tool tool = tools.mySqlClient(database.serverVersion());
        DataSource source = database.dataSource();
        List<String> arguments = new ArrayList<>(
                List.of("--no-defaults", "--batch", "--binary-mode", "--local-infile=0", "--user=" + source.user()));
        if (source.socket().isPresent()) {
            arguments.add("--socket=" + source.socket().get());
        } else {
            arguments.addAll(List.of("--host=" + source.host(), "--port=" + source.port(), "--protocol=TCP"));
        }
        MySqlOptions.tls(source).forEach(option -> arguments.add("--" + option));
        arguments.addAll(List.of("--default-character-set=utf8mb4", "--max-allowed-packet=1G", "--database=" + name));
        try (InputStream statements = ZstdDump.read(dump)) {
            // standard input is the dump's, so the password goes by the environment
            CommandResult result = host.run(Command.of(tool.path().toString())
                    .add(arguments)
                    .cleanEnvironment()
                    .environment("LC_ALL", "C.UTF-8")
                    .environment("MYSQL_PWD", source.password())
                    .standardInput(statements)
                    .user(tools.runner(source, tool))
                    .untraceable()
                    .limit(LIMIT)
                    .build());
            if (!result.succeeded()) {
                throw failed("Loading " + dump + " into the database " + name, result);
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The dump " + dump + " cannot be read: " + IoReason.of(e),
                    Hint.run("List the other backups.", Goal.LIST_BACKUPS),
                    e);
        }
    }

    private RowCounts compared(String name, RowCounts expected) {
        RowCounts counts = database.allCounts(name);
        List<String> differences = expected == null ? List.of() : counts.differencesFrom(expected);
        if (!differences.isEmpty()) {
            throw new StageFailedException(
                    "The database " + name + " restored on the server of " + database.dataSource()
                            + " does not have the expected rows: " + differences,
                    Hint.run("List the other backups.", Goal.LIST_BACKUPS));
        }
        return counts;
    }

    private static StageFailedException failed(String what, CommandResult result) {
        return new StageFailedException(
                what + " failed (exit status " + result.exitStatus()
                        + (result.timedOut() ? ", time limit exceeded" : "") + "): " + result.tail(),
                Hint.of("Check what the program printed."));
    }
}
