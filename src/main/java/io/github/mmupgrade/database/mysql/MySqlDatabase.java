package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.OwnSessions;
import io.github.mmupgrade.connection.SqlClient;
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
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A database on a MySQL or MariaDB server. */
public final class MySqlDatabase extends SqlDatabase {

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

    /** Bytes a second that a dump is reckoned with. */
    private static final long BYTES_PER_SECOND = 30_000_000;

    private static final long RESTORED_PER_SECOND = 15_000_000;

    private static final int PATIENCE_TRIES = 10;
    private static final long PAUSE_MILLIS = 100;

    private final MySqlSideDatabases siblings;
    private final MySqlDumps dumps;
    private final MariaDbBaseBackups baseBackups;

    public MySqlDatabase(DataSource source, Host host, DatabaseTools tools) {
        super(source);
        this.siblings = new MySqlSideDatabases(client());
        this.dumps = new MySqlDumps(this, siblings, host, tools);
        this.baseBackups = new MariaDbBaseBackups(client(), host, tools, this::serverVersion);
    }

    @Override
    protected String quoted(String identifier) {
        return MySqlSideDatabases.quoted(identifier);
    }

    @Override
    protected String named(String table) {
        return quoted(table);
    }

    @Override
    protected String columnsQuery() {
        return "SELECT c.table_name, c.column_name FROM information_schema.columns c"
                + " JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
                + " WHERE c.table_schema = DATABASE() AND t.table_type NOT LIKE '%VIEW'"
                + " ORDER BY c.table_name, c.ordinal_position";
    }

    @Override
    protected Map<String, String> allTables(SqlClient where) {
        Map<String, String> result = new LinkedHashMap<>();
        where.query(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                        + " AND table_type = 'BASE TABLE' AND table_name NOT IN (?, ?) ORDER BY 1",
                row -> result.put(row.getString(1), quoted(row.getString(1))),
                MySqlSideDatabases.MARKER,
                MySqlSideDatabases.HOLD);
        return result;
    }

