package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.CopyForecast;
import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Frozen copies and switches on PostgreSQL.
 *
 * <p>A copy is made under a name that ends in {@code _making} and renamed when it is whole, so that a killed freeze is
 * never taken for a copy. Both renames of a switch are one transaction.
 */
final class PostgresCopies implements AutoCloseable {

    /** Bytes a second where the disk is not measured; copies of 280 to 1,100 MB a second were seen. */
    private static final long BYTES_PER_SECOND = 200_000_000;

    /** Connecting, the checkpoints before and after, ending sessions, the renaming, and the backup's own lists. */
    private static final Duration COPY_COST = Duration.ofMillis(500);

    /** The same without the checkpoints, which a trial has measured. */
    private static final Duration CLONE_COST = Duration.ofMillis(300);

    /** A session that is told to end is gone within some milliseconds; the Mattermost server is down meanwhile. */
    private static final long PAUSE_MILLISECONDS = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The name of no session: all count, our own too. */
    private static final String NOBODY = "(nobody)";

    private static final String IN_USE = "55006";

    private final PostgresServer server;
    private final PostgresAttributes attributes;
    private final PostgresCloning cloning;
    private final Runnable endOwnSession;

    /**
     * Copies of a server's database.
     *
     * @param endOwnSession ends our own sessions with the database: nobody may be connected while it is copied
     */
    PostgresCopies(PostgresServer server, Runnable endOwnSession) {
        this.server = server;
        this.attributes = new PostgresAttributes(server);
        this.cloning = new PostgresCloning(server);
        this.endOwnSession = endOwnSession;
    }

    List<CopyPrecondition> preconditions(String copyName, Long declaredFreeBytes, long sizeBytes) {
        return new PostgresPreconditions(server, cloning).check(copyName, declaredFreeBytes, sizeBytes);
    }

    CopyForecast forecast(long sizeBytes, long bytesPerSecond) {
        PostgresCloning.Trial trial = cloning.tried();
        if (trial.clones()) {
            return new CopyForecast(CLONE_COST.plus(trial.took()), true, trial.why());
        }
        long speed = bytesPerSecond > 0 ? bytesPerSecond : BYTES_PER_SECOND;
        return new CopyForecast(COPY_COST.plusMillis(sizeBytes * 1000 / speed), false, trial.why());
    }

    Optional<Path> localDirectory() {
        return server.localDirectory();
    }

    boolean mayCreate(String name) {
        return new PostgresPreconditions(server, cloning).mayCreate(name);
    }

    Optional<CopyPrecondition> againstRenaming() {
        return new PostgresPreconditions(server, cloning).againstRenaming();
    }

    void prepareFreeze() {
        new PostgresCheckpoint(server).force();
    }

    CopyOutcome freeze(String copyName) {
        requireOurs(copyName);
        Instant start = Instant.now();
        if (exists(copyName)) {
            allowConnections(true);
            return new CopyOutcome.Done(Duration.between(start, Instant.now()), List.of());
        }
        String current = current();
        String making = DatabaseNames.making(copyName);
        drop(making);
        List<Session> foreign = otherRolesSessions(current);
        if (!foreign.isEmpty()) {
            return new CopyOutcome.Blocked(foreign);
        }
        List<String> warnings;
        boolean done = false;
        try {
            allowConnections(false);
            endSessions(current);
            foreign = otherRolesSessions(current);
            if (!foreign.isEmpty()) {
                return new CopyOutcome.Blocked(foreign);
            }
            cloning.create(
                    maintenance(),
                    "CREATE DATABASE " + quoted(making) + " TEMPLATE " + quoted(current)
                            + attributes.ownerAndLimit(current)
                            + PostgresScratch.copyingFiles(server),
                    () -> drop(making));
            warnings = attributes.carryOver(current, making);
            rename(making, copyName);
            done = true;
        } catch (SQLException e) {
            throw failed("Copying the database " + server.source() + " to " + copyName + " failed", e);
        } finally {
            if (!done) {
                dropQuietly(making);
            }
            allowConnections(true);
        }
        return new CopyOutcome.Done(Duration.between(start, Instant.now()), warnings);
    }

    boolean exists(String name) {
        return server.catalogue().number("SELECT count(*) FROM pg_database WHERE datname = ?", name) > 0;
    }

