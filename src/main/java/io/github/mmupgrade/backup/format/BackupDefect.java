package io.github.mmupgrade.backup.format;

/**
 * Something wrong with a backup.
 *
 * @param kind what sort of thing
 * @param path where in the backup
 * @param text what is wrong, for people
 */
public record BackupDefect(Kind kind, String path, String text) {

    /** What can be wrong. */
    public enum Kind {
        /** The manifest is missing, damaged, or another backup's. */
        MANIFEST,
        /** A list is missing, damaged, or another backup's. */
        LIST,
        /** Something is listed and not there. */
        MISSING,
        /** Something is there and not listed. */
        EXTRA,
        /** The content isn't what was written. */
        CONTENT,
        /** It can be read by others, or is another sort of thing than listed. */
        MODE,
        /** It could not be read. */
        UNREADABLE
    }

    @Override
    public String toString() {
        return path + ": " + text;
    }
}