    @Override
    public ServerVersion serverVersion() {
        String text =
                client().first("SELECT VERSION()", row -> row.getString(1)).orElseThrow();
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.matches()) {
            throw new RefusedException(
                    "The server of " + dataSource() + " says that its version is '" + text + "'",
                    Hint.of("Check that it is a MySQL or MariaDB server."));
        }
        boolean mariaDb = text.toLowerCase(Locale.ROOT).contains("mariadb");
        return new ServerVersion(
                mariaDb ? "MariaDB" : "MySQL",
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                text);
    }

    @Override
    protected String columnTypesQuery() {
        return "SELECT CONCAT(table_name, '.', column_name), CONCAT(column_type,"
                + " IF(is_nullable = 'NO', ' not null', '')) FROM information_schema.columns"
                + " WHERE table_schema = DATABASE() ORDER BY 1";
    }

    @Override
    protected String indexesQuery() {
        return "SELECT CONCAT(table_name, '.', index_name), CONCAT(MIN(IF(non_unique, '', 'unique ')),"
                + " MIN(LOWER(index_type)), ' (', GROUP_CONCAT(column_name ORDER BY seq_in_index), ')')"
                + " FROM information_schema.statistics WHERE table_schema = DATABASE()"
                + " GROUP BY table_name, index_name ORDER BY 1";
    }

    @Override
    public void adopt(Path dump) {
        dumps.adopt(dump);
    }

    @Override
    public void empty() {
        siblings.empty(dataSource().database());
        siblings.unmark(dataSource().database());
    }

    /** What the server's statistics say, which lag some seconds behind what was just written. */
    @Override
    public long sizeBytes() {
        ServerVersion version = serverVersion();
        if (!version.isMariaDb() && version.major() >= 8) {
            // it keeps its statistics for a day
            client().update("SET SESSION information_schema_stats_expiry = 0");
        }
        return client().number("SELECT coalesce(sum(data_length + index_length), 0) FROM information_schema.tables"
                + " WHERE table_schema = DATABASE()");
    }

    @Override
    public List<Session> foreignSessions() {
        return client()
                .query(
                        "SELECT id, user, host, command, user = coalesce(?, SUBSTRING_INDEX(USER(), '@', 1))"
                                + " FROM information_schema.processlist WHERE db = DATABASE()"
                                + " AND user NOT IN ('system user', 'event_scheduler')"
                                + " AND command NOT LIKE 'Binlog Dump%' ORDER BY id",
                        row -> new Session(
                                row.getLong(1),
                                text(row.getString(2)),
                                "",
                                address(row.getString(3)),
                                text(row.getString(4)).toLowerCase(Locale.ROOT),
                                true,
                                row.getBoolean(5)),
                        dataSource().administers() ? dataSource().server().user() : null)
                .stream()
                .filter(session -> !isOurs(session.id()))
                .toList();
    }

    /** Whether a session is of this process, by either data source. */
    private boolean isOurs(long session) {
        return OwnSessions.contains(dataSource(), session)
                || OwnSessions.contains(dataSource().server(), session);
    }

    /** {@code 10.0.0.7:51234} without its port; nothing for a socket. */
    private static Optional<String> address(String host) {
        if (host == null || host.isEmpty() || host.equals("localhost")) {
            return Optional.empty();
        }
        int colon = host.lastIndexOf(':');
        return Optional.of(colon < 0 ? host : host.substring(0, colon));
    }

    @Override
    protected String longText() {
        return "MEDIUMTEXT";
    }

    @Override
    protected Set<String> activeStatements() {
        Set<String> result = new LinkedHashSet<>();
        client()
                .query(
                        "SELECT id, SUBSTRING_INDEX(TRIM(info), ' ', 3) FROM information_schema.processlist"
                                + " WHERE db = DATABASE() AND command NOT IN ('Sleep', 'Daemon') AND info IS NOT NULL"
                                + " AND coalesce(state, '') NOT LIKE '%lock%'",
                        row -> isOurs(row.getLong(1)) ? null : row.getLong(1) + ": " + row.getString(2))
                .stream()
                .filter(statement -> statement != null)
                .forEach(result::add);
        return result;
    }

    @Override
    public List<CopyPrecondition> preconditions(String copyName, Long declaredFreeBytes) {
        return List.of(CopyPrecondition.blocking(
                "frozen-copy",
                serverVersion() + " cannot copy a database within the server",
                "The database is dumped while the server is stopped instead, which takes about "
                        + estimateDump().toSeconds()
                        + " s. Your own command can save it, too (mattermost.backup.database=command)."));
    }

    @Override
    public Optional<CopyForecast> forecastFreeze(long bytesPerSecond) {
        return Optional.empty();
    }

    @Override
    public Duration estimateDump() {
        return Duration.ofSeconds(1 + sizeBytes() / BYTES_PER_SECOND);
    }

    @Override
    public Duration estimateRestore() {
        return Duration.ofSeconds(1 + sizeBytes() / RESTORED_PER_SECOND);
    }

    @Override
    public Optional<DatabaseBaseBackups> baseBackups() {
        return Optional.of(baseBackups);
    }

    @Override
    public CopyOutcome freeze(String copyName) {
        throw new RefusedException(
                serverVersion() + " cannot copy the database " + dataSource() + " within the server",
                Hint.of("Dump it instead (mattermost.backup.database=dump)."));
    }

    @Override
    public boolean exists(String name) {
        return siblings.exists(name) && !siblings.isUnfinished(name);
    }

    @Override
    public boolean acceptsConnections() {
        return siblings.exists(dataSource().database());
    }

    @Override
    public List<String> settleUnfinished() {
        return siblings.settleUnfinished();
    }

    @Override
    public CopyOutcome switchTo(String newDatabase, String discardedName) {
        CopyOutcome outcome = siblings.switchTo(newDatabase, discardedName, foreignSessions());
        // sessions of programs that have just ended are still listed for a moment
        for (int i = 0; i < PATIENCE_TRIES && outcome instanceof CopyOutcome.Blocked; i++) {
            pause();
            outcome = siblings.switchTo(newDatabase, discardedName, foreignSessions());
        }
        return outcome;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            // what is next sees that it is interrupted
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isSwitched(String newDatabase, String discardedName) {
        return siblings.isSwitched(newDatabase, discardedName);
    }

    @Override
    public void drop(String name) {
        siblings.drop(name);
    }

    @Override
    public List<SideDatabase> listSiblings() {
        return siblings.list();
    }

    @Override
    public DumpFormat preferredFormat() {
        return DumpFormat.SQL_ZSTD;
    }

    @Override
    public String requireTools() {
        return dumps.requireTools();
    }

    /** MySQL's programs read the password only; the rest goes by the names that it has for PostgreSQL, too. */
    @Override
    public Map<String, String> clientEnvironment() {
        DataSource source = dataSource();
        Map<String, String> result = new LinkedHashMap<>();
        result.put("PGHOST", source.host());
        result.put("PGPORT", Integer.toString(source.port()));
        result.put("PGDATABASE", source.database());
        result.put("PGUSER", source.user());
        result.put("MYSQL_PWD", source.password());
        source.socket().ifPresent(socket -> result.put("MYSQL_UNIX_PORT", socket.toString()));
        return result;
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
        boolean moves = siblings.mayCreate(newDatabase)
                && siblings.obstacles(dataSource().database()).isEmpty()
                // what is loaded there already can't be moved either
                && siblings.obstacles(newDatabase).isEmpty();
        return moves ? RestoreWay.NEW_DATABASE_AND_RENAME : RestoreWay.IN_PLACE_AFTER_SAVING;
    }

    /** Tables have no owners there. */
    @Override
    public DatabaseProgress progress(String name) {
        return new MySqlProgress(dataSource());
    }

    @Override
    public void createEmpty(String newDatabase) {
        siblings.createEmpty(newDatabase);
    }

    @Override
    public RowCounts restoreInto(
            String newDatabase, Path dump, DumpFormat format, RowCounts expected, DumpOwnership owners) {
        return dumps.restoreInto(newDatabase, dump, expected);
    }

    @Override
    public RowCounts restoreInPlace(
            Path dump, DumpFormat format, Path saved, RowCounts expected, DumpOwnership owners) {
        return dumps.restoreInPlace(dump, saved, expected);
    }

    @Override
    public boolean inPlaceRestoreUnfinished() {
        return siblings.isUnfinished(dataSource().database());
    }

    @Override
    public Optional<DatabaseCatchUp> catchUp() {
        return Optional.empty();
    }
}
