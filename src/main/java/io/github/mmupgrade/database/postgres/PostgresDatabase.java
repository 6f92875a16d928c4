package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.JdbcConnections;
import io.github.mmupgrade.connection.PoolerProbe;
import io.github.mmupgrade.connection.ServerLogin;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CatchUpResult;
import io.github.mmupgrade.database.CopyContents;
import io.github.mmupgrade.database.CopyForecast;
import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.database.DatabaseCatchUp;
import io.github.mmupgrade.database.DatabaseProgress;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.DumpResult;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.database.SqlDatabase;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Host;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A database on a PostgreSQL server. */
public final class PostgresDatabase extends SqlDatabase {

    private static final String PUBLIC = "public";

    private final PostgresServer server;
    private final PostgresCopies copies;
    private final PostgresDumps dumps;
    private final PostgresBaseBackups baseBackups;
    private String schema;

    public PostgresDatabase(DataSource source, Host host, DatabaseTools tools) {
        super(source);
        this.server = new PostgresServer(source, host);
        this.copies = new PostgresCopies(server, this::endSessions);
        this.dumps = new PostgresDumps(server, tools, this);
        this.baseBackups = new PostgresBaseBackups(server, tools, dumps, () -> client().pooled());
    }

    @Override
    protected String quoted(String identifier) {
        return PostgresServer.quoted(identifier);
    }

    @Override
    protected String named(String table) {
        return server.administering() ? quoted(tableSchema()) + "." + quoted(table) : quoted(table);
    }

    /** The schema that the Mattermost server's role works in; an administrator's session is in none of them. */
    String tableSchema() {
        if (schema == null) {
            schema = own().first("SELECT current_schema()", row -> row.getString(1))
                    .orElse(PUBLIC);
        }
        return schema;
    }

    private String schemaInStatement() {
        return server.administering() ? PostgresServer.literal(tableSchema()) : "current_schema()";
    }

    @Override
    protected String columnsQuery() {
        return "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = " + schemaInStatement()
                + " AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum";
    }

    @Override
    protected Map<String, String> allTables(SqlClient where) {
        Map<String, String> result = new LinkedHashMap<>();
        where.query(
                "SELECT n.nspname, c.relname, n.nspname = " + schemaInStatement() + " FROM pg_class c"
                        + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
                        + " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2",
                row -> result.put(
                        row.getBoolean(3) ? row.getString(2) : row.getString(1) + "." + row.getString(2),
                        quoted(row.getString(1)) + "." + quoted(row.getString(2))));
        return result;
    }

    @Override
    protected String columnTypesQuery() {
        return "SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)"
                + " || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END FROM pg_attribute a"
                + " JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind IN ('r', 'p') AND a.attnum > 0"
                + " AND NOT a.attisdropped AND c.relnamespace = current_schema()::regnamespace ORDER BY 1";
    }

    @Override
    protected String indexesQuery() {
        return "SELECT tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
                + " ORDER BY 1";
    }

    @Override
    public void adopt(Path dump) {
        dumps.adopt(dump);
    }

    @Override
    public void empty() {
        dumps.empty();
    }

    @Override
    public ServerVersion serverVersion() {
        return client().first(
                        "SELECT current_setting('server_version_num')::int, current_setting('server_version')",
                        row -> PostgresServer.version(row.getInt(1), row.getString(2)))
                .orElseThrow();
    }

    @Override
    public long sizeBytes() {
        return client().number("SELECT pg_database_size(current_database())");
    }

    @Override
    public List<Session> foreignSessions() {
        return client().query(
                        server.sessionsQuery(PostgresServer.MAY_WRITE),
                        PostgresServer::session,
                        dataSource().database(),
                        JdbcConnections.APPLICATION_NAME);
    }

    @Override
    public boolean sharesSessions() {
        return client().pooled() && new PoolerProbe(dataSource()).sharesSessions();
    }

    @Override
    public void endIdlePooledSessions() {
        boolean shared = client().pooled();
        if (!shared && !(server.administering() && server.serverIsPooled())) {
            return;
        }
        String role = server.administering() ? PostgresServer.literal(server.serverRole()) : "current_user";
        try {
            client().query(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                                    + " AND usename = " + role + " AND state = 'idle' AND pid <> pg_backend_pid()",
                            row -> row.getBoolean(1));
            if (shared) {
                client().execute("SELECT pg_terminate_backend(pg_backend_pid())");
            }
        } catch (SQLException endedItself) {
            // the session that is left is the one that we were just given
        }
        endSessions();
    }

    @Override
    protected String longText() {
        return "TEXT";
    }

    @Override
    public Optional<Path> localDirectory() {
        return copies.localDirectory();
    }

