package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The organisation's own command to save the file store. */
public final class FilesCommand {

    private static final Duration LIMIT = Duration.ofHours(12);

    /** When it is called. */
    public enum Moment {
        /** Before the server is stopped; a failure refuses, and nothing is stopped. */
        AHEAD,
        /** The server is stopped: what is saved now fits the database. */
        STOPPED,
        /** The server runs on, because a backup of a running server was asked for. */
        RUNNING;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private FilesCommand() {}

    /**
     * Refuses when it is wanted and not given.
     *
     * @throws RefusedException when it is not
     */
    static void requireGiven(GoalContext context) {
        String command = context.options().backup().files().command();
        if (context.options().backup().files().way() == FileSaving.Way.COMMAND
                && (command == null || command.isBlank())) {
            throw new RefusedException(
                    "mattermost.backup.files is command, but mattermost.backup.filesCommand is not set. Nothing was"
                            + " changed.",
                    Hint.of("Set mattermost.backup.filesCommand to your own command."));
        }
    }

    /**
     * Runs it when it is wanted and the file store is a directory. The directory, the backup and the moment are in its
     * environment, its output is reported, its exit status decides.
     *
     * @throws RefusedException when it fails ahead of the stop
     * @throws StageFailedException when it fails later
     */
    public static void run(GoalContext context, InstalledServer server, BackupDraft draft, Moment moment) {
        requireGiven(context);
        Optional<Path> store = server.fileStore();
        if (context.options().backup().files().way() != FileSaving.Way.COMMAND || store.isEmpty()) {
            return;
        }
        CommandResult result = context.host()
                .run(Command.of("sh", "-c", context.options().backup().files().command())
                        .environment("MATTERMOST_FILES_DIRECTORY", store.get().toString())
                        .environment("MATTERMOST_BACKUP_DIRECTORY", draft.root().toString())
                        .environment("MATTERMOST_BACKUP_MOMENT", moment.toString())
                        .directory(Path.of("/"))
                        .limit(LIMIT)
                        .build());
        Set<String> secrets = server.effective().secretValues();
        result.lines().forEach(line -> context.reporter().info(Secrets.redactText(line, secrets)));
        if (result.succeeded()) {
            return;
        }
        String failure = Secrets.redactText(
                "The command that saves the file store (" + moment + ") " + result.ending(), secrets);
        Hint hint = Hint.of("Fix mattermost.backup.filesCommand.");
        if (moment == Moment.AHEAD) {
            throw new RefusedException(failure + "\nNothing was stopped.", hint);
        }
        throw new StageFailedException(failure, hint);
    }
}
