package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseBaseBackups;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.saving.Backups;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A copy of the whole database server's files, made ahead, with its log followed until the stop. */
final class BaseBackupMethod implements DatabaseMethod {

    private final GoalContext context;

    BaseBackupMethod(GoalContext context) {
        this.context = context;
    }

    @Override
    public DatabaseSaving kind() {
        return DatabaseSaving.BASE_BACKUP;
    }

    @Override
    public MethodForecast forecast(Database database) {
        Optional<CopyPrecondition> blocking =
                database
                        .baseBackupPreconditions(
                                new Backups(context).directory().root(), false)
                        .stream()
                        .filter(finding -> finding.severity() == CopyPrecondition.Severity.BLOCKING)
                        .findFirst();
        if (blocking.isPresent()) {
            return MethodForecast.impossible(
                    kind(), blocking.get().text(), blocking.get().hint());
        }
        DatabaseBaseBackups.Cost cost = database.baseBackupCost(0);
        return MethodForecast.possible(
                kind(),
                cost.down(),
                cost.restart().plus(database.estimateDump()).plus(database.estimateRestore()),
                "the files of the database server are copied while Mattermost runs");
    }

    @Override
    public Optional<BackupState> save(Run run, BackupDraft draft, Database database, Map<String, String> facts) {
        return Optional.empty();
    }

    @Override
    public Optional<String> wayBack(Run run) {
        return Optional.empty();
    }

    @Override
    public List<String> putBack(Run run, Database database) {
        throw new UnsupportedOperationException();
    }
}