    @Override
    protected Set<String> activeStatements() {
        // only a statement's first words: what follows may be what users wrote
        return new LinkedHashSet<>(client().query(
                        "SELECT pid || ' since ' || to_char(query_start, 'HH24:MI:SS.US') || ': '"
                                + " || coalesce(substring(query from '^\\s*(\\S+(?:\\s+\\S+){0,2})'), '')"
                                + " FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND state = 'active'"
                                + " AND coalesce(wait_event_type, '') <> 'Lock' AND pid <> pg_backend_pid()"
                                + " AND application_name <> ?",
                        row -> row.getString(1),
                        JdbcConnections.APPLICATION_NAME));
    }

    @Override
    public List<CopyPrecondition> preconditions(String copyName, Long declaredFreeBytes) {
        return copies.preconditions(copyName, declaredFreeBytes, sizeBytes());
    }

    @Override
    public Optional<CopyPrecondition> againstSwitching() {
        return copies.againstRenaming();
    }

    @Override
    public Optional<CopyForecast> forecastFreeze(long bytesPerSecond) {
        return Optional.of(copies.forecast(sizeBytes(), bytesPerSecond));
    }

    @Override
    public Duration estimateDump() {
        return PostgresDumps.estimate(sizeBytes());
    }

    @Override
    public Duration estimateRestore() {
        return PostgresDumps.estimateRestore(sizeBytes());
    }

    /** Never: it is one transaction. */
    @Override
    public boolean inPlaceRestoreUnfinished() {
        return false;
    }

    @Override
    public void prepareFreeze() {
        copies.prepareFreeze();
    }

    @Override
    public CopyOutcome freeze(String copyName) {
        return copies.freeze(copyName);
    }

    @Override
    public boolean exists(String name) {
        return copies.exists(name);
    }

    @Override
    public boolean acceptsConnections() {
        return copies.acceptsConnections();
    }

    @Override
    public List<String> settleUnfinished() {
        return copies.settleUnfinished();
    }

    @Override
    public CopyOutcome switchTo(String newDatabase, String discardedName) {
        return copies.switchTo(newDatabase, discardedName);
    }

    @Override
    public boolean isSwitched(String newDatabase, String discardedName) {
        return copies.isSwitched(newDatabase, discardedName);
    }

    @Override
    public void drop(String name) {
        copies.drop(name);
    }

    @Override
    public List<SideDatabase> listSiblings() {
        return copies.listSiblings();
    }

    @Override
    public DumpFormat preferredFormat() {
        return DumpFormat.DIRECTORY;
    }

    @Override
    public String requireTools() {
        return dumps.requireTools();
    }

    @Override
    public Map<String, String> clientEnvironment() {
        return dumps.connection(dataSource().database());
    }

    @Override
    public DumpResult dump(String database, Path target, DumpFormat format) {
        return dumps.dump(database, target, format);
    }

    @Override
    public void checkDump(Path dump, DumpFormat format) {
        dumps.check(dump);
    }

    @Override
    public RestoreWay restoreWay(String newDatabase) {
        return copies.mayCreate(newDatabase) ? RestoreWay.NEW_DATABASE_AND_RENAME : RestoreWay.IN_PLACE_AFTER_SAVING;
    }

    @Override
    public DatabaseProgress progress(String name) {
        return new PostgresProgress(dataSource().withDatabase(name));
    }

    @Override
    public void createEmpty(String newDatabase) {
        copies.createEmpty(newDatabase);
    }

    @Override
    public RowCounts restoreInto(
            String newDatabase, Path dump, DumpFormat format, RowCounts expected, DumpOwnership owners) {
        return dumps.restoreInto(copies, newDatabase, dump, expected, owners);
    }

    @Override
    public RowCounts restoreInPlace(
            Path dump, DumpFormat format, Path saved, RowCounts expected, DumpOwnership owners) {
        return dumps.restoreInPlace(dump, saved, expected, owners);
    }

    @Override
    public Optional<DatabaseCatchUp> catchUp() {
        return Optional.of(new CatchUp());
    }

    private final class CatchUp implements DatabaseCatchUp {
        @Override
        public Optional<String> obstacle() {
            return client().pooled()
                    ? Optional.of("its data source leads to a pooler")
                    : PostgresCatchUp.obstacle(client());
        }

        @Override
        public String definitions() {
            return dumps.definitions();
        }

        @Override
        public CopyContents contents(DataSource beside, String copy) {
            return between(beside, copy).contents();
        }

        @Override
        public CatchUpResult run(DataSource beside, String copy, CopyContents known) {
            return between(beside, copy).run(Optional.ofNullable(known));
        }

        private PostgresCatchUp between(DataSource beside, String copy) {
            return new PostgresCatchUp(
                    new SqlClient(ServerLogin.of(dataSource())),
                    new SqlClient(ServerLogin.of(beside.withDatabase(copy))),
                    serverVersion().major());
        }
    }

    @Override
    public Optional<DatabaseBaseBackups> baseBackups() {
        return Optional.of(baseBackups);
    }

    @Override
    public void close() {
        super.close();
        copies.close();
        dumps.close();
    }
}
