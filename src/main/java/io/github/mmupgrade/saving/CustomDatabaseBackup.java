package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The organisation's own command to save the database. */
public final class CustomDatabaseBackup {

    /** What the manifest calls what it left. */
    public static final String KIND = "command";

    private static final Duration LIMIT = Duration.ofHours(12);

    private CustomDatabaseBackup() {}

    /**
     * Runs it: the connection is in its environment (as libpq and MySQL's tools know it, and the whole data source), its
     * output is reported, its exit status decides.
     *
     * @throws StageFailedException when it ends with another status than 0
     */
    public static void run(GoalContext context, Database database, BackupDraft draft) {
        String line = require(context);
        CommandResult result = context.host()
                .run(Command.of("sh", "-c", line)
                        .environment(database.clientEnvironment())
                        .environment(
                                "MATTERMOST_DATA_SOURCE", database.dataSource().format())
                        .environment("MATTERMOST_BACKUP_DIRECTORY", draft.root().toString())
                        .directory(draft.databaseDirectory())
                        .limit(LIMIT)
                        .build());
        DataSource source = database.dataSource();
        result.lines().forEach(said -> context.reporter().info(withoutSecrets(said, source)));
        if (!result.succeeded()) {
            throw new StageFailedException(
                    withoutSecrets("The command that saves the database " + result.ending(), source),
                    Hint.of("Fix mattermost.backup.command."));
        }
        recordWhatItLeft(draft);
        draft.recordArtifact(Artifact.elsewhere(KIND, "command", line));
    }

    /** A script that shows what it runs (set -x) shows what it was handed, too. */
    private static String withoutSecrets(String said, DataSource source) {
        String shown = said.replace(source.format(), "***");
        return source.password().isEmpty() ? shown : shown.replace(source.password(), "***");
    }

    /**
     * The command that was given.
     *
     * @throws RefusedException when none was
     */
    public static String require(GoalContext context) {
        String line = context.options().backup().command();
        if (line == null || line.isBlank()) {
            throw new RefusedException(
                    "mattermost.backup.database is command, but mattermost.backup.command is not set. Nothing was saved.",
                    Hint.of("Set mattermost.backup.command to your own command."));
        }
        return line;
    }

    /** What it wrote into the directory that it runs in belongs to the backup, for our eyes only like the rest. */
    private static void recordWhatItLeft(BackupDraft draft) {
        Set<String> known = draft.manifest().artifacts().stream()
                .filter(Artifact::inBackup)
                .map(Artifact::where)
                .collect(Collectors.toSet());
        try (Stream<Path> entries = Files.list(draft.databaseDirectory())) {
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                if (known.contains(name)) {
                    continue;
                }
                makePrivate(entry);
                draft.recordArtifact(Artifact.stored(KIND, Files.isDirectory(entry) ? "directory" : "file", name));
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The files that the backup command left cannot be read: " + IoReason.of(e),
                    Hint.of("Fix mattermost.backup.command."),
                    e);
        } catch (IllegalArgumentException e) {
            throw new StageFailedException(
                    "The files that the backup command left cannot be recorded: " + e.getMessage(),
                    Hint.of("Use only names of letters, digits, dots, dashes and underscores."),
                    e);
        }
    }

    private static void makePrivate(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.filter(each -> !Files.isSymbolicLink(each)).toList()) {
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(Files.isDirectory(path) ? "rwx------" : "rw-------"));
            }
        }
    }
}
