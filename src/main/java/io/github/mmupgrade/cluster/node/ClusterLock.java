package io.github.mmupgrade.cluster.node;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.postgres.PostgresServer;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps a cluster to one caller: a lock in the database server, held by a session, and a file on the first node that says
 * who holds it. It ends with the session, or when nobody has renewed it for a minute: a caller that is gone holds nothing.
 */
public final class ClusterLock implements AutoCloseable {

    /** For how long it stays without being renewed. */
    public static final Duration LEASE = Duration.ofSeconds(60);

    private static final String FILE = "cluster.lock";

    private final ExclusiveLock file;
    private final SqlClient session;
    private final PostgresServer server;
    private final long key;
    private long renewed = System.nanoTime();
    private boolean closed;

    private ClusterLock(ExclusiveLock file, SqlClient session, PostgresServer server, long key) {
        this.file = file;
        this.session = session;
        this.server = server;
        this.key = key;
        Thread watch = new Thread(this::closeWhenAbandoned, "cluster lock");
        watch.setDaemon(true);
        watch.start();
    }

    /**
     * How an attempt ended.
     *
     * @param lock the lock; null when somebody else has it
     * @param holder who has it, in words; null when it was taken
     */
    public record Attempt(ClusterLock lock, String holder) {}

    /**
     * Tries to take it.
     *
     * @param caller who asks, such as {@code anna on runner-7}
     * @throws RefusedException when the database cannot be reached, or hands out no session of its own
     */
    public static Attempt attempt(GoalContext context, String caller) {
        Path place = context.privateState().resolve(FILE);
        try {
            Optional<ExclusiveLock> file = ExclusiveLock.tryAcquire(place, caller);
            if (file.isEmpty()) {
                return new Attempt(
                        null,
                        ExclusiveLock.holder(place)
                                .map(holder -> holder.purpose() + ", since " + holder.since())
                                .orElse("another caller"));
            }
            try {
                Attempt attempt = inDatabase(context, file.get());
                if (attempt.lock() == null) {
                    file.get().close();
                }
                return attempt;
            } catch (RuntimeException e) {
                file.get().close();
                throw e;
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The lock " + place + " cannot be taken: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Run as the user who ran the earlier goals, usually root."),
                    e);
        }
    }

    private static Attempt inDatabase(GoalContext context, ExclusiveLock file) {
        DataSource source = context.server().reachable();
        String name = "mattermost-maven-plugin " + source.database();
        long key = Long.parseUnsignedLong(
                Digests.sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, 16), 16);
        if (source.kind() == DatabaseKind.POSTGRESQL) {
            // not in the server's own database: a copy of that needs it without sessions
            PostgresServer server = new PostgresServer(source, context.host());
            SqlClient session = server.maintenance();
            requireOwnSession(session);
            if (session.first("SELECT pg_try_advisory_lock(?)", row -> row.getBoolean(1), key)
                    .orElse(false)) {
                return new Attempt(new ClusterLock(file, session, server, key), null);
            }
            String holder = session.first(
                            "SELECT a.pid || ' of the role ' || coalesce(a.usename, 'unknown') FROM pg_locks l JOIN"
                                    + " pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted"
                                    + " AND ((l.classid::bigint << 32) | l.objid::bigint) = ?",
                            row -> row.getString(1),
                            key)
                    .orElse("");
            server.close();
            return new Attempt(null, elsewhere(holder));
        }
        SqlClient session = new SqlClient(source.withDatabase("information_schema"));
        if (session.number("SELECT GET_LOCK(?, 0)", lockName(key)) == 1) {
            return new Attempt(new ClusterLock(file, session, null, key), null);
        }
        String holder = session.first("SELECT IS_USED_LOCK(?)", row -> row.getString(1), lockName(key))
                .orElse("");
        session.close();
        return new Attempt(null, elsewhere(holder));
    }

    /** Any role may hold the lock, so the session is named: an administrator of the database can end it. */
    private static String elsewhere(String session) {
        return "another caller, who began at another node"
                + (session.isBlank()
                        ? ""
                        : " (session " + DatabaseNames.printable(session) + " on the database server)");
    }

    private static String lockName(long key) {
        return "mattermost-" + Long.toHexString(key);
    }

    private static void requireOwnSession(SqlClient session) {
        if (session.pooled()) {
            throw new RefusedException(
                    "The lock needs a direct connection, but this goes through a pooler. Nothing was changed.",
                    Hint.of(
                            "Put a data source that bypasses the pooler into the password of the server"
                                    + " 'mattermost-database' in settings.xml, or into the variable MATTERMOST_ADMIN_DATASOURCE."));
        }
    }

    /**
     * Says that the caller is still there.
     *
     * @return whether the lock still holds
     */
    public synchronized boolean renew() {
        if (closed) {
            return false;
        }
        try {
            boolean held = server != null
                    ? session.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                                    + " AND pid = pg_backend_pid()")
                            > 0
                    : session.number("SELECT IS_USED_LOCK(?) = CONNECTION_ID()", lockName(key)) == 1;
            if (held) {
                renewed = System.nanoTime();
                return true;
            }
        } catch (ProblemException e) {
            // the database was started again: whoever comes first may have it
        }
        close();
        return false;
    }

    private void closeWhenAbandoned() {
        while (true) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                if (System.nanoTime() - renewed > LEASE.toNanos()) {
                    close();
                    return;
                }
            }
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Lets others have it. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        session.close();
        if (server != null) {
            server.close();
        }
        try {
            file.close();
        } catch (IOException e) {
            // the lock is gone with the process at the latest
        }
    }
}
