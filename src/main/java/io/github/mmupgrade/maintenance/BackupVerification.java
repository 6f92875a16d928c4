package io.github.mmupgrade.maintenance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.backup.format.Verification;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.BackupNotes;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.DatabaseMeter;
import io.github.mmupgrade.saving.SavedDatabase;
import java.util.List;
import java.util.stream.Collectors;

/** Reads a backup through, byte by byte, and, when asked for, restores its database into a scratch one. */
public final class BackupVerification {

    private final GoalContext context;

    public BackupVerification(GoalContext context) {
        this.context = context;
    }

    /**
     * Checks a backup.
     *
     * @param name which one; null for the newest complete one
     * @param restore whether its database is restored into a scratch one, counted, and dropped again
     * @throws RefusedException when anything is wrong with it
     */
    public void carryOut(String name, boolean restore) {
        Backup backup = new Backups(context).chosen(name);
        ObjectNode data = Json.MAPPER.createObjectNode();
        verify(backup, restore, data);
        if (!context.options().dryRun()) {
            new BackupNotes(context).verified(backup.root().getFileName().toString());
        }
        context.reporter().report(new Event.Result(Goal.VERIFY_BACKUP, data, List.of()));
    }

    private void verify(Backup backup, boolean restore, ObjectNode data) {
        SavedDatabase saved = SavedDatabase.of(backup);
        if (restore && saved == null) {
            // before it is read through, which takes minutes
            throw new RefusedException(
                    "Backup " + backup.root() + " has no dump of the database, so none was restored.",
                    Hint.run("Choose another backup.", Goal.LIST_BACKUPS));
        }
        Verification verification = backup.verify(context.reporter());
        verification.requireSound();
        context.reporter()
                .info("Backup " + backup.root() + " is intact: " + Amount.of(verification.files(), "file") + ", "
                        + Amount.bytes(verification.bytes()) + " read and compared with their checksums");
        backup.manifest().warnings().forEach(context.reporter()::warn);
        data.put("backup", backup.root().toString()).put("intact", true);
        data.put("files", verification.files()).put("bytes", verification.bytes());
        data.set("warnings", Json.MAPPER.valueToTree(backup.manifest().warnings()));
        data.put("databaseDump", saved != null);
        if (saved == null) {
            context.reporter().warn("It has no dump of the database: " + state(backup.manifest()));
            return;
        }
        try (Database database = context.server().databaseForDumps()) {
            database.checkDump(saved.dump(), saved.format());
            context.reporter().info("The dump " + saved.dump() + " is readable to its end");
        }
        if (restore) {
            try (Database database = context.server().openDatabase()) {
                restore(backup, saved, database, data);
            }
        }
    }

    private static String state(Manifest manifest) {
        return manifest.artifacts().stream()
                .filter(artifact -> !artifact.inBackup())
                .map(artifact -> artifact.kind() + " " + artifact.where())
                .collect(Collectors.joining(", ", "it is ", ""));
    }

    private void restore(Backup backup, SavedDatabase saved, Database database, ObjectNode data) {
        String scratch = DatabaseNames.scratch(
                database.dataSource().database(), Run.name(context.clock().instant()));
        if (context.options().dryRun()) {
            context.reporter().info("would restore the dump into " + scratch + ", count its rows and drop it");
            context.reporter().info("Dry run: nothing was changed.");
            return;
        }
        database.settleUnfinished().forEach(context.reporter()::info);
        try {
            RowCounts rows = new DatabaseMeter(context.reporter())
                    .restoreInto(database, scratch, saved.dump(), saved.format(), DumpOwnership.AS_DUMPED);
            String wrong = saved.fault(rows);
            if (wrong != null) {
                throw new RefusedException(
                        "The database of backup " + backup.root() + " does not have the rows that were saved: " + wrong
                                + ".",
                        Hint.run("Choose another backup.", Goal.LIST_BACKUPS));
            }
            List<String> differing = saved.differences(rows);
            data.put("restoredRows", rows.total());
            differing.forEach(line -> context.reporter().warn("The running server wrote to it meanwhile: " + line));
            context.reporter()
                    .info("Restored its database into " + scratch + ": " + Amount.of(rows.total(), "row") + " in "
                            + Amount.of(rows.tables().size(), "table")
                            + (differing.isEmpty() ? ", as the manifest says" : ""));
        } finally {
            database.settleUnfinished();
            database.drop(scratch);
        }
    }
}
