package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.context.DatabaseCommand;
import io.github.mmupgrade.context.DatabaseCommand.Moment;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The organisation's own command to save the database. */
public final class CustomDatabaseBackup {

    /** What the manifest calls what it left. */
    public static final String KIND = "command";

    /** What helps whenever it fails. */
    public static final Hint FIX = Hint.of("Fix mattermost.backup.command.");

    private CustomDatabaseBackup() {}

    /**
     * Saves the database into the backup of a server that runs, or that only this backup has stopped. What it writes into
     * the directory that it runs in belongs to the backup.
     *
     * @throws StageFailedException when it fails
     */
    public static void run(GoalContext context, Database database, BackupDraft draft) {
        DatabaseCommand command = require(context);
        // whoever is only out for a backup has no users waiting for it
        new CommandCall(context, command, database, draft.run())
                .in(draft.root(), draft.databaseDirectory())
                .at(Moment.FREEZE, command.otherLimit())
                .failure()
                .ifPresent(failure -> {
                    throw new StageFailedException(failure, FIX);
                });
        record(draft, command);
    }

    /** Puts what the command has left, and the command itself, on the list of what is in a backup. */
    public static void record(BackupDraft draft, DatabaseCommand command) {
        recordWhatItLeft(draft);
        draft.recordArtifact(Artifact.elsewhere(KIND, "command", command.line()));
    }

    /**
     * The command that was given.
     *
     * @throws RefusedException when none was
     */
    public static DatabaseCommand require(GoalContext context) {
        DatabaseCommand command = context.options().backup().command();
        if (!command.isGiven()) {
            throw new RefusedException(
                    "mattermost.backup.database is command, but mattermost.backup.command is not set. Nothing was saved.",
                    Hint.of("Set mattermost.backup.command to your own command."));
        }
        return command;
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
                    "The files that the backup command left cannot be read: " + IoReason.of(e), FIX, e);
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
