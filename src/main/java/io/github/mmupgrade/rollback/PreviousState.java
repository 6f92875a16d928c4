package io.github.mmupgrade.rollback;

import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.DatabaseRestore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Puts database and configuration back as they were saved when a run had stopped the server. */
public final class PreviousState {

    private final GoalContext context;

    public PreviousState(GoalContext context) {
        this.context = context;
    }

    /** Lets the previous database have its name again; says where the newer one is. */
    public List<String> putDatabaseBack(Run run) {
        try (Database database = context.server().openDatabase()) {
            database.settleUnfinished().forEach(context.reporter()::info);
            String name = database.dataSource().database();
            String discarded = DatabaseNames.discarded(name, run.id());
            Optional<String> frozen = run.fact(1, JournalKeys.FROZEN)
                    .filter(copy -> database.exists(copy) || database.isSwitched(copy, discarded));
            if (frozen.isPresent()) {
                return List.of(DatabaseRestore.switchTo(database, frozen.get(), discarded, Goal.ROLLBACK));
            }
            Optional<DumpFormat> dump = run.fact(1, JournalKeys.DUMP).map(DumpFormat::valueOf);
            if (dump.isEmpty()) {
                requireNoneSaved(run);
                context.reporter()
                        .warn("The plugin did not save the database, so it stays as the new server left it."
                                + " Restore it with your own command before you start the old server.");
                return List.of();
            }
            return List.of(fromDump(run, database, dump.get()).carryOut());
        }
    }

    private static void requireNoneSaved(Run run) {
        run.fact(1, JournalKeys.FROZEN).ifPresent(frozen -> {
            throw new StageFailedException(
                    "The frozen copy " + frozen + " of the database no longer exists, and it was not dumped yet.",
                    Hint.run("Restore another backup instead. List the backups.", Goal.LIST_BACKUPS));
        });
    }

    private DatabaseRestore fromDump(Run run, Database database, DumpFormat format) {
        Path dump = new Backups(context).of(run).artifact(BackupDump.artifact(BackupDump.CONSISTENT, format));
        return new DatabaseRestore(
                context,
                database,
                run.id(),
                dump,
                format,
                rows -> {
                    List<String> losses = rows.lossesSince(run.counts());
                    return losses.isEmpty() ? null : String.join("; ", losses);
                },
                Goal.ROLLBACK);
    }

    /** Writes the previous configuration, to the byte. */
    public void putConfigurationBack(Run run) {
        ConfigDocument saved = new Backups(context).savedConfiguration(run, 1);
        context.server().writeConfiguration(saved);
    }
    /**
     * The upgrade may have had rights that this call has not, by a data source for administration.
     *
     * @param untouched what was not done, as the end of a message
     * @param goal the goal to call again
     */
    public void requireSwitchable(Run run, String untouched, Goal goal) {
        Optional<String> frozen = run.fact(1, JournalKeys.FROZEN);
        if (frozen.isEmpty()) {
            return;
        }
        try (Database database = context.server().openDatabase()) {
            if (!database.exists(frozen.get())) {
                return;
            }
            database.againstSwitching().ifPresent(finding -> {
                throw new RefusedException(
                        "The frozen copy " + frozen.get() + " cannot be renamed to replace the database: "
                                + finding.text() + ". " + untouched + ".",
                        Hint.run(
                                "Set the data source for administration that the upgrade was made with, or allow it: "
                                        + finding.hint().text().replaceFirst("([.] Otherwise, .*|[.])$", "")
                                        + ". Then run the goal again.",
                                goal));
            });
        }
    }
}
