package io.github.mmupgrade.context;

import java.util.Locale;

/** How the database is saved while the server is stopped. */
public enum DatabaseSaving {
    /** A frozen copy where one can be made, else a dump. */
    AUTO,
    /** A copy inside the database server. */
    FROZEN,
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

    /** Whether a frozen copy is made where it can be. */
    public boolean mayFreeze() {
        return this == AUTO || this == FROZEN;
    }

    /** The name in lower case, as the parameter is written. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
