package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The organisation's own command, such as a snapshot of the storage. */
final class CommandMethod implements DatabaseMethod {

    private final GoalContext context;

    CommandMethod(GoalContext context) {
        this.context = context;
    }

    @Override
    public DatabaseSaving kind() {
        return DatabaseSaving.COMMAND;
    }

    @Override
    public MethodForecast forecast(Database database) {
        String command = context.options().backup().command();
        return command == null || command.isBlank()
                ? MethodForecast.impossible(
                        kind(),
                        "mattermost.backup.command is not set",
                        Hint.of("Set mattermost.backup.command to your own command."))
                : MethodForecast.possible(
                        kind(), Duration.ZERO, Duration.ZERO, "your own command decides how long it takes");
    }

    @Override
    public Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        CustomDatabaseBackup.run(context, database, draft);
        return Optional.of(BackupState.COMPLETE);
    }

    @Override
    public Optional<String> wayBack(Run run) {
        return Optional.empty();
    }

    @Override
    public List<String> putBack(Run run, Database database) {
        UnsavedMethod.warn(context);
        return List.of();
    }
}
