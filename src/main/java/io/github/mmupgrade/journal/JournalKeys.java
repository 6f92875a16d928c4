package io.github.mmupgrade.journal;

/** The names of what stages leave for one another in the journal. */
public final class JournalKeys {

    /** Of the run: the installed version at its beginning. */
    public static final String FROM = "from";

    /** Of the run: the edition at its beginning. */
    public static final String EDITION = "edition";

    /** Of a run that is a migration: the directory of the installation or the backup that it takes over. */
    public static final String SOURCE = "source";

    /** Of a run that is a conversion: the database that the installation moves to. */
    public static final String CONVERTED = "convertedTo";

    /** Of a conversion: the file that says what was done with each table, and the list of repairs, if there is one. */
    public static final String TABLES = "tables";

    public static final String REPAIRS = "repairs";

    /** Of the run: how many hops it has. */
    public static final String HOPS = "hops";

    /** Of the run: the version at its end. */
    public static final String TARGET = "target";

    /** Of the run: the edition at its end. */
    public static final String TARGET_EDITION = "targetEdition";

    /** Of the run: the version and the archive's checksum of each hop, in order. */
    public static final String PLANNED_HOPS = "plannedHops";

    /** Of the run: the options that decide what the new server runs with, in words. */
    public static final String OPTIONS = "options";

    /** Of the run: the primary team that the step to 3.0 asks for; not there when none was named. */
    public static final String PRIMARY_TEAM = "primaryTeam";

    /** Of the run: the identity of its plan. */
    public static final String PLAN_ID = "planId";

    /** Of the run: how the server was managed, and under which name. */
    static final String SERVICE_KIND = "serviceKind";

    static final String SERVICE_NAME = "serviceName";

    /** Of a hop: the version that it installs. */
    public static final String TO = "to";

    /** Of a hop: the archive, and its checksum. */
    public static final String ARCHIVE = "archive";

    public static final String SHA256 = "sha256";

    /** Of a hop: {@code true} when its server needs {@code -upgrade_db_30} before it starts. */
    public static final String SCHEMA_COMMAND = "schemaCommand";

    /** Of a hop: where the release is unpacked. */
    public static final String NEXT = "next";

    /** Of a hop: the server is told to stop now. */
    public static final String STOP_ORDERED = "stopOrdered";

    /** Of a hop: whether the server ran before the stop. */
    public static final String WAS_RUNNING = "wasRunning";

    /** Of what was copied ahead: how the file store is saved. */
    public static final String FILES = "files";

    /** Of a backup: the last migration of the database; empty if it has none. */
    public static final String MIGRATION = "migration";

    /** Of what was copied ahead: the files of the release that were changed here, a line each. */
    public static final String CHANGED = "changed";

    /** Of the run: the directory of its backup. */
    public static final String BACKUP = "backup";

    /** Of a backup: the directory that it is in, and where the file system of that was mounted. */
    public static final String BACKUP_ROOT = "backupRoot";

    public static final String BACKUP_MOUNT = "backupMount";

    /** Of the run: the newest post when the server was stopped, in milliseconds since 1970; 0 for none. */
    public static final String NEWEST_POST = "newestPost";

    /** Of the run: the way in which the database is saved, a constant of {@code DatabaseSaving}. */
    public static final String METHOD = "databaseMethod";

    /** Of the run: the name of the frozen copy of the database, or empty. */
    public static final String FROZEN = "frozen";

    /** Of the run: the directory of the base backup of the database server. */
    public static final String BASE_BACKUP = "baseBackup";

    /** Of the run: where the log of the database server was when the base backup was finished, in the server's words. */
    public static final String BASE_POSITION = "basePosition";

    /** Of the run: the dump of the database inside the backup, or empty. */
    public static final String DUMP = "dump";

    /** Of the run: the organisation's own command that saves its database, and the moments that it knows. */
    public static final String COMMAND = "databaseCommand";

    public static final String COMMAND_MOMENTS = "databaseCommandMoments";

    /** Of the run: after how many seconds that command is ended in a rollback or when it discards. */
    public static final String COMMAND_LIMIT = "databaseCommandLimit";

    /** Of the run: the name of what that command has made. */
    public static final String COMMAND_COPY = "databaseCommandCopy";

    /** Of the run: the row counts before, as JSON. */
    public static final String COUNTS = "counts";

    /** Of the last hop: the row counts when it was verified, as JSON. */
    public static final String COUNTS_AFTER = "countsAfter";

    /** Of the run: the releases whose notes a person said to have read, as that person said it. */
    public static final String ACKNOWLEDGED = "acknowledged";

    /** Of the first hop of a migration: the row counts of the source, as JSON. */
    public static final String SOURCE_COUNTS = "sourceCounts";

    /** Of the first hop of a migration: whether the source's database is loaded beside the destination's, to take its name. */
    public static final String BESIDE = "beside";

    /** Of the run: the schema before. */
    public static final String SCHEMA = "schema";

    /** Of the first hop: the listen address as it was configured before. */
    public static final String LISTEN = "listen";

    /** Of a hop: the renames, as JSON. */
    public static final String PLAN = "plan";

    /** Of a hop: how many settings differ from those before the run when it was verified, in words. */
    public static final String SETTINGS = "settings";

    /** Of the run: whether a server of the new release has run, as a rollback found it at its beginning. */
    public static final String NEW_SERVER_RAN = "newServerRan";

    /** Of the run: what users had written that its rollback has set aside, in words; empty for nothing. */
    public static final String WRITTEN = "written";

    /** Of the run: the node's name, where a whole cluster is upgraded. */
    public static final String NODE = "node";

    /** Of the run: the names of all nodes of that cluster, in the order of the work, separated by commas. */
    public static final String NODES = "nodes";

    /** Of the run: how they follow one another, {@code ROLLING} or {@code TOGETHER}. */
    public static final String NODE_ORDER = "nodeOrder";

    /** Of the run: the names of nodes that were left out, separated by commas; empty for none. */
    public static final String LEFT_OUT = "leftOut";

    /** Of the run: how the proxy had the node before anything was done, as its command said. */
    public static final String PROXY_STATE = "proxyState";

    /** Of a run of a cluster: whether its proxies give this node no requests because of the run. */
    public static final String DRAINED = "drained";

    /** Of a hop: the node that has started and verified its release in this one's place. */
    public static final String VERIFIED_BY = "verifiedBy";

    private JournalKeys() {}
}
