package io.github.mmupgrade.database;

/** Whom the tables of a restored dump belong to. */
public enum DumpOwnership {
    /** To the roles that they belonged to, with the rights that these had given: a database that comes back. */
    AS_DUMPED,
    /**
     * To the role of the data source, and nobody else has a right to them: a database that comes from another server,
     * whose roles are none here.
     */
    OWN_ROLE
}
