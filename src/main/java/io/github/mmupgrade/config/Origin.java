package io.github.mmupgrade.config;

/** Where the server takes the value of a setting from. */
public enum Origin {
    /** The file {@code config.json}. */
    FILE,
    /** An {@code MM_SECTION_SETTING} variable of the server's environment. */
    ENVIRONMENT,
    /** The active configuration in the database. */
    DATABASE,
    /** It is not set: the server's own default holds. */
    ABSENT
}
