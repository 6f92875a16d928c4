package io.github.mmupgrade.maven;

import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.Contradiction;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.maven.plugins.annotations.Parameter;

/** The parameters of the goals that save something. */
abstract class AbstractBackupMojo extends AbstractMattermostMojo {

    /**
     * How the database is saved while the server is stopped: {@code frozen} (a copy inside the database server),
     * {@code base-backup} (a copy of the database server's files, made ahead), {@code dump}, {@code command} (your own
     * command), {@code none}, or {@code auto}: the way with the shortest downtime that is possible.
     */
    @Parameter(property = PropertyNames.BACKUP_DATABASE, defaultValue = "auto")
    private String backupDatabase;

    /**
     * Your own command to save the database, run by {@code sh}; the moment ({@code MATTERMOST_BACKUP_MOMENT}), a name and
     * the connection are in its environment.
     */
    @Parameter(property = PropertyNames.BACKUP_COMMAND)
    private String backupCommand;

    /**
     * The moments that your own command knows, separated by commas: {@code check}, {@code prepare}, {@code freeze},
     * {@code go-back}, {@code discard}. It is called at no other, and without {@code check} not in a dry run.
     */
    @Parameter(property = PropertyNames.BACKUP_COMMAND_MOMENTS, defaultValue = "freeze")
    private String backupCommandMoments;

    /** After how many seconds your own command is ended while the server is stopped for it (freeze). */
    @Parameter(property = PropertyNames.BACKUP_COMMAND_LIMIT, defaultValue = "3600")
    private int backupCommandLimit;

    /** After how many seconds your own command is ended at every other moment. */
    @Parameter(property = PropertyNames.BACKUP_COMMAND_OTHER_LIMIT, defaultValue = "43200")
    private int backupCommandOtherLimit;

    /**
     * For how many seconds the server is stopped for your own command, for the forecast; by default as long as the last
     * time.
     */
    @Parameter(property = PropertyNames.BACKUP_COMMAND_FORECAST)
    private Integer backupCommandForecast;

    /**
     * How the file store is saved where it is a directory: {@code copy} (into the backup), {@code command} (your own
     * command, such as a snapshot), or {@code none}.
     */
    @Parameter(property = PropertyNames.BACKUP_FILES, defaultValue = "copy")
    private String backupFiles;

    /**
     * Your own command to save the file store. It is called before the stop and again when the server is stopped;
     * {@code MATTERMOST_FILES_DIRECTORY}, {@code MATTERMOST_BACKUP_DIRECTORY} and {@code MATTERMOST_BACKUP_MOMENT}
     * ({@code ahead}, {@code stopped} or {@code running}) are in its environment.
     */
    @Parameter(property = PropertyNames.BACKUP_FILES_COMMAND)
    private String backupFilesCommand;

    /** Whether the running database is dumped before the stop, in case the database's host is lost. */
    @Parameter(property = PropertyNames.BACKUP_ONLINE_DUMP, defaultValue = "true")
    private boolean backupOnlineDump;

    /** Whether the backup goal stops the server while it saves, so that files and database match exactly. */
    @Parameter(property = PropertyNames.BACKUP_STOP, defaultValue = "false")
    private boolean backupStop;

    /** How many complete backups are kept. */
    @Parameter(property = PropertyNames.BACKUP_KEEP, defaultValue = "3")
    private int backupKeep;

    /** Whether a base backup may be made although the database server holds other databases, which it then holds, too. */
    @Parameter(property = PropertyNames.BACKUP_SHARED_SERVER, defaultValue = "false")
    private boolean backupSharedServer;

    /** How many hours a frozen copy of the database is kept. */
    @Parameter(property = PropertyNames.KEEP_FROZEN, defaultValue = "24")
    private int keepFrozen;

    /** For how many seconds the database may be saved while the server is stopped, as forecast by {@code preflight}, which refuses more; 0 for no limit. */
    @Parameter(property = PropertyNames.MAX_DOWNTIME, defaultValue = "0")
    private int maxDowntime;

    @Override
    void refuseContradictions() {
        super.refuseContradictions();
        boolean byCommand = DatabaseSaving.COMMAND
                == Choice.of(DatabaseSaving.class, PropertyNames.BACKUP_DATABASE, backupDatabase);
        Contradiction.refuse(
                Contradiction.given(backupCommand)
                        && !byCommand
                        && givenTogether(PropertyNames.BACKUP_COMMAND, PropertyNames.BACKUP_DATABASE),
                PropertyNames.BACKUP_COMMAND,
                PropertyNames.BACKUP_DATABASE + "=" + backupDatabase,
                "the command would not be called");
        Set<Moment> moments = moments();
        Contradiction.refuse(
                !moments.equals(DatabaseCommand.NONE.moments())
                        && !byCommand
                        && givenTogether(PropertyNames.BACKUP_COMMAND_MOMENTS, PropertyNames.BACKUP_DATABASE),
                PropertyNames.BACKUP_COMMAND_MOMENTS + "=" + backupCommandMoments,
                PropertyNames.BACKUP_DATABASE + "=" + backupDatabase,
                "no command would be called");
        if (!moments.contains(Moment.FREEZE)) {
            throw new RefusedException(
                    PropertyNames.BACKUP_COMMAND_MOMENTS
                            + " does not contain freeze, so the database would not be saved." + " Nothing was changed.",
                    Hint.of("Add freeze."));
        }
    }

    private Set<Moment> moments() {
        return Arrays.stream(backupCommandMoments.split(","))
                .map(String::strip)
                .filter(moment -> !moment.isEmpty())
                .map(moment -> Choice.of(Moment.class, PropertyNames.BACKUP_COMMAND_MOMENTS, moment))
                .collect(Collectors.toSet());
    }

    private DatabaseCommand command() {
        return new DatabaseCommand(
                backupCommand,
                moments(),
                limit(PropertyNames.BACKUP_COMMAND_LIMIT, backupCommandLimit),
                limit(PropertyNames.BACKUP_COMMAND_OTHER_LIMIT, backupCommandOtherLimit),
                backupCommandForecast == null
                        ? null
                        : Duration.ofSeconds(Choice.inRange(
                                PropertyNames.BACKUP_COMMAND_FORECAST, backupCommandForecast, 0, Integer.MAX_VALUE)));
    }

    private static Duration limit(String property, int seconds) {
        return Duration.ofSeconds(Choice.inRange(property, seconds, 1, Integer.MAX_VALUE));
    }

    @Override
    final UpgradeOptions.Backup backup() {
        UpgradeOptions.Backup usual = super.backup();
        return new UpgradeOptions.Backup(
                Choice.of(DatabaseSaving.class, PropertyNames.BACKUP_DATABASE, backupDatabase),
                command(),
                backupOnlineDump,
                backupStop,
                usual.toolsDirectory(),
                usual.jobs(),
                Choice.inRange(PropertyNames.BACKUP_KEEP, backupKeep, 1, Choice.MOST_BACKUPS),
                Duration.ofHours(Choice.inRange(PropertyNames.KEEP_FROZEN, keepFrozen, 0, Choice.MOST_HOURS)),
                Choice.inRange(PropertyNames.MAX_DOWNTIME, maxDowntime, 0, Integer.MAX_VALUE) == 0
                        ? null
                        : Duration.ofSeconds(maxDowntime),
                new FileSaving(
                        Choice.of(FileSaving.Way.class, PropertyNames.BACKUP_FILES, backupFiles), backupFilesCommand),
                backupSharedServer);
    }
}
