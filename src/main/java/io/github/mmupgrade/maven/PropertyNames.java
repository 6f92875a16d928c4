package io.github.mmupgrade.maven;

import java.util.Set;

/** The properties of the plugin, each spelled once. */
final class PropertyNames {

    static final String INSTALL_DIRECTORY = "mattermost.installDirectory";
    static final String STATE_DIRECTORY = "mattermost.stateDirectory";
    static final String BACKUP_DIRECTORY = "mattermost.backupDirectory";
    static final String CACHE_DIRECTORY = "mattermost.cacheDirectory";
    static final String SERVICE = "mattermost.service";
    static final String SERVICE_NAME = "mattermost.serviceName";
    static final String START_COMMAND = "mattermost.startCommand";
    static final String STOP_COMMAND = "mattermost.stopCommand";
    static final String STATUS_COMMAND = "mattermost.statusCommand";
    static final String ENVIRONMENT_FILE = "mattermost.environmentFile";
    static final String TARGET_VERSION = "mattermost.targetVersion";
    static final String EDITION = "mattermost.edition";
    static final String ARCHIVE = "mattermost.archive";
    static final String ARCHIVE_URL = "mattermost.archiveUrl";
    static final String SHA256 = "mattermost.sha256";
    static final String SIGNING_KEY = "mattermost.signingKey";
    static final String CATALOGUE = "mattermost.catalogue";
    static final String PATH = "mattermost.path";
    static final String CHANGELOG = "mattermost.changelog";
    static final String ACKNOWLEDGE = "mattermost.acknowledge";
    static final String PRIMARY_TEAM = "mattermost.primaryTeam";
    static final String STOP_TIMEOUT = "mattermost.stopTimeout";
    static final String START_TIMEOUT = "mattermost.startTimeout";
    static final String WATCH = "mattermost.watch";
    static final String MAX_DOWNTIME = "mattermost.maxDowntime";
    static final String CONFIG_MODE = "mattermost.config.mode";
    static final String CONFIG_OVERLAYS = "mattermost.config.overlays";
    static final String CONFIG_DROP_UNKNOWN = "mattermost.config.dropUnknown";
    static final String CONFIG_ADOPT_DEFAULTS = "mattermost.config.adoptDefaults";
    static final String BACKUP_DATABASE = "mattermost.backup.database";
    static final String BACKUP_COMMAND = "mattermost.backup.command";
    static final String BACKUP_FILES = "mattermost.backup.files";
    static final String BACKUP_FILES_COMMAND = "mattermost.backup.filesCommand";
    static final String BACKUP_ONLINE_DUMP = "mattermost.backup.onlineDump";
    static final String BACKUP_STOP = "mattermost.backup.stop";
    static final String BACKUP_KEEP = "mattermost.backup.keep";
    static final String BACKUP_RUN = "mattermost.backup.run";
    static final String BACKUP_MAX_AGE_DAYS = "mattermost.backup.maxAgeDays";
    static final String VERIFY_RESTORE = "mattermost.verify.restore";
    static final String SOURCE = "mattermost.source";
    static final String SOURCE_SERVICE = "mattermost.source.service";
    static final String SOURCE_SERVICE_NAME = "mattermost.source.serviceName";
    static final String SOURCE_START_COMMAND = "mattermost.source.startCommand";
    static final String SOURCE_STOP_COMMAND = "mattermost.source.stopCommand";
    static final String SOURCE_STATUS_COMMAND = "mattermost.source.statusCommand";
    static final String SOURCE_ENVIRONMENT_FILE = "mattermost.source.environmentFile";
    static final String MIGRATE_KEEP = "mattermost.migrate.keep";
    static final String MIGRATE_ALLOW_OLDER = "mattermost.migrate.allowOlder";
    static final String MIGRATE_KEEP_SOURCE_RUNNING = "mattermost.migrate.keepSourceRunning";
    static final String MIGRATE_LEAVE_SOURCE_STOPPED = "mattermost.migrate.leaveSourceStopped";
    static final String RESTORE_CONFIG = "mattermost.restore.config";
    static final String RESTORE_TO = "mattermost.restore.to";
    static final String REHEARSE_SOURCE = "mattermost.rehearse.source";
    static final String REHEARSE_SERVER_ID = "mattermost.rehearse.serverId";
    static final String REHEARSE_POSTGRES_VERSION = "mattermost.rehearse.postgresVersion";
    static final String REHEARSE_PLUGINS = "mattermost.rehearse.plugins";
    static final String REHEARSE_FILES = "mattermost.rehearse.files";
    static final String REHEARSE_KEEP_RUNNING = "mattermost.rehearse.keepRunning";
    static final String REHEARSE_END = "mattermost.rehearse.end";
    static final String REHEARSE_DIRECTORY = "mattermost.rehearse.directory";
    static final String REHEARSE_REPORT = "mattermost.rehearse.report";
    static final String TOOLS_DIRECTORY = "mattermost.toolsDirectory";
    static final String DATABASE_SERVER_ID = "mattermost.databaseServerId";
    static final String JOBS = "mattermost.jobs";
    static final String KEEP_FROZEN = "mattermost.keepFrozen";
    static final String SITE_URL = "mattermost.siteUrl";
    static final String TEAM = "mattermost.team";
    static final String ANNOUNCEMENT = "mattermost.announcement";
    static final String WEBHOOK_SERVER_ID = "mattermost.webhookServerId";
    static final String MIRROR_SERVER_ID = "mattermost.mirrorServerId";
    static final String ON_FAILURE = "mattermost.onFailure";
    static final String ROLLBACK_TO = "mattermost.rollback.to";
    static final String ROLLBACK_DISCARD_NEW_DATA = "mattermost.rollback.discardNewData";
    static final String DRY_RUN = "mattermost.dryRun";
    static final String FORMAT = "mattermost.format";
    static final String SKIP = "mattermost.skip";

