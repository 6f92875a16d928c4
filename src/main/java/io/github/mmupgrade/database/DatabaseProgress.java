package io.github.mmupgrade.database;

/** How far a dump or a restore has come, read meanwhile by a session of its own. Not safe for use by several threads. */
public interface DatabaseProgress extends AutoCloseable {

    /** How many bytes of tables the dump has read so far; -1 where the server does not tell. */
    long dumped();

    /**
     * How large a database is that is being restored.
     *
     * @param newDatabase the name that was given to the restore
     */
    long restored(String newDatabase);

    @Override
    void close();
}
