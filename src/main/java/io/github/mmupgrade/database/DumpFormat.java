package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DatabaseKind;

/** The shape of a dump on disk. */
public enum DumpFormat {
    /** PostgreSQL's custom format: one compressed file. */
    CUSTOM(DatabaseKind.POSTGRESQL, "database.dump"),
    /** PostgreSQL's directory format: a file for each table, written and read by several jobs at once. */
    DIRECTORY(DatabaseKind.POSTGRESQL, "database.dir"),
    /** MySQL's statements as a zstd-compressed stream. */
    SQL_ZSTD(DatabaseKind.MYSQL, "database.sql.zst");

    private final DatabaseKind kind;
    private final String fileName;

    DumpFormat(DatabaseKind kind, String fileName) {
        this.kind = kind;
        this.fileName = fileName;
    }

    /** Which databases can be dumped to it. */
    public DatabaseKind kind() {
        return kind;
    }

    /** What a dump of this format is called in a backup. */
    public String fileName() {
        return fileName;
    }
}
