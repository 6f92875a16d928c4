package io.github.mmupgrade.maven.parameters;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The properties of the plugin, each spelled once. */
public final class PropertyNames {

    public static final String HOST = "mattermost.host";
    public static final String SUDO = "mattermost.sudo";
    public static final String SUDO_SERVER_ID = "mattermost.sudo.serverId";
    public static final String SSH_PROGRAM = "mattermost.ssh.program";
    public static final String SSH_SERVER_ID = "mattermost.ssh.serverId";
    public static final String SSH_KNOWN_HOSTS = "mattermost.ssh.knownHosts";
    public static final String SSH_CONNECT_TIMEOUT = "mattermost.ssh.connectTimeout";
    public static final String SSH_KEEP_ALIVE = "mattermost.ssh.keepAlive";
    public static final String SSH_RECONNECT = "mattermost.ssh.reconnect";
    public static final String REMOTE_CACHE_DIRECTORY = "mattermost.remote.cacheDirectory";
    public static final String REMOTE_RUNTIME = "mattermost.remote.runtime";
    public static final String REMOTE_DOWNLOAD = "mattermost.remote.download";
    public static final String REMOTE_LOCAL_CACHE = "mattermost.remote.localCache";
    public static final String SOURCE_HOST = "mattermost.source.host";
    public static final String SOURCE_DIRECT = "mattermost.source.direct";
    public static final String SOURCE_SUDO = "mattermost.source.sudo";
    public static final String SOURCE_SSH_SERVER_ID = "mattermost.source.ssh.serverId";
    public static final String REHEARSE_ON = "mattermost.rehearse.on";
    public static final String NODES = "mattermost.nodes";
    public static final String CLUSTER_ORDER = "mattermost.cluster.order";
    public static final String CLUSTER_SCHEMA_COMPATIBLE = "mattermost.cluster.schemaCompatible";
    public static final String CLUSTER_LEAVE_OUT = "mattermost.cluster.leaveOut";
    public static final String CLUSTER_ONLY = "mattermost.cluster.only";
    public static final String CLUSTER_MAY_DIFFER = "mattermost.cluster.mayDiffer";
    public static final String CLUSTER_DRAIN_COMMAND = "mattermost.cluster.drainCommand";
    public static final String CLUSTER_ENABLE_COMMAND = "mattermost.cluster.enableCommand";
    public static final String CLUSTER_CUT_COMMAND = "mattermost.cluster.cutCommand";
    public static final String CLUSTER_STATE_COMMAND = "mattermost.cluster.stateCommand";
    public static final String CLUSTER_PROXY_HOSTS = "mattermost.cluster.proxyHosts";
    public static final String CLUSTER_COMMAND_TIMEOUT = "mattermost.cluster.commandTimeout";
    public static final String CLUSTER_DRAIN_TIMEOUT = "mattermost.cluster.drainTimeout";
    public static final String CLUSTER_SETTLE = "mattermost.cluster.settle";
    public static final String KUBERNETES_RESOURCE = "mattermost.kubernetes.resource";
    public static final String KUBERNETES_CONTEXT = "mattermost.kubernetes.context";
    public static final String KUBERNETES_KUBECONFIG = "mattermost.kubernetes.kubeconfig";
    public static final String KUBERNETES_BACKUP = "mattermost.kubernetes.backup";
    public static final String KUBERNETES_BACKUP_IMAGE = "mattermost.kubernetes.backupImage";
    public static final String KUBERNETES_BACKUP_CLAIM = "mattermost.kubernetes.backupClaim";
    public static final String KUBERNETES_SCHEMA_COMPATIBLE = "mattermost.kubernetes.schemaCompatible";
    public static final String KUBERNETES_ALLOW_OWNER = "mattermost.kubernetes.allowOwner";
    public static final String KUBERNETES_TAKE_OVER = "mattermost.kubernetes.takeOver";
    public static final String KUBERNETES_OPERATOR_TIMEOUT = "mattermost.kubernetes.operatorTimeout";
    public static final String KUBERNETES_MIGRATION_TIMEOUT = "mattermost.kubernetes.migrationTimeout";
    public static final String KUBERNETES_ROLLOUT_TIMEOUT = "mattermost.kubernetes.rolloutTimeout";
    public static final String INSTALL_DIRECTORY = "mattermost.installDirectory";
    public static final String STATE_DIRECTORY = "mattermost.stateDirectory";
    public static final String BACKUP_DIRECTORY = "mattermost.backupDirectory";
    public static final String CACHE_DIRECTORY = "mattermost.cacheDirectory";
    public static final String SERVICE = "mattermost.service";
    public static final String SERVICE_NAME = "mattermost.serviceName";
    public static final String START_COMMAND = "mattermost.startCommand";
    public static final String STOP_COMMAND = "mattermost.stopCommand";
    public static final String STATUS_COMMAND = "mattermost.statusCommand";
    public static final String ENVIRONMENT_FILE = "mattermost.environmentFile";
    public static final String TARGET_VERSION = "mattermost.targetVersion";
    public static final String EDITION = "mattermost.edition";
    public static final String ARCHIVE = "mattermost.archive";
    public static final String ARCHIVE_URL = "mattermost.archiveUrl";
    public static final String SHA256 = "mattermost.sha256";
    public static final String SIGNING_KEY = "mattermost.signingKey";
    public static final String CATALOGUE = "mattermost.catalogue";
    public static final String PATH = "mattermost.path";
    public static final String CHANGELOG = "mattermost.changelog";
    public static final String ACKNOWLEDGE = "mattermost.acknowledge";
    public static final String PRIMARY_TEAM = "mattermost.primaryTeam";
    public static final String STOP_TIMEOUT = "mattermost.stopTimeout";
    public static final String START_TIMEOUT = "mattermost.startTimeout";
    public static final String WATCH = "mattermost.watch";
    public static final String MAX_DOWNTIME = "mattermost.maxDowntime";
    public static final String CONFIG_MODE = "mattermost.config.mode";
    public static final String CONFIG_OVERLAYS = "mattermost.config.overlays";
    public static final String CONFIG_DROP_UNKNOWN = "mattermost.config.dropUnknown";
    public static final String CONFIG_ADOPT_DEFAULTS = "mattermost.config.adoptDefaults";
    public static final String BACKUP_DATABASE = "mattermost.backup.database";
    public static final String BACKUP_COMMAND = "mattermost.backup.command";
    public static final String BACKUP_COMMAND_MOMENTS = "mattermost.backup.commandMoments";
    public static final String BACKUP_COMMAND_LIMIT = "mattermost.backup.commandLimit";
    public static final String BACKUP_COMMAND_OTHER_LIMIT = "mattermost.backup.commandOtherLimit";
    public static final String BACKUP_COMMAND_FORECAST = "mattermost.backup.commandForecast";
    public static final String BACKUP_FILES = "mattermost.backup.files";
    public static final String BACKUP_FILES_COMMAND = "mattermost.backup.filesCommand";
    public static final String BACKUP_ONLINE_DUMP = "mattermost.backup.onlineDump";
    public static final String BACKUP_SHARED_SERVER = "mattermost.backup.sharedServer";
    public static final String BACKUP_STOP = "mattermost.backup.stop";
    public static final String BACKUP_KEEP = "mattermost.backup.keep";
    public static final String BACKUP_RUN = "mattermost.backup.run";
    public static final String BACKUP_ELSEWHERE = "mattermost.backup.elsewhere";
    public static final String BACKUP_SERVER_ID = "mattermost.backup.serverId";
    public static final String BACKUP_MAX_AGE_DAYS = "mattermost.backup.maxAgeDays";
    public static final String VERIFY_RESTORE = "mattermost.verify.restore";
    public static final String SOURCE = "mattermost.source";
    public static final String SOURCE_SERVICE = "mattermost.source.service";
    public static final String SOURCE_SERVICE_NAME = "mattermost.source.serviceName";
    public static final String SOURCE_START_COMMAND = "mattermost.source.startCommand";
    public static final String SOURCE_STOP_COMMAND = "mattermost.source.stopCommand";
    public static final String SOURCE_STATUS_COMMAND = "mattermost.source.statusCommand";
    public static final String SOURCE_ENVIRONMENT_FILE = "mattermost.source.environmentFile";
    public static final String CONVERT_DATABASE = "mattermost.convert.database";
    public static final String CONVERT_SERVER_ID = "mattermost.convert.serverId";
    public static final String CONVERT_EXCLUDE = "mattermost.convert.exclude";
    public static final String CONVERT_ON_BAD_VALUE = "mattermost.convert.onBadValue";
    public static final String MIGRATE_KEEP = "mattermost.migrate.keep";
    public static final String MIGRATE_ALLOW_OLDER = "mattermost.migrate.allowOlder";
    public static final String MIGRATE_KEEP_SOURCE_RUNNING = "mattermost.migrate.keepSourceRunning";
    public static final String MIGRATE_LEAVE_SOURCE_STOPPED = "mattermost.migrate.leaveSourceStopped";
    public static final String RESTORE_CONFIG = "mattermost.restore.config";
    public static final String RESTORE_TO = "mattermost.restore.to";
    public static final String REHEARSE_GOAL = "mattermost.rehearse.goal";
    public static final String REHEARSE_SOURCE = "mattermost.rehearse.source";
    public static final String REHEARSE_SERVER_ID = "mattermost.rehearse.serverId";
    public static final String REHEARSE_POSTGRES_VERSION = "mattermost.rehearse.postgresVersion";
    public static final String REHEARSE_PLUGINS = "mattermost.rehearse.plugins";
    public static final String REHEARSE_FILES = "mattermost.rehearse.files";
    public static final String REHEARSE_KEEP_RUNNING = "mattermost.rehearse.keepRunning";
    public static final String REHEARSE_END = "mattermost.rehearse.end";
    public static final String REHEARSE_DIRECTORY = "mattermost.rehearse.directory";
    public static final String REHEARSE_REPORT = "mattermost.rehearse.report";
    public static final String TOOLS_DIRECTORY = "mattermost.toolsDirectory";
    public static final String DATABASE_SERVER_ID = "mattermost.databaseServerId";
    public static final String JOBS = "mattermost.jobs";
    public static final String KEEP_FROZEN = "mattermost.keepFrozen";
    public static final String SITE_URL = "mattermost.siteUrl";
    public static final String TEAM = "mattermost.team";
    public static final String ANNOUNCEMENT = "mattermost.announcement";
    public static final String WEBHOOK_SERVER_ID = "mattermost.webhookServerId";
    public static final String NOTIFY_SERVER_ID = "mattermost.notify.serverId";
    public static final String MAINTENANCE_PAGE = "mattermost.maintenancePage";
    public static final String MIRROR_SERVER_ID = "mattermost.mirrorServerId";
    public static final String ON_FAILURE = "mattermost.onFailure";
    public static final String ROLLBACK_TO = "mattermost.rollback.to";
    public static final String ROLLBACK_DISCARD_NEW_DATA = "mattermost.rollback.discardNewData";
    public static final String DRY_RUN = "mattermost.dryRun";
    public static final String REPORT_DIRECTORY = "mattermost.report.directory";
    public static final String REPORT_RUN = "mattermost.report.run";
    public static final String OUTPUT = "mattermost.output";
    public static final String OUTPUT_FILE = "mattermost.outputFile";
    public static final String SKIP = "mattermost.skip";

