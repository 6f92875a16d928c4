package io.github.mmupgrade.backup;

import io.github.mmupgrade.backup.copy.BackupDraft;
import io.github.mmupgrade.backup.format.BackupState;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.files.ExclusiveLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A backup at a glance: its manifest is read, its lists are not.
 *
 * @param root its directory
 * @param run its name
 * @param manifest what it says of itself; null when that can't be read
 * @param condition how it is
 */
public record BackupSummary(Path root, String run, Manifest manifest, Condition condition) {

    /** How a backup is. */
    public enum Condition {
        /** All is there. */
        COMPLETE,
        /** The database is a frozen copy only. */
        NOT_YET_DURABLE,
        /** A process is making it. */
        IN_PROGRESS,
        /** Nobody is at work on it: its run goes on later, or is dead. */
        UNFINISHED,
        /** Its manifest was changed. */
        DAMAGED
    }

    static BackupSummary of(Path root) throws IOException {
        String run = root.getFileName().toString();
        Path sealed = root.resolve(Manifest.NAME);
        boolean finished = Files.exists(sealed);
        Manifest manifest = null;
        try {
            manifest = Manifest.read(finished ? sealed : root.resolve(Manifest.DRAFT));
        } catch (IOException e) {
            if (finished) {
                return new BackupSummary(root, run, null, Condition.DAMAGED);
            }
        }
        boolean locked = ExclusiveLock.holder(BackupDraft.lockOf(root)).isPresent();
        Condition condition;
        if (!finished || manifest.state() == BackupState.INCOMPLETE) {
            condition = locked ? Condition.IN_PROGRESS : Condition.UNFINISHED;
        } else {
            condition = manifest.state() == BackupState.COMPLETE ? Condition.COMPLETE : Condition.NOT_YET_DURABLE;
        }
        return new BackupSummary(root, run, manifest, condition);
    }

    /** Whether all is there. */
    public boolean complete() {
        return condition == Condition.COMPLETE;
    }
}
