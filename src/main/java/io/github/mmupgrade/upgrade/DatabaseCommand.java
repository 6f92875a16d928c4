package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.Artefact;
import io.github.mmupgrade.backup.BackupDraft;
import io.github.mmupgrade.database.DataSource;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.time.Duration;

/** The organisation's own procedure to save the database. */
final class DatabaseCommand {

    private static final Duration LIMIT = Duration.ofHours(12);

    private DatabaseCommand() {}

    /**
     * Runs it: the connection is in its environment (as libpq and MySQL's tools know it, and the whole data source), its
     * output is reported, its exit status decides.
     *
     * @throws StageFailedException when it ends with another status than 0
     */
    static void run(Workplace place, DataSource source, BackupDraft draft) {
        String line = place.options().backup().command();
        if (line == null || line.isBlank()) {
            throw new RefusedException(
                    "mattermost.backup.database is command, but mattermost.backup.command is not set. Nothing was saved.",
                    Hint.of("give your own procedure by mattermost.backup.command"));
        }
        CommandResult result = place.host()
                .run(Command.of("sh", "-c", line)
                        .environment("PGHOST", source.host())
                        .environment("PGPORT", Integer.toString(source.port()))
                        .environment("PGDATABASE", source.database())
                        .environment("PGUSER", source.user())
                        .environment("PGPASSWORD", source.password())
                        .environment("MYSQL_PWD", source.password())
                        .environment("MATTERMOST_DATA_SOURCE", source.format())
                        .environment("MATTERMOST_BACKUP_DIRECTORY", draft.root().toString())
                        .directory(draft.databaseDirectory())
                        .limit(LIMIT)
                        .build());
        result.lines().forEach(place.reporter()::info);
        if (!result.succeeded()) {
            throw new StageFailedException(
                    "The procedure to save the database ended with status " + result.exitStatus() + ": "
                            + result.tail(),
                    Hint.of("mend mattermost.backup.command"));
        }
        draft.recordArtefact(Artefact.elsewhere("command", "command", line));
    }
}
