package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import java.util.Objects;

/**
 * An entry of a backup's list.
 *
 * @param name its path in the backup, as {@link RawName}, such as {@code files/20260101/a.png}
 * @param stat what the original was: kind, size, owner, mode, times
 * @param sha256 the sum of a file's content; null of what is no file
 * @param target where a symbolic link points, as {@link RawName}; null of what is none
 * @param unsettled whether the original was changing, or had just changed, when it was read, so that its times can't
 *     tell whether it changed again
 */
public record ListEntry(String name, FileStat stat, String sha256, String target, boolean unsettled) {

    /** Checks the parts. */
    public ListEntry {
        Objects.requireNonNull(name);
        if (stat.kind() == FileStat.Kind.FILE) {
            Objects.requireNonNull(sha256);
        }
    }

    /** Whether a file that looks like this now still has the content that this entry describes. */
    public boolean stillDescribes(FileStat now) {
        return !unsettled && sha256 != null && stat.sameContentAs(now);
    }

    /** The name for people to read. */
    public String text() {
        return RawName.text(name);
    }
}