    /** What the properties begin with that goals set for later steps of the build. */
    public static final String RESULT = "mattermost.result.";

    /** The variable that the announcement's webhook may come from. */
    public static final String WEBHOOK_VARIABLE = "MATTERMOST_WEBHOOK_URL";

    /** The variable that the webhook may come from that is told how a goal ended. */
    public static final String NOTIFY_VARIABLE = "MATTERMOST_NOTIFY_URL";

    /** The variable that the data source of the PostgreSQL database of a conversion may come from. */
    public static final String CONVERSION_VARIABLE = "MATTERMOST_CONVERSION_DATASOURCE";

    /** The variable that the data source of a rehearsal's scratch database may come from. */
    public static final String REHEARSAL_VARIABLE = "MATTERMOST_REHEARSAL_DATASOURCE";

    /** The variable that the data source for administration may come from. */
    public static final String ADMINISTRATION_VARIABLE = "MATTERMOST_ADMIN_DATASOURCE";

    /** The variable that the password of the place may come from that backups are handed over to. */
    public static final String BACKUP_VARIABLE = "MATTERMOST_BACKUP_PASSWORD";

    private static final Set<String> ALL = Set.of(
            HOST,
            SUDO,
            SUDO_SERVER_ID,
            SSH_PROGRAM,
            SSH_SERVER_ID,
            SSH_KNOWN_HOSTS,
            SSH_CONNECT_TIMEOUT,
            SSH_KEEP_ALIVE,
            SSH_RECONNECT,
            REMOTE_CACHE_DIRECTORY,
            REMOTE_RUNTIME,
            REMOTE_DOWNLOAD,
            REMOTE_LOCAL_CACHE,
            SOURCE_HOST,
            SOURCE_DIRECT,
            SOURCE_SUDO,
            SOURCE_SSH_SERVER_ID,
            REHEARSE_ON,
            NODES,
            CLUSTER_ORDER,
            CLUSTER_SCHEMA_COMPATIBLE,
            CLUSTER_LEAVE_OUT,
            CLUSTER_ONLY,
            CLUSTER_MAY_DIFFER,
            CLUSTER_DRAIN_COMMAND,
            CLUSTER_ENABLE_COMMAND,
            CLUSTER_CUT_COMMAND,
            CLUSTER_STATE_COMMAND,
            CLUSTER_PROXY_HOSTS,
            CLUSTER_COMMAND_TIMEOUT,
            CLUSTER_DRAIN_TIMEOUT,
            CLUSTER_SETTLE,
            KUBERNETES_RESOURCE,
            KUBERNETES_CONTEXT,
            KUBERNETES_KUBECONFIG,
            KUBERNETES_BACKUP,
            KUBERNETES_BACKUP_IMAGE,
            KUBERNETES_BACKUP_CLAIM,
            KUBERNETES_SCHEMA_COMPATIBLE,
            KUBERNETES_ALLOW_OWNER,
            KUBERNETES_TAKE_OVER,
            KUBERNETES_OPERATOR_TIMEOUT,
            KUBERNETES_MIGRATION_TIMEOUT,
            KUBERNETES_ROLLOUT_TIMEOUT,
            CONVERT_DATABASE,
            CONVERT_SERVER_ID,
            CONVERT_EXCLUDE,
            CONVERT_ON_BAD_VALUE,
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
            BACKUP_COMMAND_MOMENTS,
            BACKUP_COMMAND_LIMIT,
            BACKUP_COMMAND_OTHER_LIMIT,
            BACKUP_COMMAND_FORECAST,
            BACKUP_FILES,
            BACKUP_FILES_COMMAND,
            BACKUP_ONLINE_DUMP,
            BACKUP_SHARED_SERVER,
            BACKUP_STOP,
            BACKUP_KEEP,
            BACKUP_RUN,
            BACKUP_MAX_AGE_DAYS,
            BACKUP_ELSEWHERE,
            BACKUP_SERVER_ID,
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
            REHEARSE_GOAL,
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
            NOTIFY_SERVER_ID,
            MAINTENANCE_PAGE,
            MIRROR_SERVER_ID,
            ON_FAILURE,
            ROLLBACK_TO,
            ROLLBACK_DISCARD_NEW_DATA,
            DRY_RUN,
            REPORT_DIRECTORY,
            REPORT_RUN,
            OUTPUT,
            OUTPUT_FILE,
            SKIP);

