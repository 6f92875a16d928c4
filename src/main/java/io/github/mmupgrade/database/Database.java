package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DataSource;
import java.util.Optional;

/**
 * A Mattermost server's database: what can be read from it, dumps, and copies inside its server.
 *
 * <p>Not safe for use by several threads.
 */
public interface Database extends DatabaseReads, DatabaseDumps, DatabaseCopies, AutoCloseable {

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

    /** How a copy that was loaded earlier is brought up to date; empty where that is not possible with this kind of server. */
    Optional<DatabaseCatchUp> catchUp();

    /** The rows of every table of another database of the same server, such as a restored one. */
    RowCounts allCounts(String database);

    /** The rows of the tables that {@link #counts()} counts, in another database of the same server. */
    RowCounts counts(String database);

    /** Base backups of the server that the database is on; empty where its kind has none. */
    Optional<DatabaseBaseBackups> baseBackups();

    /** Ends our sessions. */
    @Override
    void close();
}
