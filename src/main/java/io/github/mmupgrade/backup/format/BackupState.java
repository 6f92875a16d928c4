package io.github.mmupgrade.backup.format;

import java.util.Locale;

/** How far a backup has come. */
public enum BackupState {
    /** Being made, or given up: there is no manifest, or it says so. Nothing can be restored from it. */
    INCOMPLETE,
    /** Files and configuration are there, and the database as a frozen copy inside its server only. */
    NOT_YET_DURABLE,
    /** All is there. */
    COMPLETE;

    /** The word in the manifest. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads the word of a manifest.
     *
     * @throws IllegalArgumentException when there is no such state
     */
    public static BackupState of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