    private PropertyNames() {}

    /** All properties but those that skip one goal. */
    public static Set<String> all() {
        return ALL;
    }

    /** The property that skips one goal: {@code mattermost.<goal>.skip}. */
    public static String skipOf(String goal) {
        return "mattermost." + goal + ".skip";
    }

    /** What {@code mattermost.node.NAME.} can stand in front of. */
    private static final List<String> OF_NODES = List.of(
            "address",
            "installDirectory",
            "stateDirectory",
            "backupDirectory",
            "cacheDirectory",
            "service",
            "serviceName",
            "startCommand",
            "stopCommand",
            "statusCommand",
            "environmentFile",
            "sudo",
            "ssh.serverId");

    private static final String NODE = "mattermost.node.";

    /** The property of one node of a cluster: {@code mattermost.node.NAME.PARAMETER}. */
    public static String ofNode(String name, String parameter) {
        return NODE + name + "." + parameter;
    }

    /** The name of the node that a property is of; empty when it is of none. */
    public static Optional<String> nodeOf(String property) {
        return OF_NODES.stream()
                .filter(parameter -> property.startsWith(NODE)
                        && property.endsWith("." + parameter)
                        && property.length() > NODE.length() + parameter.length() + 1)
                .map(parameter -> property.substring(NODE.length(), property.length() - parameter.length() - 1))
                .findFirst();
    }
}
