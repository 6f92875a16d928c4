package io.github.mmupgrade.database.access;

import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.database.SqlDatabase;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;

/**
 * A database to try something in with true data: a new one beside the given one where the role may create databases,
 * else the given one itself, which must then be empty. What it held is gone when it is removed, and nothing else.
 */
public final class ScratchDatabase {

    private final DataSource given;
    private final DataSource own;
    private final Host host;
    private final DatabaseTools tools;

    private ScratchDatabase(DataSource given, DataSource own, Host host, DatabaseTools tools) {
        this.given = given;
        this.own = own;
        this.host = host;
        this.tools = tools;
    }

    /**
     * Finds out where it can be. Writes nothing.
     *
     * @param given a database of the server that it shall be on
     * @param run what its name ends with, 1 to 16 letters, digits and dashes
     * @throws RefusedException when the role may not create one, and the given one has tables
     */
    public static ScratchDatabase at(DataSource given, Host host, DatabaseTools tools, String run) {
        try (SqlDatabase database = open(given, host, tools)) {
            database.serverVersion();
            String beside = DatabaseNames.scratch(given.database(), run);
            if (database.restoreWay(beside) == RestoreWay.NEW_DATABASE_AND_RENAME) {
                return new ScratchDatabase(given, given.withDatabase(beside), host, tools);
            }
            if (!database.tables().isEmpty()) {
                throw new RefusedException(
                        "The scratch database " + given + " is not empty, and its role cannot create another one"
                                + " next to it. Nothing was changed.",
                        Hint.of("Use an empty database, or a role that can create databases."));
            }
            return new ScratchDatabase(given, given, host, tools);
        }
    }

    /** The database as an earlier process made it, to be removed. */
    public static ScratchDatabase again(DataSource given, DataSource own, Host host, DatabaseTools tools) {
        return new ScratchDatabase(given, own, host, tools);
    }

    /** Where it is. */
    public DataSource dataSource() {
        return own;
    }

    /** The database beside which it is, or which it is. */
    public DataSource given() {
        return given;
    }

    /**
     * Loads a dump of any server's database of the same kind. Everything belongs to our own role; the rights of others
     * are left out.
     *
     * @throws io.github.mmupgrade.report.StageFailedException when it can't be loaded
     */
    public void load(Path dump) {
        try (SqlDatabase database = open(given, host, tools)) {
            if (own.equals(given)) {
                database.adopt(dump);
            } else {
                database.restoreInto(own.database(), dump, database.preferredFormat(), null, DumpOwnership.OWN_ROLE);
            }
        }
    }

    /**
     * Makes it on PostgreSQL, without any table, unless it is the given one.
     *
     * @throws io.github.mmupgrade.report.ProblemException when it cannot be made
     */
    public void makeEmpty() {
        if (!own.equals(given)) {
            try (SqlDatabase database = open(given, host, tools)) {
                database.createEmpty(own.database());
            }
        }
    }

    /**
     * Takes out what would have a server that is started on it do something for the server it was copied from: that
     * one's nodes of a cluster, and background jobs that were under way, migrations excepted.
     */
    public void calm() {
        try (SqlDatabase database = open(own, host, tools)) {
            database.calm();
        }
    }

    /**
     * Removes it, and what an upgrade of it has left beside it.
     *
     * @throws io.github.mmupgrade.report.StageFailedException when it can't be removed
     */
    public void remove() {
        try (SqlDatabase database = open(own, host, tools)) {
            database.listSiblings().forEach(sibling -> database.drop(sibling.name()));
            if (own.equals(given)) {
                database.empty();
                return;
            }
        } catch (RefusedException unreachable) {
            if (own.equals(given)) {
                throw unreachable;
            }
        }
        try (SqlDatabase database = open(given, host, tools)) {
            database.drop(DatabaseNames.making(own.database()));
            database.drop(own.database());
        }
    }

    private static SqlDatabase open(DataSource source, Host host, DatabaseTools tools) {
        return (SqlDatabase) Databases.openUnchecked(source, host, tools);
    }
}
