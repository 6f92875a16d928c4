package io.github.mmupgrade.context;

import java.util.Locale;
import java.util.Objects;

/**
 * How the file store is saved where it is a directory.
 *
 * @param way the way
 * @param command the organisation's own command for the way {@code command}; else null
 */
public record FileSaving(Way way, String command) {

    /** Copied into the backup. */
    public static final FileSaving COPIED = new FileSaving(Way.COPY, null);

    /** Not copied into the backup, nor anywhere else. */
    public static final FileSaving NOT_AT_ALL = new FileSaving(Way.NONE, null);

    /** Checks the parts. */
    public FileSaving {
        Objects.requireNonNull(way);
    }

    /** The ways. */
    public enum Way {
        /** A copy in the backup. */
        COPY,
        /** The organisation's own command, such as a snapshot. */
        COMMAND,
        /** Not at all: an upgrade changes no file of it. */
        NONE;

        /** The name in lower case, as the parameter is written. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether its files go into the backup. */
    public boolean copies() {
        return way == Way.COPY;
    }
}
