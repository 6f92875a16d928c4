package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Copies of databases that share their blocks with the original: PostgreSQL 18 and later make them when
 * {@code file_copy_method} is {@code clone} and the file system can (XFS with reflink, Btrfs, ZFS 2.2 and later); on
 * other file systems the same setting copies. Source: PostgreSQL 18, "Resource Consumption", {@code file_copy_method}.
 */
final class PostgresCloning {

    /** From this version on a server can clone files. */
    private static final int SINCE = 18;

    /** Copied files of a new database may share a little by chance, and others write to the same disk meanwhile. */
    private static final double SHARED = 0.5;

    private static final String CLONE = "SET file_copy_method = clone";

    private static final String COPY = "SET file_copy_method = copy";

    /** SQLSTATE class of errors of the system below PostgreSQL. */
    private static final String SYSTEM_ERROR = "58";

    private final PostgresServer server;
    private Trial trial;

    PostgresCloning(PostgresServer server) {
        this.server = server;
    }

    /**
     * What copying an empty database showed.
     *
     * @param clones whether the copy shared its blocks
     * @param took how long it took: what a copy costs whatever its size
     * @param why what was seen; a part of a sentence
     */
    record Trial(boolean clones, Duration took, String why) {}

    /**
     * Creates a database by a statement that copies files: by cloning where the server can, and by copying where the
     * file systems turn out not to allow it. A session that others get to use is left as it is.
     *
     * @param again what undoes a failed attempt
     */
    void create(SqlClient session, String statement, Runnable again) throws SQLException {
        if (!request(session)) {
            session.execute(statement);
            return;
        }
        try {
            session.execute(statement);
        } catch (SQLException e) {
            if (e.getSQLState() == null || !e.getSQLState().startsWith(SYSTEM_ERROR)) {
                throw e;
            }
            // from one file system to another a clone fails instead of copying
            again.run();
            session.execute(COPY);
            session.execute(statement);
        }
    }

    private boolean request(SqlClient session) {
        if (server.majorVersion() < SINCE || session.pooled()) {
            return false;
        }
        try {
            session.execute(CLONE);
            return true;
        } catch (SQLException notBuiltIn) {
            // a server for a system without such a call knows "copy" only, and copies
            return false;
        }
    }

    /**
     * Finds out by a copy of an empty database, made once and dropped again. No other way tells: the file system of the
     * server's data is not ours to write to.
     */
    Trial tried() {
        if (trial == null) {
            trial = attempt();
        }
        return trial;
    }

    private Trial attempt() {
        int version = server.majorVersion();
        if (version < SINCE) {
            return copies("PostgreSQL " + version + " copies every byte; from " + SINCE + " on it can share blocks");
        }
        SqlClient session = server.maintenance();
        if (session.pooled()) {
            return copies("the data source leads to a pooler, through which PostgreSQL cannot be told to share blocks");
        }
        if (!request(session)) {
            return copies("this PostgreSQL was built without the call to share blocks");
        }
        Optional<Path> directory = server.localDirectory();
        if (directory.isEmpty()) {
            return copies("PostgreSQL shares blocks if its file system can; that cannot be seen from this host");
        }
        return measured(session, directory.get());
    }

    private Trial measured(SqlClient session, Path directory) {
        PostgresScratch scratch = new PostgresScratch(server, session);
        String first = scratch.name();
        String second = scratch.name();
        try {
            // the first one brings the template to the file system of the database, from which the second one is taken
            session.execute(COPY);
            scratch.create(first, "template0");
            session.execute(CLONE);
            long start = System.nanoTime();
            long before = free(directory);
            scratch.create(second, first);
            long used = before - free(directory);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            long size = session.number("SELECT pg_database_size(?)", second);
            return used < size * SHARED
                    ? new Trial(true, took, "a trial copy shared its blocks")
                    : new Trial(false, took, "the file system of the database shares no blocks (tried)");
        } catch (SQLException e) {
            return copies("a trial copy failed: " + SqlClient.reason(e));
        } catch (IOException e) {
            return copies("the free space of the database's file system cannot be read");
        } finally {
            scratch.drop(second);
            scratch.drop(first);
        }
    }

    private static long free(Path directory) throws IOException {
        return Files.getFileStore(directory).getUnallocatedSpace();
    }

    private static Trial copies(String why) {
        return new Trial(false, Duration.ZERO, why);
    }
}
