package io.github.mmupgrade.maven;

import io.github.mmupgrade.archive.ArchiveProcessor;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.maven.session.Credentials;
import io.github.mmupgrade.maven.session.PostgresArtifact;
import io.github.mmupgrade.rehearsal.PostgresBinaries;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.remote.ControllerRehearsal;
import io.github.mmupgrade.remote.RemoteEngine;
import io.github.mmupgrade.scratch.FileChoice;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Runs the whole upgrade on an isolated copy and reports what it will change and how long it will take; fails the build when the upgrade would fail. The installation itself is only read.
 */
@Mojo(name = "rehearse", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class RehearseMojo extends AbstractTargetMojo {

    private static final String TARGET = "target";
    private static final String CONTROLLER = "controller";
    private static final String UPGRADE = "upgrade";
    private static final String CONVERSION = "convert-database";

    /**
     * What is rehearsed: an upgrade ({@code upgrade}), or the move of the database to PostgreSQL
     * ({@code convert-database}).
     */
    @Parameter(property = PropertyNames.REHEARSE_GOAL, defaultValue = UPGRADE)
    private String rehearseGoal;

    /** Tables that a conversion leaves out, separated by commas; {@code *} stands for any characters. */
    @Parameter(property = PropertyNames.CONVERT_EXCLUDE)
    private List<String> convertExclude;

    /** What a conversion does with values that PostgreSQL does not take: {@code refuse} or {@code repair}. */
    @Parameter(property = PropertyNames.CONVERT_ON_BAD_VALUE, defaultValue = "refuse")
    private String convertOnBadValue;

    /** The backup to rehearse with: its name or its directory; by default the installation as it is now. */
    @Parameter(property = PropertyNames.REHEARSE_SOURCE)
    private String rehearseSource;

    /**
     * The server in settings.xml whose password is the data source of a database on whose server the scratch database is
     * made; else the data source comes from the variable {@code MATTERMOST_REHEARSAL_DATASOURCE}. Where neither is
     * there, an embedded PostgreSQL of the installation's major version is fetched and started.
     */
    @Parameter(property = PropertyNames.REHEARSE_SERVER_ID, defaultValue = "mattermost-rehearsal")
    private String rehearseServerId;

    /** The version of the embedded PostgreSQL's artifact; by default the newest of the installation's major version. */
    @Parameter(property = PropertyNames.REHEARSE_POSTGRES_VERSION)
    private String rehearsePostgresVersion;

    /** Whether the copy's plugins run, too; they may then reach other systems. */
    @Parameter(property = PropertyNames.REHEARSE_PLUGINS, defaultValue = "false")
    private boolean rehearsePlugins;

    /**
     * Which files of the file store are copied: {@code all}, {@code none}, or {@code auto}: all where the file system
     * can let a copy share their blocks.
     */
    @Parameter(property = PropertyNames.REHEARSE_FILES, defaultValue = "auto")
    private String rehearseFiles;

    /** Whether the new server keeps running for a look at it, until it is ended by {@code mattermost.rehearse.end}. */
    @Parameter(property = PropertyNames.REHEARSE_KEEP_RUNNING, defaultValue = "false")
    private boolean rehearseKeepRunning;

    /** Whether to end what earlier rehearsals of this installation have left running, instead of rehearsing. */
    @Parameter(property = PropertyNames.REHEARSE_END, defaultValue = "false")
    private boolean rehearseEnd;

    /** The directory in which the scratch directory is created. */
    @Parameter(property = PropertyNames.REHEARSE_DIRECTORY, defaultValue = "${java.io.tmpdir}")
    private File rehearseDirectory;

    /**
     * The file that the report is written to, as JSON; {@code rehearsal.json} in the project's build directory, or in
     * {@code target} below the current directory without a POM, by default.
     */
    @Parameter(property = PropertyNames.REHEARSE_REPORT)
    private File rehearseReport;

    /**
     * Where the upgrade of a server on {@code mattermost.host} is rehearsed: on that machine ({@code target}), or on this
     * one ({@code controller}), with a backup that is made there while the server runs, or that is named.
     */
    @Parameter(property = PropertyNames.REHEARSE_ON, defaultValue = TARGET)
    private String rehearseOn;

    @Override
    void there(Call call, RemoteEngine engine) {
        if (Choice.of(List.of(TARGET, CONTROLLER), PropertyNames.REHEARSE_ON, rehearseOn)
                .equals(TARGET)) {
            super.there(call, engine);
            return;
        }
        new ControllerRehearsal(new LocalHost(), engine, engine(call), localCache(), reconnect())
                .run(call.request(), call.secrets(), call.hints(), call.files(), call.reporter());
    }

    @Override
    void refuseContradictions() {
        super.refuseContradictions();
        String end = PropertyNames.REHEARSE_END + "=true";
        Contradiction.refuse(
                rehearseEnd && rehearseKeepRunning,
                end,
                PropertyNames.REHEARSE_KEEP_RUNNING + "=true",
                "one ends what the other leaves running");
        Contradiction.refuse(
                rehearseEnd && Contradiction.given(rehearseSource),
                end,
                PropertyNames.REHEARSE_SOURCE,
                "ending a rehearsal does not rehearse anything");
        String conversion = PropertyNames.REHEARSE_GOAL + "=" + CONVERSION;
        Contradiction.refuse(
                converts() && rehearseKeepRunning,
                conversion,
                PropertyNames.REHEARSE_KEEP_RUNNING + "=true",
                "the copy that a conversion is tried with is removed");
        Contradiction.refuse(
                converts() && Contradiction.given(rehearseSource),
                conversion,
                PropertyNames.REHEARSE_SOURCE,
                "a conversion is rehearsed with the database itself, which is only read");
        Contradiction.refuse(
                converts() && rehearseOn.equals(CONTROLLER),
                conversion,
                PropertyNames.REHEARSE_ON + "=" + CONTROLLER,
                "a conversion reads the database where it is");
    }

    private boolean converts() {
        return Choice.of(List.of(UPGRADE, CONVERSION), PropertyNames.REHEARSE_GOAL, rehearseGoal)
                .equals(CONVERSION);
    }

    @Override
    GoalArguments arguments() {
        return new GoalArguments.Rehearse(
                new RehearsalOptions(
                        rehearseSource,
                        Optional.empty(),
                        rehearsePlugins,
                        Choice.of(FileChoice.class, PropertyNames.REHEARSE_FILES, rehearseFiles),
                        rehearseKeepRunning,
                        path(rehearseDirectory),
                        report()),
                rehearseEnd,
                converts() ? ConvertDatabaseMojo.options(convertExclude, convertOnBadValue, backup()) : null);
    }

    @Override
    RequestSecrets secrets(Credentials credentials) {
        return super.secrets(credentials).rehearsingOn(credentials.rehearsalDatabase(rehearseServerId));
    }

    @Override
    PostgresBinaries postgresBinaries() {
        return artifact();
    }

    @Override
    Path postgresFor(int major, ArchiveProcessor processor) {
        return artifact().jar(major, processor);
    }

    private PostgresArtifact artifact() {
        return new PostgresArtifact(repositories(), session(), rehearsePostgresVersion);
    }

    private Path report() {
        return rehearseReport == null
                ? buildDirectory()
                        .orElseGet(() -> Path.of(session().getExecutionRootDirectory(), "target"))
                        .resolve("rehearsal.json")
                : path(rehearseReport);
    }
}
