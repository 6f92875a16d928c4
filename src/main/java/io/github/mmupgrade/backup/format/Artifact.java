package io.github.mmupgrade.backup.format;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Something that the database left for a backup.
 *
 * @param kind {@code dump}, {@code ahead} (a dump from before the stop), {@code frozen}, {@code command}
 * @param format such as {@code directory}, {@code custom}, {@code sql.zst}, {@code database}
 * @param where for what lies in the backup, the name below its directory {@code database}; else what it is called where
 *     it is, such as the name of the frozen database
 * @param inBackup whether it lies in the backup
 */
public record Artifact(String kind, String format, String where, boolean inBackup) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    /** Checks the parts. */
    public Artifact {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(format);
        if (inBackup && !NAME.matcher(where).matches()) {
            throw new IllegalArgumentException("Not a plain name: " + where);
        }
    }

    /** A dump that was written to the backup's directory of the database: a file, or a directory of files. */
    public static Artifact stored(String kind, String format, String name) {
        return new Artifact(kind, format, name, true);
    }

    /** Something that exists elsewhere, such as a frozen copy. */
    public static Artifact elsewhere(String kind, String format, String name) {
        return new Artifact(kind, format, name, false);
    }

    /** The part of the backup that holds it. */
    public String segment() {
        return Backup.DATABASE + "/" + where;
    }
}
