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

    /**
     * Why a copy of this database that was loaded earlier could not be brought up to date by {@link #catchUp}, in words;
     * empty when it can. Reads only.
     */
    Optional<String> againstCatchUp();

    /**
     * A checksum of all definitions in this database, such as tables, columns, indexes and functions: as long as it is
     * the same, copies differ in rows only.
     */
    String definitions();

    /**
     * Gives a copy of another database the rows that this one has now. All rows of both are compared by checksums, and
     * only those that differ are copied; both databases are only the same when this returns.
     *
     * @param beside the database on whose server the copy is
     * @param copy its name; nobody uses it, and it was loaded when {@link #definitions} was what it is now
     * @throws io.github.mmupgrade.report.StageFailedException when they could not be made the same; the copy is as it was
     */
    CatchUpResult catchUp(DataSource beside, String copy);

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
