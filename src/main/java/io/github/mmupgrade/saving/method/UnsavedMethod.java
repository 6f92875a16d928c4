package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.journal.Run;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The database is not saved at all. */
final class UnsavedMethod implements DatabaseMethod {

    private final GoalContext context;

    UnsavedMethod(GoalContext context) {
        this.context = context;
    }

    @Override
    public DatabaseSaving kind() {
        return DatabaseSaving.NONE;
    }

    @Override
    public MethodForecast forecast(Database database) {
        return MethodForecast.possible(
                kind(),
                Duration.ZERO,
                Duration.ZERO,
                context.options().cluster() == null
                        ? "a rollback cannot restore the database"
                        : "another node of the cluster saves the database");
    }

    @Override
    public Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        if (context.options().cluster() != null) {
            draft.warn("The database is not in this backup: another node of the cluster saves it. This is of the node "
                    + context.options().cluster().node() + " alone.");
            return Optional.of(BackupState.COMPLETE);
        }
        draft.warn("The database is not in this backup (mattermost.backup.database=none).");
        context.reporter()
                .warn("The database is not saved (mattermost.backup.database=none), so a rollback cannot restore it");
        return Optional.of(BackupState.COMPLETE);
    }

    @Override
    public Optional<String> wayBack(Run run) {
        return Optional.empty();
    }

    @Override
    public List<String> putBack(Run run, Database database) {
        if (!run.isSavedByAnotherNode()) {
            warn(context);
        }
        return List.of();
    }

    static void warn(GoalContext context) {
        context.reporter()
                .warn("The plugin did not save the database, so it stays as the new server left it."
                        + " Restore it with your own command before you start the old server.");
    }
}
