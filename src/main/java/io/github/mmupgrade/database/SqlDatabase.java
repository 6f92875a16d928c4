package io.github.mmupgrade.database;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.access.ScratchDatabase;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is read and written alike on both kinds of servers. */
public abstract class SqlDatabase implements Database {

    private static final List<String> COUNTED = List.of("Users", "Teams", "Channels", "Posts", "FileInfo");
    private static final String ID_ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769";
    private static final int ID_LENGTH = 26;

    private final SqlClient client;

    /**
     * The Mattermost server's own session, for what is in its tables: its role can put views, triggers and functions there,
     * which must not run with the rights of an administrator.
     */
    private final SqlClient own;

    protected SqlDatabase(DataSource source) {
        this.client = new SqlClient(source);
        this.own = source.administers() ? new SqlClient(source.server()) : client;
    }

    /** A table as it is really called; PostgreSQL has them in lower case, MySQL in mixed. */
    record Table(String name, Map<String, String> columns) {}

    public final SqlClient client() {
        return client;
    }

    /** The Mattermost server's own session; the same as {@link #client()} unless that is an administrator's. */
    protected final SqlClient own() {
        return own;
    }

    /** Ends this process's sessions with the database; the next question begins others. */
    public final void endSessions() {
        client.close();
        own.close();
    }

    @Override
    public final DataSource dataSource() {
        return client.source();
    }

    /** A name in the server's quotes. */
    protected abstract String quoted(String identifier);

    /** The statements that other sessions run now. */
    protected abstract Set<String> activeStatements();

    /** The type of a column for texts of some megabytes. */
    protected abstract String longText();

    /** How a statement in a session of {@link #client()}'s role names a table of the Mattermost server. */
    protected abstract String named(String table);

    /** The query for pairs of table and column in the Mattermost server's schema, views left out. */
    protected abstract String columnsQuery();

    /** Names of all tables with rows, as shown and as used in a statement. */
    protected abstract Map<String, String> allTables(SqlClient where);

    /** The query for {@code table.column} and type of the current schema's columns. */
    protected abstract String columnTypesQuery();

    /** The query for {@code table.index} and definition of the current schema's indexes. */
    protected abstract String indexesQuery();

    /** Loads a dump of another server's database into the current one, which is empty. */
    public abstract void adopt(Path dump);

    /** Drops everything in the current database. */
    public abstract void empty();

    @Override
    public Optional<Version> schemaVersion() {
        return schemaVersionText().flatMap(Version::tryParse);
    }

    private Optional<String> schemaVersionText() {
        return table("Systems")
                .flatMap(systems -> own.first(
                        "SELECT " + column(systems, "Value") + " FROM " + quoted(systems.name()) + " WHERE "
                                + column(systems, "Name") + " = 'Version'",
                        row -> row.getString(1)));
    }

