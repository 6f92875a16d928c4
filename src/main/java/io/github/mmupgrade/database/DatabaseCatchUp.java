package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DataSource;
import java.util.Optional;

/** Brings a copy of a database, which was loaded earlier into another server, up to date. */
public interface DatabaseCatchUp {

    /** Why it cannot be done with this database, in words; empty when it can. Reads only. */
    Optional<String> obstacle();

    /**
     * A checksum of all definitions in the database, such as tables, columns, indexes and functions: as long as it is
     * the same, copies differ in rows only.
     */
    String definitions();

    /**
     * What the copy holds now. Asked for before anybody waits, it need not be found out while somebody does.
     *
     * @param beside the database on whose server the copy is
     * @param copy its name; nobody uses it
     */
    CopyContents contents(DataSource beside, String copy);

    /**
     * Gives the copy the rows that the database has now. All rows of both are compared by checksums, and only those that
     * differ are copied; both are only the same when this returns.
     *
     * @param beside the database on whose server the copy is
     * @param copy its name; nobody uses it, and it was loaded when {@link #definitions} was what it is now
     * @param known what {@link #contents} said, if nobody has written to the copy since; null to ask again
     * @throws io.github.mmupgrade.report.StageFailedException when they could not be made the same; the copy is as it was
     */
    CatchUpResult run(DataSource beside, String copy, CopyContents known);
}
