package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.Verification;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.saving.SavedDatabase;
import java.nio.file.Path;

/** The backup that a migration takes everything from, read through once by whoever needs it first. */
final class SourceBackup {

    private Verification verification;

    /**
     * Reads a backup through, unless it was already.
     *
     * @throws RefusedException when it is not complete, not sound, or holds no dump
     */
    Verification verified(Path root, Reporter reporter) {
        if (verification == null || !verification.root().equals(root)) {
            Backup backup = Backup.open(root);
            requireComplete(backup);
            Verification found = backup.verify(reporter);
            found.requireSound();
            verification = found;
        }
        return verification;
    }

    /**
     * Makes sure that a backup says of itself that everything is in it; nothing is read through.
     *
     * @throws RefusedException when it is not complete, or holds no dump
     */
    static void requireComplete(Backup backup) {
        if (backup.manifest().state() != BackupState.COMPLETE) {
            throw refused(backup.root(), "is not complete: so far its database exists only as a frozen copy");
        }
        if (SavedDatabase.of(backup) == null) {
            throw refused(backup.root(), "has no dump of the database");
        }
    }

    private static RefusedException refused(Path root, String why) {
        return new RefusedException(
                "Backup " + root + " " + why + ". Nothing was changed.",
                Hint.of("Make a complete backup of the source, copy it here, and give its directory as"
                        + " mattermost.source."));
    }

    /** The backup of a migration. */
    static Backup of(Run run) {
        return Backup.open(Path.of(run.requireFact(1, MigrationRun.SOURCE_BACKUP)));
    }

    /**
     * Brings the source's files with the destination's owner. A backup that came from elsewhere is read through first;
     * of one that was just made, each file is compared with its checksum when it is copied.
     */
    FileRestore files(GoalContext context, Run run) {
        MigrationRun migration = new MigrationRun(run);
        return migration.fromServer()
                ? files(context, run, of(run))
                : ofDestination(new FileRestore(verified(context, run), context.host(), context.reporter()), migration);
    }

    /** The same of a backup of this migration that is not complete yet. */
    static FileRestore files(GoalContext context, Run run, Backup soFar) {
        return ofDestination(new FileRestore(soFar, context.host(), context.reporter()), new MigrationRun(run));
    }

    private static FileRestore ofDestination(FileRestore files, MigrationRun migration) {
        return files.onBehalfOf(migration.owner()).ownedBy(migration.owner());
    }

    /** The backup of a migration, read through. */
    Verification verified(GoalContext context, Run run) {
        return verified(Path.of(run.requireFact(1, MigrationRun.SOURCE_BACKUP)), context.reporter());
    }
}