    /** The variable that the announcement's webhook may come from. */
    static final String WEBHOOK_VARIABLE = "MATTERMOST_WEBHOOK_URL";

    /** The variable that the data source of a rehearsal's scratch database may come from. */
    static final String REHEARSAL_VARIABLE = "MATTERMOST_REHEARSAL_DATASOURCE";

    /** The variable that the data source for administration may come from. */
    static final String ADMINISTRATION_VARIABLE = "MATTERMOST_ADMIN_DATASOURCE";

    private static final Set<String> ALL = Set.of(
            INSTALL_DIRECTORY,
            STATE_DIRECTORY,
            BACKUP_DIRECTORY,
            CACHE_DIRECTORY,
            SERVICE,
            SERVICE_NAME,
            START_COMMAND,
            STOP_COMMAND,
            STATUS_COMMAND,
            ENVIRONMENT_FILE,
            TARGET_VERSION,
            EDITION,
            ARCHIVE,
            ARCHIVE_URL,
            SHA256,
            SIGNING_KEY,
            CATALOGUE,
            PATH,
            CHANGELOG,
            ACKNOWLEDGE,
            PRIMARY_TEAM,
            STOP_TIMEOUT,
            START_TIMEOUT,
            WATCH,
            MAX_DOWNTIME,
            CONFIG_MODE,
            CONFIG_OVERLAYS,
            CONFIG_DROP_UNKNOWN,
            CONFIG_ADOPT_DEFAULTS,
            BACKUP_DATABASE,
            BACKUP_COMMAND,
            BACKUP_FILES,
            BACKUP_FILES_COMMAND,
            BACKUP_ONLINE_DUMP,
            BACKUP_STOP,
            BACKUP_KEEP,
            BACKUP_RUN,
            BACKUP_MAX_AGE_DAYS,
            VERIFY_RESTORE,
            SOURCE,
            SOURCE_SERVICE,
            SOURCE_SERVICE_NAME,
            SOURCE_START_COMMAND,
            SOURCE_STOP_COMMAND,
            SOURCE_STATUS_COMMAND,
            SOURCE_ENVIRONMENT_FILE,
            MIGRATE_KEEP,
            MIGRATE_ALLOW_OLDER,
            MIGRATE_KEEP_SOURCE_RUNNING,
            MIGRATE_LEAVE_SOURCE_STOPPED,
            RESTORE_CONFIG,
            RESTORE_TO,
            REHEARSE_SOURCE,
            REHEARSE_SERVER_ID,
            REHEARSE_POSTGRES_VERSION,
            REHEARSE_PLUGINS,
            REHEARSE_FILES,
            REHEARSE_KEEP_RUNNING,
            REHEARSE_END,
            REHEARSE_DIRECTORY,
            REHEARSE_REPORT,
            TOOLS_DIRECTORY,
            DATABASE_SERVER_ID,
            JOBS,
            KEEP_FROZEN,
            SITE_URL,
            TEAM,
            ANNOUNCEMENT,
            WEBHOOK_SERVER_ID,
            MIRROR_SERVER_ID,
            ON_FAILURE,
            ROLLBACK_TO,
            ROLLBACK_DISCARD_NEW_DATA,
            DRY_RUN,
            FORMAT,
            SKIP);

    private PropertyNames() {}

    /** All properties but those that skip one goal. */
    static Set<String> all() {
        return ALL;
    }

    /** The property that skips one goal: {@code mattermost.<goal>.skip}. */
    static String skipOf(String goal) {
        return "mattermost." + goal + ".skip";
    }
}