    boolean acceptsConnections() {
        return server.catalogue()
                        .number("SELECT count(*) FROM pg_database WHERE datname = ? AND datallowconn", current())
                > 0;
    }

    List<String> settleUnfinished() {
        List<String> done = new ArrayList<>(endStatementsUnderWay());
        for (SideDatabase sibling : listSiblings()) {
            if (sibling.unfinished()) {
                drop(sibling.name());
                done.add("dropped the unfinished copy " + sibling.name());
            }
        }
        if (exists(current()) && !acceptsConnections()) {
            allowConnections(true);
            done.add("the database " + server.source() + " accepts connections again");
        }
        return done;
    }

    /**
     * A server goes on with a statement whose client was killed: a copy would come to be right behind the look for
     * unfinished ones. Another installation's copies, made by the same role, are none of ours.
     */
    private List<String> endStatementsUnderWay() {
        List<String> done = new ArrayList<>();
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            List<Long> left = statementsUnderWay();
            if (left.isEmpty() || Instant.now().isAfter(end)) {
                return done;
            }
            for (long pid : left) {
                if (terminate(pid)) {
                    done.add("ended a copy that the database server was still making (its process " + pid + ")");
                }
            }
            pause();
        }
    }

    private List<Long> statementsUnderWay() {
        String current = quoted(current());
        String ours = current.substring(0, current.length() - 1) + "_";
        return server.catalogue()
                .query(
                        "SELECT pid FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
                                + " AND state = 'active' AND query ~* '^ *(create|alter|drop) +database '"
                                + " AND (strpos(query, ?) > 0 OR strpos(query, ?) > 0)",
                        row -> row.getLong(1),
                        current,
                        ours);
    }

    private boolean terminate(long pid) {
        return server.catalogue()
                .first("SELECT pg_terminate_backend(?::int)", row -> row.getBoolean(1), (int) pid)
                .orElse(false);
    }

    CopyOutcome switchTo(String newDatabase, String discardedName) {
        Instant start = Instant.now();
        String current = current();
        if (isSwitched(newDatabase, discardedName)) {
            return new CopyOutcome.Done(Duration.between(start, Instant.now()), List.of());
        }
        requireSwitchable(newDatabase, discardedName);
        Instant end = start.plus(PATIENCE);
        while (true) {
            List<Session> foreign = new ArrayList<>(otherRolesSessions(current));
            foreign.addAll(otherRolesSessions(newDatabase));
            if (!foreign.isEmpty()) {
                return new CopyOutcome.Blocked(foreign);
            }
            try {
                endSessions(current);
                endSessions(newDatabase);
                swapNames(current, newDatabase, discardedName);
                return new CopyOutcome.Done(Duration.between(start, Instant.now()), List.of());
            } catch (SQLException e) {
                // somebody came back between the look and the renames
                if (!IN_USE.equals(e.getSQLState()) || Instant.now().isAfter(end)) {
                    throw failed("Replacing the database " + server.source() + " by " + newDatabase + " failed", e);
                }
            }
        }
    }

    boolean isSwitched(String newDatabase, String discardedName) {
        return exists(discardedName) && !exists(newDatabase) && exists(current());
    }

    void drop(String name) {
        requireOurs(name);
        if (!exists(name)) {
            return;
        }
        try {
            endSessions(name);
            maintenance().execute("DROP DATABASE IF EXISTS " + quoted(name));
        } catch (SQLException e) {
            throw failed("The database " + name + " could not be dropped", e);
        }
    }

    List<SideDatabase> listSiblings() {
        return server
                .catalogue()
                .query(
                        "SELECT datname, CASE WHEN has_database_privilege(datname, 'CONNECT')"
                                + " THEN pg_database_size(datname) ELSE 0 END FROM pg_database ORDER BY datname",
                        row -> new SideDatabase(
                                row.getString(1), row.getLong(2), DatabaseNames.isUnfinished(row.getString(1))))
                .stream()
                .filter(sibling -> DatabaseNames.isOurs(current(), sibling.name()))
                .toList();
    }

    /** Makes an empty database with the current one's attributes; anything of that name is dropped. */
    List<String> createEmpty(String name) {
        requireOurs(name);
        drop(name);
        try {
            maintenance()
                    .execute("CREATE DATABASE " + quoted(name) + " TEMPLATE template0"
                            + attributes.encodingAndLocale(current()) + attributes.ownerAndLimit(current()));
            return attributes.carryOver(current(), name);
        } catch (SQLException e) {
            throw failed("The database " + name + " could not be created", e);
        }
    }

    /** Gives a database its final name, once it is whole. */
    void finish(String making, String name) {
        try {
            endSessions(making);
            rename(making, name);
        } catch (SQLException e) {
            throw failed("The database " + making + " could not be renamed to " + name, e);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private String current() {
        return server.source().database();
    }

    private SqlClient maintenance() {
        return server.maintenance();
    }

    private static String quoted(String identifier) {
        return PostgresServer.quoted(identifier);
    }

    private void requireOurs(String name) {
        if (!DatabaseNames.isOurs(current(), name)) {
            throw new RefusedException(
                    "'" + name + "' is not the name of a copy of the database " + server.source()
                            + "; only copies are created or dropped",
                    Hint.of("Names of copies look like " + DatabaseNames.frozen(current(), "20261123-031400") + "."));
        }
    }

    private void requireSwitchable(String newDatabase, String discardedName) {
        requireOurs(newDatabase);
        if (DatabaseNames.isUnfinished(newDatabase) || !exists(newDatabase)) {
            throw new RefusedException(
                    "There is no complete database " + newDatabase + " to replace " + server.source(),
                    Hint.run("See which copies there are.", Goal.STATUS));
        }
        if (discardedName.getBytes(StandardCharsets.UTF_8).length > DatabaseNames.LIMIT || exists(discardedName)) {
            throw new RefusedException(
                    "The database " + server.source() + " cannot be renamed to " + discardedName
                            + ": the name is taken or longer than " + DatabaseNames.LIMIT + " bytes",
                    Hint.of("Choose another name."));
        }
    }

    private void swapNames(String current, String newDatabase, String discardedName) throws SQLException {
        List<String> statements = new ArrayList<>();
        if (exists(current)) {
            statements.add("ALTER DATABASE " + quoted(current) + " RENAME TO " + quoted(discardedName));
        }
        statements.add("ALTER DATABASE " + quoted(newDatabase) + " RENAME TO " + quoted(current));
        statements.add("ALTER DATABASE " + quoted(current) + " ALLOW_CONNECTIONS true");
        maintenance().executeTogether(statements);
    }

    private void rename(String from, String to) throws SQLException {
        maintenance().execute("ALTER DATABASE " + quoted(from) + " RENAME TO " + quoted(to));
    }

    private void allowConnections(boolean allowed) {
        try {
            maintenance().execute("ALTER DATABASE " + quoted(current()) + " ALLOW_CONNECTIONS " + allowed);
        } catch (SQLException e) {
            throw failed(
                    "The database " + server.source() + " could not be set to "
                            + (allowed ? "accept connections again" : "accept no connections"),
                    e);
        }
    }

    private List<Session> sessions(String database) {
        return server.catalogue()
                .query(
                        // what their roles may do is known inside the database only
                        server.sessionsQuery("true"), PostgresServer::session, database, NOBODY);
    }

    private List<Session> otherRolesSessions(String database) {
        return sessions(database).stream().filter(s -> !s.ownRole()).toList();
    }

    /** Ends our own sessions and those that our role left over, and waits until they are gone. */
    private void endSessions(String database) {
        endOwnSession.run();
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            List<Session> left =
                    sessions(database).stream().filter(Session::ownRole).toList();
            if (left.isEmpty() || Instant.now().isAfter(end)) {
                return;
            }
            for (Session session : left) {
                terminate(session.id());
            }
            pause();
        }
    }

    private void dropQuietly(String name) {
        try {
            drop(name);
        } catch (RefusedException | StageFailedException e) {
            // the failure that led here says more; settleUnfinished() finds what is left
        }
    }

    private static StageFailedException failed(String what, SQLException e) {
        return new StageFailedException(
                what + ": " + SqlClient.reason(e),
                Hint.of("The current database is unchanged. Check the database server's log (SQLSTATE "
                        + e.getSQLState() + ")."),
                e);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StageFailedException(
                    "Interrupted while sessions with the database were being ended.",
                    Hint.of("Run the goal again."),
                    e);
        }
    }
}
