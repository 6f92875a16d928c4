package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

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

    private static final String METHOD = "SET file_copy_method = clone";

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

    /** Makes the session clone from now on where its server can; a session that others get to use stays as it is. */
    static void request(SqlClient session, int majorVersion) {
        if (majorVersion < SINCE || session.pooled()) {
            return;
        }
        try {
            session.execute(METHOD);
        } catch (SQLException notBuiltIn) {
            // a server for a system without such a call knows "copy" only, and copies
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
        request(session, version);
        if (!session.first("SELECT current_setting('file_copy_method')", row -> row.getString(1))
                .filter("clone"::equals)
                .isPresent()) {
            return copies("this PostgreSQL was built without the call to share blocks");
        }
        Optional<Path> directory = server.localDirectory();
        if (directory.isEmpty()) {
            return copies("PostgreSQL shares blocks if its file system can; that cannot be seen from this host");
        }
        return measured(session, directory.get());
    }

    private Trial measured(SqlClient session, Path directory) {
        String suffix = Integer.toHexString(ThreadLocalRandom.current().nextInt());
        String first = name("t1" + suffix);
        String second = name("t2" + suffix);
        try {
            // the first one brings the template to the file system of the database, from which the second one is taken
            create(session, first, "template0");
            long start = System.nanoTime();
            long before = free(directory);
            create(session, second, first);
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
            drop(session, second);
            drop(session, first);
        }
    }

    /** Named as something unfinished: whoever finds it, drops it. */
    private String name(String suffix) {
        return DatabaseNames.making(DatabaseNames.scratch(server.source().database(), suffix));
    }

    private void create(SqlClient session, String name, String template) throws SQLException {
        String tablespace = session.first(
                        "SELECT spcname FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace"
                                + " WHERE datname = ?",
                        row -> row.getString(1),
                        server.source().database())
                .orElseThrow();
        session.execute("CREATE DATABASE " + PostgresServer.quoted(name) + " TEMPLATE "
                + PostgresServer.quoted(template) + " TABLESPACE " + PostgresServer.quoted(tablespace)
                + " STRATEGY FILE_COPY");
    }

    private static void drop(SqlClient session, String name) {
        try {
            session.execute("DROP DATABASE IF EXISTS " + PostgresServer.quoted(name));
        } catch (SQLException | RefusedException left) {
            // settleUnfinished() finds it
        }
    }

    private static long free(Path directory) throws IOException {
        return Files.getFileStore(directory).getUnallocatedSpace();
    }

    private static Trial copies(String why) {
        return new Trial(false, Duration.ZERO, why);
    }
}
