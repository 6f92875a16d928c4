package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.ClientKey;
import io.github.mmupgrade.connection.JdbcConnections;
import io.github.mmupgrade.connection.ServerLogin;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFiles;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.datasource.HostPort;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Dumps and restores by {@code pg_dump} and {@code pg_restore}; their exit status decides. */
final class PostgresDumps implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofDays(2);

    /** Bytes a second that a dump is reckoned with; 80 MB a second were measured on two busy cores, 460 on idle ones. */
    private static final long BYTES_PER_SECOND = 60_000_000;

    /** 36 MB a second were measured, by two jobs. */
    private static final long RESTORED_PER_SECOND = 30_000_000;

    /** More jobs than that put a load on a database's host that nothing is gained by. */
    private static final int MOST_JOBS = 4;

    private static final int PRIVATE = 0077;

    private final PostgresServer server;
    private final DatabaseTools tools;
    private final PostgresDatabase database;
    private final Map<String, ClientKey> keys = new HashMap<>();

    PostgresDumps(PostgresServer server, DatabaseTools tools, PostgresDatabase database) {
        this.server = server;
        this.tools = tools;
        this.database = database;
    }

    static Duration estimate(long sizeBytes) {
        return Duration.ofSeconds(1 + sizeBytes / BYTES_PER_SECOND);
    }

    static Duration estimateRestore(long sizeBytes) {
        return Duration.ofSeconds(1 + sizeBytes / RESTORED_PER_SECOND);
    }

    String requireTools() {
        return tool("pg_dump") + ", " + tool("pg_restore");
    }

    DumpResult dump(String name, Path target, DumpFormat format) {
        if (format.kind() != DatabaseKind.POSTGRESQL) {
            throw new RefusedException(
                    "A PostgreSQL database cannot be dumped in the format " + format,
                    Hint.of("Use the format " + DumpFormat.CUSTOM + " or " + DumpFormat.DIRECTORY + "."));
        }
        DatabaseTools.Tool tool = tool("pg_dump");
        Path part = DumpFiles.begin(target);
        Instant start = Instant.now();
        Command.Builder command = Command.of(tool.path().toString(), "--no-password", "--compress=1")
                .add("--file=" + part);
        if (format == DumpFormat.DIRECTORY) {
            command.add("--format=directory", "--jobs=" + jobs());
        } else {
            command.add("--format=custom");
        }
        CommandResult result;
        try {
            result = server.host().run(connected(command, name).build());
        } catch (RuntimeException e) {
            DumpFiles.discard(target);
            throw e;
        }
        if (!result.succeeded()) {
            DumpFiles.discard(target);
            throw failed("Dumping the database " + name + " on the server of " + server.source(), result);
        }
        DumpFiles.finish(target);
        return new DumpResult(
                target, format, DumpFiles.size(target), Duration.between(start, Instant.now()), tool.text());
    }

    /** A checksum of what a dump of definitions alone says. */
    String definitions() {
        DatabaseTools.Tool tool = tool("pg_dump");
        Path script = null;
        try {
            script = Files.createTempFile("mattermost-", ".sql");
            CommandResult result = server.host()
                    .run(connected(
                                    Command.of(tool.path().toString(), "--no-password", "--schema-only", "--no-owner")
                                            .add("--no-privileges"),
                                    server.source().database())
                            .standardOutput(script)
                            .build());
            if (!result.succeeded()) {
                throw failed("Reading the definitions in the database " + server.source(), result);
            }
            // versions and random keys of the program are in comments and in lines for psql
            String definitions = Files.readString(script)
                    .lines()
                    .filter(line -> !line.startsWith("--") && !line.startsWith("\\"))
                    .collect(Collectors.joining("\n"));
            return Digests.sha256(definitions.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new StageFailedException(
                    "The definitions in the database " + server.source() + " cannot be read: " + IoReason.of(e),
                    Hint.of("Check that there is room for temporary files."),
                    e);
        } finally {
            if (script != null) {
                PostgresContents.remove(script);
            }
        }
    }

    /** Reads a dump through: its list of contents alone would not show that its end is missing. */
    void check(Path dump) {
        DatabaseTools.Tool tool = anyRestore();
        CommandResult result = server.host()
                .run(Command.of(tool.path().toString(), "--file=/dev/null", dump.toString())
                        .cleanEnvironment()
                        .environment("LC_ALL", "C")
                        .limit(LIMIT)
                        .build());
        if (!result.succeeded()) {
            throw new RefusedException(
                    "The dump " + dump + " is not a valid dump (" + tool + "): " + result.tail(),
                    Hint.run("List the other backups.", Goal.LIST_BACKUPS));
        }
    }

    RowCounts restoreInto(PostgresCopies copies, String name, Path dump, RowCounts expected, DumpOwnership owners) {
        if (copies.exists(name)) {
            return compared(name, database.allCounts(name), expected);
        }
        String making = DatabaseNames.making(name);
        copies.createEmpty(making);
        load(making, dump, owners);
        RowCounts counts = compared(name, database.allCounts(making), expected);
        copies.finish(making, name);
        return counts;
    }

    /** Loads a dump of any server's database into the current one, which is empty. */
    void adopt(Path dump) {
        load(server.source().database(), dump, DumpOwnership.OWN_ROLE);
    }

    private void load(String name, Path dump, DumpOwnership owners) {
        DatabaseTools.Tool tool = tool("pg_restore");
        DataSource login = login(name);
        try (PostgresContents.Lists lists =
                new PostgresContents(server, tool, dump, login).apart(owners == DumpOwnership.AS_DUMPED)) {
            DataSource administrator = server.source().withDatabase(name);
            load(tool, lists.before(), dump, List.of(), administrator);
            load(tool, lists.main(), dump, options(owners), login);
            load(tool, lists.after(), dump, List.of(), administrator);
        }
        try (SqlClient restored = new SqlClient(login)) {
            restored.update("ANALYZE");
        }
    }

    private void load(DatabaseTools.Tool tool, Path list, Path dump, List<String> options, DataSource login) {
        if (list == null) {
            return;
        }
        // the name goes into a connection text: bare it would be one itself if it held a '='
        CommandResult result = server.host()
                .run(connected(
                                Command.of(tool.path().toString(), "--no-password", "--exit-on-error")
                                        .add("--jobs=" + jobs(), "--use-list=" + list)
                                        .add(options)
                                        .add("--dbname=dbname=" + connectionValue(login.database()), dump.toString()),
                                login)
                        .build());
        if (!result.succeeded()) {
            throw failed("Restoring " + dump + " into the database " + login.database(), result);
        }
    }

    /** As whom a dump is loaded: what it says is done with the rights of whoever is logged in. */
    private DataSource login(String name) {
        return ServerLogin.of(server.source().withDatabase(name));
    }

    /** Drops everything in the current database. */
    void empty() {
        try {
            database.client().execute(PostgresInPlace.DROP_ALL + "COMMIT;");
        } catch (SQLException e) {
            throw database.client().failed(e);
        }
    }

    RowCounts restoreInPlace(Path dump, Path saved, RowCounts expected, DumpOwnership owners) {
        check(saved);
        check(dump);
        DatabaseTools.Tool restore = tool("pg_restore");
        DatabaseTools.Tool psql = tool("psql");
        DataSource login = login(server.source().database());
        try (PostgresContents.Lists lists = new PostgresContents(server, restore, dump, login).together()) {
            database.endSessions();
            Command.Builder script = Command.of(restore.path().toString(), "--file=-", "--use-list=" + lists.main())
                    .add(options(owners))
                    .add(dump.toString())
                    .cleanEnvironment()
                    .environment("LC_ALL", "C")
                    .limit(LIMIT);
            Command.Builder load = obeying(
                    psql,
                    Command.of(psql.path().toString(), "--no-psqlrc", "--quiet", "--no-password")
                            .add("--set=ON_ERROR_STOP=1", "--output=/dev/null"),
                    login);
            CommandResult result =
                    new PostgresInPlace(server.host()).run(script, load, database.tableSchema(), expected);
            if (!result.succeeded()) {
                throw failed("Restoring " + dump + " in place of " + server.source() + ", which is unchanged,", result);
            }
        }
        database.endIdlePooledSessions();
        database.client().update("ANALYZE");
        return database.allCounts();
    }

    private List<String> options(DumpOwnership owners) {
        return owners == DumpOwnership.OWN_ROLE ? List.of("--no-owner", "--no-privileges") : List.of();
    }

    ServerVersion serverVersion() {
        return database.serverVersion();
    }

    private DatabaseTools.Tool tool(String program) {
        return tools.postgres(program, database.serverVersion());
    }

    /** Reading a dump needs no server: a backup is checked when the database is gone, too. */
    private DatabaseTools.Tool anyRestore() {
        try {
            return tool("pg_restore");
        } catch (RefusedException e) {
            return tools.newestPostgres("pg_restore");
        }
    }

    private RowCounts compared(String name, RowCounts counts, RowCounts expected) {
        List<String> differences = expected == null ? List.of() : counts.differencesFrom(expected);
        if (!differences.isEmpty()) {
            throw new StageFailedException(
                    "The database " + name + " restored on the server of " + server.source()
                            + " does not have the expected rows: " + differences,
                    Hint.run("The current database is unchanged. List the other backups.", Goal.LIST_BACKUPS));
        }
        return counts;
    }

    /** One behind a pooler: several would change each other's session settings. */
    private int jobs() {
        if (database.client().pooled()) {
            return 1;
        }
        return Math.max(1, Math.min(MOST_JOBS, Runtime.getRuntime().availableProcessors()));
    }

    /** Adds the connection: all of it goes by the environment, of the caller's nothing does. */
    Command.Builder connected(Command.Builder command, String name) {
        return connected(command, server.source().withDatabase(name));
    }

    private Command.Builder connected(Command.Builder command, DataSource login) {
        return command.cleanEnvironment()
                .environment(connection(login, server.host().self()))
                .limit(LIMIT)
                .umask(PRIVATE);
    }

    /** For a program that does what comes from the server; see {@link DatabaseTools#runner}. */
    Command.Builder obeying(DatabaseTools.Tool tool, Command.Builder command, String name) {
        return obeying(tool, command, server.source().withDatabase(name));
    }

    /** The same with a login of its own. */
    private Command.Builder obeying(DatabaseTools.Tool tool, Command.Builder command, DataSource login) {
        Owner runner = tools.runner(login, tool);
        return command.cleanEnvironment()
                .environment(connection(login, runner == null ? server.host().self() : runner))
                .limit(LIMIT)
                .umask(PRIVATE)
                .user(runner)
                .untraceable();
    }

    /** As whom such a program runs; null for this process's own user. */
    Owner runner(DatabaseTools.Tool tool) {
        return tools.runner(server.source(), tool);
    }

    /** The connection as libpq reads it of the environment. */
    Map<String, String> connection(String name) {
        return connection(server.source().withDatabase(name), server.host().self());
    }

    private Map<String, String> connection(DataSource source, Owner runner) {
        Map<String, String> result = new LinkedHashMap<>();
        result.put("PGHOST", source.socket().map(Path::toString).orElseGet(() -> source.hosts().stream()
                .map(HostPort::host)
                .collect(Collectors.joining(","))));
        result.put(
                "PGPORT",
                source.hosts().stream()
                        .map(address -> Integer.toString(address.port()))
                        .collect(Collectors.joining(",")));
        if (source.hosts().size() > 1) {
            result.put("PGTARGETSESSIONATTRS", "read-write");
        }
        result.put("PGUSER", source.user());
        result.put("PGDATABASE", source.database());
        if (!source.password().isEmpty()) {
            result.put("PGPASSWORD", source.password());
        }
        result.put("PGAPPNAME", JdbcConnections.APPLICATION_NAME);
        result.put("PGCONNECT_TIMEOUT", source.parameter("connect_timeout").orElse("10"));
        source.parameter("sslmode").ifPresent(value -> result.put("PGSSLMODE", value));
        source.parameter("sslcert").ifPresent(value -> result.put("PGSSLCERT", value));
        source.parameter("sslkey")
                .map(file -> keys.computeIfAbsent(file, name -> new ClientKey(Path.of(name))))
                .ifPresent(key ->
                        result.put("PGSSLKEY", key.forPrograms(runner.uid()).toString()));
        source.parameter("sslrootcert").ifPresent(value -> result.put("PGSSLROOTCERT", value));
        if (!result.containsKey("PGSSLROOTCERT")
                && source.parameter("sslmode").orElse("").startsWith("verify-")
                && Files.exists(JdbcConnections.SYSTEM_CERTIFICATES)) {
            result.put("PGSSLROOTCERT", JdbcConnections.SYSTEM_CERTIFICATES.toString());
        }
        String home = server.host().environment().get("HOME");
        if (home != null && runner.equals(server.host().self())) {
            result.put("HOME", home);
        }
        result.put("LC_ALL", "C");
        return result;
    }

    @Override
    public void close() {
        keys.values().forEach(ClientKey::close);
    }

    static String connectionValue(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static StageFailedException failed(String what, CommandResult result) {
        return new StageFailedException(
                what + " failed (exit status " + result.exitStatus()
                        + (result.timedOut() ? ", time limit exceeded" : "") + "): " + result.tail(),
                Hint.of("Check what the program printed. Nothing was overwritten."));
    }
}
