package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DataSource;

/**
 * A Mattermost server's database: what can be read from it, dumps, and copies inside its server.
 *
 * <p>Not safe for use by several threads.
 */
public interface Database extends DatabaseReads, DatabaseDumps, DatabaseCopies, DatabaseBaseBackups, AutoCloseable {

    @Override
    DataSource dataSource();

    /**
     * Makes a configuration the active one, as the server does it: the old row stays with {@code Active} NULL, and both
     * changes are one transaction.
     *
     * @param configuration the document, UTF-8
     */
    void replaceActiveConfiguration(byte[] configuration);

    /** Makes the table that configurations live in, as servers make it that find none; nothing when it is there. */
    void makeConfigurationTable();

    /** The rows of every table of another database of the same server, such as a restored one. */
    RowCounts allCounts(String database);

    /** The rows of the tables that {@link #counts()} counts, in another database of the same server. */
    RowCounts counts(String database);

    /** Ends our sessions. */
    @Override
    void close();
}
