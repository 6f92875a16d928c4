package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.release.Version;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be asked of a Mattermost database. Nothing here changes it.
 *
 * <p>Every method throws {@link io.github.mmupgrade.report.RefusedException} when the database can't be reached and
 * {@link io.github.mmupgrade.report.StageFailedException} when it can, but doesn't answer.
 */
public interface DatabaseReads {

    /** Where it is. */
    DataSource dataSource();

    /** The family of servers. */
    default DatabaseKind kind() {
        return dataSource().kind();
    }

    /** What the server is. */
    ServerVersion serverVersion();

    /** The schema's version: the row {@code Version} of table {@code Systems}; empty for an empty database. */
    Optional<Version> schemaVersion();

    /** The newest row of {@code db_migrations}; empty before 6.0. */
    Optional<SchemaMigration> latestMigration();

    /** All rows of {@code db_migrations}, oldest first; empty before 6.0. */
    List<SchemaMigration> migrations();

    /** Whether a migration broke off half-way, so that the server refuses to start ({@code schema_migrations} dirty). */
    boolean hasDirtyMigration();

    /** The rows of Users, Teams, Channels, Posts and FileInfo, under these names, where the tables exist. */
    RowCounts counts();

    /** The rows of every table, at one moment. Reads every table once. */
    RowCounts allCounts();

    /** The name (of the URL) of the oldest team that isn't archived; empty when there is none. */
    Optional<String> firstTeamName();

    /** Whether there is a team of this name. */
    boolean hasTeam(String name);

    /** How many posts were created at an instant or later. */
    long postsSince(Instant instant);

    /**
     * What else people have made or changed at an instant or later: rows by what they are, {@code channel}, {@code file},
     * {@code reaction}, {@code user}; what there is none of has no entry. Users that are bots do not count.
     */
    Map<String, Long> changesSince(Instant instant);

    /** When the newest post was created, by the clock of the server that took it; empty when there is none. */
    Optional<Instant> newestPost();

    /** What the database takes on its server's disk, in bytes. */
    long sizeBytes();

    /** Where its server keeps it, when that is on this host and can be found out; else empty. */
    default Optional<Path> localDirectory() {
        return Optional.empty();
    }

    /** Everybody else's sessions with this database: a running Mattermost server's too, ours never. */
    List<Session> foreignSessions();

    /**
     * Whether a pooler may hand this role's sessions from one client to the next, transaction by transaction (PgBouncer
     * with {@code pool_mode = transaction}). A dump leaves settings in them that a running server must not meet.
     */
    default boolean sharesSessions() {
        return false;
    }

    /** How far a migration has come. */
    ProgressMarker progressMarker();

    /** The nodes of a Mattermost cluster that were seen at an instant or later. */
    List<ClusterNode> clusterNodes(Instant since);

    /** How many background jobs of type {@code migrations} are neither done, failed nor cancelled. */
    long pendingMigrationJobs();

    /** The configuration, byte for byte, that is active where it lives in the database; empty where it doesn't. */
    Optional<byte[]> activeConfiguration();

    /** Its tables, columns and indexes. */
    SchemaSnapshot schema();
}
