package io.github.mmupgrade.context;

import java.util.Locale;

/** How the database is saved while the server is stopped. */
public enum DatabaseSaving {
    /** The way with the shortest downtime that is possible. */
    AUTO,
    /** A copy inside the database server. */
    FROZEN,
    /** A copy of the database server's files, made ahead and brought up to date after the stop. */
    BASE_BACKUP,
    /** A dump into the backup. */
    DUMP,
    /** The organisation's own command. */
    COMMAND,
    /** Not at all. */
    NONE;

    /** Whether the plugin itself saves the database. */
    public boolean byPlugin() {
        return this != COMMAND && this != NONE;
    }

    /** The name in lower case, as the parameter is written. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