    @Override
    public Optional<SchemaMigration> latestMigration() {
        List<SchemaMigration> all = migrations();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    @Override
    public List<SchemaMigration> migrations() {
        return table("db_migrations")
                .map(table -> own.query(
                        "SELECT " + column(table, "Version") + ", " + column(table, "Name") + " FROM "
                                + quoted(table.name()) + " ORDER BY 1",
                        row -> new SchemaMigration(row.getLong(1), row.getString(2))))
                .orElse(List.of());
    }

    @Override
    public boolean hasDirtyMigration() {
        return table("schema_migrations")
                .filter(table -> table.columns().containsKey("dirty"))
                .map(table -> own.query(
                                "SELECT " + column(table, "dirty") + " FROM " + quoted(table.name()),
                                row -> row.getBoolean(1))
                        .contains(true))
                .orElse(false);
    }

    @Override
    public RowCounts counts() {
        return count(own, tables());
    }

    @Override
    public RowCounts counts(String database) {
        try (SqlClient other = new SqlClient(dataSource().withDatabase(database))) {
            return count(other, tables(other));
        }
    }

    private RowCounts count(SqlClient where, Map<String, Table> tables) {
        Map<String, Long> result = new LinkedHashMap<>();
        for (String name : COUNTED) {
            Table table = tables.get(name.toLowerCase(Locale.ROOT));
            if (table != null) {
                result.put(name, where.number("SELECT count(*) FROM " + named(table.name())));
            }
        }
        return new RowCounts(result);
    }

    @Override
    public RowCounts allCounts() {
        return countAll(own);
    }

    @Override
    public RowCounts allCounts(String database) {
        try (SqlClient other = new SqlClient(dataSource().withDatabase(database))) {
            return countAll(other);
        }
    }

    private RowCounts countAll(SqlClient where) {
        return where.inTransaction(Connection.TRANSACTION_REPEATABLE_READ, () -> {
            Map<String, Long> result = new LinkedHashMap<>();
            allTables(where).forEach((shown, used) -> result.put(shown, where.number("SELECT count(*) FROM " + used)));
            return new RowCounts(result);
        });
    }

    @Override
    public Optional<String> firstTeamName() {
        return table("Teams")
                .flatMap(teams -> own.first(
                        "SELECT " + column(teams, "Name") + " FROM " + quoted(teams.name()) + " WHERE "
                                + column(teams, "DeleteAt") + " = 0 ORDER BY " + column(teams, "CreateAt") + ", 1",
                        row -> row.getString(1)));
    }

    @Override
    public boolean hasTeam(String name) {
        return table("Teams")
                .map(teams -> own.number(
                                "SELECT count(*) FROM " + quoted(teams.name()) + " WHERE " + column(teams, "Name")
                                        + " = ?",
                                name)
                        > 0)
                .orElse(false);
    }

    @Override
    public long postsSince(Instant instant) {
        return table("Posts")
                .map(posts -> own.number(
                        "SELECT count(*) FROM " + quoted(posts.name()) + " WHERE " + column(posts, "CreateAt")
                                + " >= ?",
                        instant.toEpochMilli()))
                .orElse(0L);
    }

    @Override
    public Map<String, Long> changesSince(Instant instant) {
        Map<String, Long> found = new LinkedHashMap<>();
        found.put("edited post", edited(instant));
        found.put("channel", changed("Channels", "UpdateAt", "", instant));
        found.put("file", changed("FileInfo", "CreateAt", "", instant));
        found.put("reaction", changed("Reactions", "CreateAt", "", instant));
        String people = table("Bots")
                .map(bots -> " AND Id NOT IN (SELECT " + column(bots, "UserId") + " FROM " + quoted(bots.name()) + ")")
                .orElse("");
        found.put("user", changed("Users", "UpdateAt", people, instant));
        found.values().removeIf(rows -> rows == 0);
        return found;
    }

    /** Posts from before that were changed or deleted since. */
    private long edited(Instant instant) {
        return table("Posts")
                .map(posts -> changed(
                        "Posts",
                        "UpdateAt",
                        " AND " + column(posts, "CreateAt") + " < " + instant.toEpochMilli(),
                        instant))
                .orElse(0L);
    }

    private long changed(String name, String time, String more, Instant instant) {
        // releases of long ago have neither the table nor the column
        return table(name)
                .filter(found -> found.columns().containsKey(time.toLowerCase(Locale.ROOT)))
                .map(found -> own.number(
                        "SELECT count(*) FROM " + quoted(found.name()) + " WHERE " + column(found, time) + " >= ?"
                                + more,
                        instant.toEpochMilli()))
                .orElse(0L);
    }

    @Override
    public Optional<Instant> newestPost() {
        return table("Posts")
                .map(posts -> own.number(
                        "SELECT coalesce(max(" + column(posts, "CreateAt") + "), 0) FROM " + quoted(posts.name())))
                .filter(newest -> newest > 0)
                .map(Instant::ofEpochMilli);
    }

    @Override
    public ProgressMarker progressMarker() {
        long migrations = table("db_migrations")
                .map(table -> own.number("SELECT count(*) FROM " + quoted(table.name())))
                .orElse(0L);
        return new ProgressMarker(migrations, schemaVersionText().orElse(""), activeStatements());
    }

    @Override
    public List<ClusterNode> clusterNodes(Instant since) {
        return table("ClusterDiscovery")
                .map(nodes -> own.query(
                        "SELECT " + column(nodes, "ClusterName") + ", " + column(nodes, "Hostname") + ", "
                                + column(nodes, "LastPingAt") + " FROM " + quoted(nodes.name()) + " WHERE "
                                + column(nodes, "LastPingAt") + " >= ? ORDER BY 2",
                        row -> new ClusterNode(
                                text(row.getString(1)), text(row.getString(2)), Instant.ofEpochMilli(row.getLong(3))),
                        since.toEpochMilli()))
                .orElse(List.of());
    }

    @Override
    public long pendingMigrationJobs() {
        return table("Jobs")
                .map(jobs -> own.number("SELECT count(*) FROM " + quoted(jobs.name()) + " WHERE "
                        + column(jobs, "Type") + " = 'migrations' AND " + column(jobs, "Status")
                        + " NOT IN ('success', 'error', 'canceled', 'warning')"))
                .orElse(0L);
    }

    @Override
    public SchemaSnapshot schema() {
        Map<String, String> columns = new LinkedHashMap<>();
        own.query(columnTypesQuery(), row -> columns.put(row.getString(1), text(row.getString(2))));
        Map<String, String> indexes = new LinkedHashMap<>();
        own.query(indexesQuery(), row -> indexes.put(row.getString(1), text(row.getString(2))));
        return new SchemaSnapshot(tables().keySet(), columns, indexes);
    }

    /** See {@link ScratchDatabase#calm()}. */
    public final void calm() {
        table("ClusterDiscovery").ifPresent(nodes -> own.update("DELETE FROM " + quoted(nodes.name())));
        table("Jobs")
                .ifPresent(jobs -> own.update("UPDATE " + quoted(jobs.name()) + " SET " + column(jobs, "Status")
                        + " = 'canceled' WHERE " + column(jobs, "Type") + " <> 'migrations' AND "
                        + column(jobs, "Status") + " IN ('pending', 'in_progress', 'cancel_requested')"));
    }

    @Override
    public Optional<byte[]> activeConfiguration() {
        return table("Configurations")
                .flatMap(table -> own.first(
                        "SELECT " + column(table, "Value") + " FROM " + quoted(table.name()) + " WHERE "
                                + column(table, "Active") + " IS TRUE",
                        row -> row.getString(1).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void replaceActiveConfiguration(byte[] configuration) {
        Table table = table("Configurations")
                .orElseThrow(() -> new StageFailedException(
                        "The database " + dataSource()
                                + " has no table Configurations, so it contains no configuration",
                        Hint.of("Start the server once with its configuration in the database.")));
        String active = column(table, "Active");
        String value = new String(configuration, StandardCharsets.UTF_8);
        own.inTransaction(Connection.TRANSACTION_READ_COMMITTED, () -> {
            // Active is UNIQUE and may be NULL: any number of rows can be inactive, only as NULL
            own.update("UPDATE " + quoted(table.name()) + " SET " + active + " = NULL WHERE " + active + " IS TRUE");
            String columns = column(table, "Id") + ", " + column(table, "Value") + ", " + column(table, "CreateAt")
                    + ", " + active;
            long now = Instant.now().toEpochMilli();
            if (table.columns().containsKey("sha")) {
                // newer servers compare this digest with that of what they are about to write
                own.update(
                        "INSERT INTO " + quoted(table.name()) + " (" + columns + ", " + column(table, "SHA")
                                + ") VALUES (?, ?, ?, TRUE, ?)",
                        newId(),
                        value,
                        now,
                        Digests.sha256(configuration));
            } else {
                own.update(
                        "INSERT INTO " + quoted(table.name()) + " (" + columns + ") VALUES (?, ?, ?, TRUE)",
                        newId(),
                        value,
                        now);
            }
            return null;
        });
    }

    @Override
    public void makeConfigurationTable() {
        if (table("Configurations").isEmpty()) {
            own.inTransaction(Connection.TRANSACTION_READ_COMMITTED, () -> {
                // an administrator's table would be closed to the server
                return own.update("CREATE TABLE Configurations (Id VARCHAR(26) PRIMARY KEY, Value " + longText()
                        + " NOT NULL, CreateAt BIGINT NOT NULL, Active BOOLEAN NULL UNIQUE)");
            });
        }
    }

    @Override
    public void close() {
        endSessions();
    }

    final Optional<Table> table(String name) {
        return Optional.ofNullable(tables().get(name.toLowerCase(Locale.ROOT)));
    }

    public final Map<String, Table> tables() {
        return tables(own);
    }

    private Map<String, Table> tables(SqlClient where) {
        Map<String, Table> result = new LinkedHashMap<>();
        where.query(columnsQuery(), row -> {
            String name = row.getString(1);
            String column = row.getString(2);
            return result.computeIfAbsent(name.toLowerCase(Locale.ROOT), key -> new Table(name, new LinkedHashMap<>()))
                    .columns()
                    .putIfAbsent(column.toLowerCase(Locale.ROOT), column);
        });
        return result;
    }

    private String column(Table table, String name) {
        String actual = table.columns().get(name.toLowerCase(Locale.ROOT));
        if (actual == null) {
            throw new StageFailedException(
                    "Table " + table.name() + " of the database " + dataSource() + " has no column " + name,
                    Hint.of("Check that this is the database of a Mattermost server."));
        }
        return quoted(actual);
    }

    public static String text(String value) {
        return value == null ? "" : value;
    }

    /** An id as Mattermost makes them: 26 characters of its base32 alphabet. */
    private static String newId() {
        SecureRandom random = new SecureRandom();
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
        }
        return id.toString();
    }
}
