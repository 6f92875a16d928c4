package io.github.mmupgrade.maven;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.maven.session.Credentials;
import io.github.mmupgrade.migration.MigrationOptions;
import io.github.mmupgrade.remote.RemoteEngine;
import io.github.mmupgrade.remote.SourceMigration;
import java.io.File;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Migrates another server to this one: its database, its files and plugins, and its configuration except for
 * what belongs to the machine. The source is an installation on this host or a backup from another host, and is
 * never changed.
 */
@Mojo(name = "migrate", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class MigrateMojo extends AbstractBackupMojo {

    /**
     * The source: the directory of an installation on the same machine, or the directory or the name of a
     * complete backup. Can be left out to resume an interrupted migration.
     */
    @Parameter(property = PropertyNames.SOURCE)
    private String source;

    /**
     * The machine of the source, as {@code [user@]host[:port]}, when it is another one than that of the destination. What
     * it holds is sent as a backup; {@code mattermost.source} is then a directory there, by default {@code
     * /opt/mattermost}.
     */
    @Parameter(property = PropertyNames.SOURCE_HOST)
    private String sourceHost;

    /**
     * Whether a destination on a third machine ({@code mattermost.host}) fetches from the source by itself, where it can log
     * in there with the keys of this machine's ssh agent. The agent is forwarded to the destination meanwhile. Else
     * everything is sent through this machine.
     */
    @Parameter(property = PropertyNames.SOURCE_DIRECT, defaultValue = "true")
    private boolean sourceDirect;

    /** Whether the login becomes root on the machine of the source by sudo. */
    @Parameter(property = PropertyNames.SOURCE_SUDO, defaultValue = "${mattermost.sudo}")
    private boolean sourceSudo;

    /**
     * The server in settings.xml with what ssh may ask for at the machine of the source; by default that of {@code
     * mattermost.ssh.serverId}.
     */
    @Parameter(property = PropertyNames.SOURCE_SSH_SERVER_ID)
    private String sourceSshServerId;

    /** How the source's server is started and stopped; the same values as {@code mattermost.service}. */
    @Parameter(property = PropertyNames.SOURCE_SERVICE, defaultValue = "auto")
    private String sourceService;

    /** The name of the source's service; detected by default. */
    @Parameter(property = PropertyNames.SOURCE_SERVICE_NAME)
    private String sourceServiceName;

    /** The command that starts the source's server, for the service kind {@code command}. */
    @Parameter(property = PropertyNames.SOURCE_START_COMMAND)
    private String sourceStartCommand;

    /** The command that stops the source's server, for the service kind {@code command}. */
    @Parameter(property = PropertyNames.SOURCE_STOP_COMMAND)
    private String sourceStopCommand;

    /** The command that ends with status 0 while the source's server runs, for the service kind {@code command}. */
    @Parameter(property = PropertyNames.SOURCE_STATUS_COMMAND)
    private String sourceStatusCommand;

    /** A file with the environment of the source's server, for the service kinds {@code command} and {@code process}. */
    @Parameter(property = PropertyNames.SOURCE_ENVIRONMENT_FILE)
    private File sourceEnvironmentFile;

    /**
     * Further settings or sections that stay the destination's, such as {@code ServiceSettings.SiteURL} or
     * {@code EmailSettings}, separated by commas.
     */
    @Parameter(property = PropertyNames.MIGRATE_KEEP)
    private List<String> keep;

    /** Whether both servers may run a release that is not the latest patch of its line. */
    @Parameter(property = PropertyNames.MIGRATE_ALLOW_OLDER, defaultValue = "false")
    private boolean allowOlder;

    /**
     * Whether the source keeps running while it is read. What is written to it meanwhile may be missing at the
     * destination, and files and database may differ by seconds.
     */
    @Parameter(property = PropertyNames.MIGRATE_KEEP_SOURCE_RUNNING, defaultValue = "false")
    private boolean keepSourceRunning;

    /**
     * Whether the source stays stopped after it was read, so that nobody writes to a server that was migrated. By
     * default it is started again. A migration that fails or is rolled back starts it in any case.
     */
    @Parameter(property = PropertyNames.MIGRATE_LEAVE_SOURCE_STOPPED, defaultValue = "false")
    private boolean leaveSourceStopped;

    /**
     * Tables that are left out when a database on MySQL becomes one on PostgreSQL, separated by commas; {@code *} stands
     * for any characters.
     */
    @Parameter(property = PropertyNames.CONVERT_EXCLUDE)
    private List<String> convertExclude;

    /** What then becomes of values that PostgreSQL does not take: {@code refuse} or {@code repair}. */
    @Parameter(property = PropertyNames.CONVERT_ON_BAD_VALUE, defaultValue = "refuse")
    private String convertOnBadValue;

    /** A file or https URL that extends or replaces the catalogue of releases, which knows the latest of each line. */
    @Parameter(property = PropertyNames.CATALOGUE)
    private String catalogue;

    @Override
    UpgradeOptions.Target target(Credentials credentials) {
        return UpgradeOptions.Target.knowing(catalogue, credentials.offline(), UpgradeOptions.Network.DIRECT);
    }

    @Override
    void refuseContradictions() {
        super.refuseContradictions();
        refuseUnusedOfService(sourceService(), PropertyNames.SOURCE + ".");
        Contradiction.refuse(
                keepSourceRunning && leaveSourceStopped,
                PropertyNames.MIGRATE_KEEP_SOURCE_RUNNING + "=true",
                PropertyNames.MIGRATE_LEAVE_SOURCE_STOPPED + "=true",
                "the source either keeps running or stays stopped");
    }

    @Override
    void here(Call call) {
        if (Contradiction.given(sourceHost)) {
            move(call, Optional.empty(), (request, reporter) -> engine(call).run(request, call.secrets(), reporter));
        } else {
            super.here(call);
        }
    }

    @Override
    void there(Call call, RemoteEngine engine) {
        if (Contradiction.given(sourceHost)) {
            move(
                    call,
                    Optional.of(engine),
                    (request, reporter) -> engine.run(request, call.secrets(), call.hints(), call.files(), reporter));
        } else {
            super.there(call, engine);
        }
    }

    private void move(Call call, Optional<RemoteEngine> destination, SourceMigration.Destination goals) {
        try (RemoteEngine source = remoteEngine(
                PropertyNames.SOURCE_HOST,
                sourceHost,
                sourceSshServerId == null ? sshServerId() : sourceSshServerId,
                sourceSudo,
                artifacts(),
                call.credentials(),
                call.terminal().attended(),
                this::postgresFor)) {
            new SourceMigration(new LocalHost(), source, destination, reconnect(), sourceDirect)
                    .run(call.request(), call.secrets().network(), call.hints(), call.files(), goals, call.reporter());
        }
    }

    private UpgradeOptions.Service sourceService() {
        return new UpgradeOptions.Service(
                service(PropertyNames.SOURCE_SERVICE, sourceService),
                sourceServiceName,
                sourceStartCommand,
                sourceStopCommand,
                sourceStatusCommand,
                path(sourceEnvironmentFile));
    }

    @Override
    GoalArguments arguments() {
        return new GoalArguments.Migrate(new MigrationOptions(
                source,
                sourceService(),
                keepSourceRunning,
                leaveSourceStopped,
                allowOlder,
                keep == null ? List.of() : keep,
                ConvertDatabaseMojo.options(convertExclude, convertOnBadValue, backup())));
    }
}
