package io.github.mmupgrade.database;

/** How a database comes back from a dump. */
public enum RestoreWay {
    /**
     * Into a new database, checked there, which then takes the current one's name. The current one is kept under
     * another name. Always preferred; needs the right to create databases.
     */
    NEW_DATABASE_AND_RENAME,
    /**
     * Into the current database, after what it holds has been dumped: everything in it is dropped and the dump loaded.
     * On PostgreSQL in one transaction, so that a failure leaves it as it was; MySQL has no such transactions, there a
     * table {@code mmupgrade_unfinished} marks the database until it is whole, and the load can be repeated.
     */
    IN_PLACE_AFTER_SAVING
}
