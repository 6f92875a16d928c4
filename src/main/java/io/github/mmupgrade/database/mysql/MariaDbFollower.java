package io.github.mmupgrade.database.mysql;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A {@code mariadb-backup} that has copied everything, and follows the server's redo log instead of ending.
 *
 * <p>Before it ends it asks the server for a moment without changes to tables that are not transactional ({@code BACKUP
 * STAGE BLOCK_DDL}, or {@code BLOCK_COMMIT} in older releases). As long as a statement of ours changes such a table, it
 * waits for that, and everybody else may change rows and tables. The statement itself waits for a lock that another
 * session of ours has, and ends when that gives it back or ends, as it does with this process.
 */
final class MariaDbFollower implements AutoCloseable {

    /** Longer than anybody lets an upgrade wait for its stop; in seconds. */
    private static final int LONGEST = 7 * 24 * 3600;

    /** Locks are the whole server's. */
    private static final String LOCK = "CONCAT('mmupgrade_', MD5(DATABASE()))";

    private static final Duration COPY = Duration.ofDays(2);
    private static final Duration HELD = Duration.ofSeconds(30);

    /** What is left to do after the stop takes a second at most; for a log that is not there it waits 5 s. */
    private static final Duration END = Duration.ofSeconds(60);

    private final SqlClient client;
    private final SqlClient holder;
    private Dialogue program;
    private CompletableFuture<byte[]> ended;

    private MariaDbFollower(DataSource source) {
        this.client = new SqlClient(source);
        this.holder = new SqlClient(source);
    }

    /**
     * Starts it; returns when everything is copied and the log is followed.
     *
     * @param command the program; it has to follow the log every 0.1 s
     * @throws StageFailedException when it does not come so far
     */
    static MariaDbFollower start(DataSource source, Host host, Command.Builder command) {
        MariaDbFollower follower = new MariaDbFollower(source);
        try {
            follower.hold();
            follower.program =
                    host.open(command.limit(Duration.ofSeconds(LONGEST)).build());
            follower.ended = CompletableFuture.supplyAsync(follower::awaitEnd, task -> {
                Thread thread = new Thread(task, "mariadb-backup");
                thread.setDaemon(true);
                thread.start();
            });
            follower.await(COPY, () -> follower.ended.isDone() || follower.waits());
            if (!follower.isRunning()) {
                throw follower.failed();
            }
            return follower;
        } catch (RuntimeException e) {
            follower.close();
            throw e;
        }
    }

    /** Makes the table that is changed, anew; its comment is the run that it belongs to. */
    static void makeTable(SqlClient client, String run) {
        endHolders(client);
        run(client, "DROP TABLE IF EXISTS " + table());
        run(client, "CREATE TABLE " + table() + " (held INT) ENGINE=MyISAM COMMENT='" + run + "'");
    }

    /** The run whose table is there. */
    static Optional<String> tableOf(SqlClient client) {
        return client.first(
                "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE()"
                        + " AND table_name = ?",
                row -> row.getString(1),
                MySqlSideDatabases.HOLD);
    }

    /** Ends what holds a backup up, of an earlier process, too, and removes the table. */
    static void removeTable(SqlClient client) {
        endHolders(client);
        run(client, "DROP TABLE IF EXISTS " + table());
    }

    private static void endHolders(SqlClient client) {
        for (Long session : holders(client)) {
            try {
                client.execute("KILL QUERY " + session);
            } catch (SQLException e) {
                // it has ended by itself
            }
        }
    }

    private static List<Long> holders(SqlClient client) {
        return client.query(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
                        + " AND info LIKE 'INSERT INTO `" + MySqlSideDatabases.HOLD + "`%'",
                row -> row.getLong(1));
    }

    private static String table() {
        return MySqlSideDatabases.quoted(MySqlSideDatabases.HOLD);
    }

    private static void run(SqlClient client, String sql) {
        try {
            client.execute(sql);
        } catch (SQLException e) {
            throw client.failed(e);
        }
    }

    private void hold() {
        if (client.number("SELECT coalesce(GET_LOCK(" + LOCK + ", " + HELD.toSeconds() + "), 0)") == 0) {
            throw MariaDbBaseBackups.failed("Another session holds the lock of the base backup.", null);
        }
        run(holder, "SET SESSION max_statement_time = 0");
        Thread thread = new Thread(this::change, "mariadb-hold");
        thread.setDaemon(true);
        thread.start();
        await(HELD, () -> !holders(client).isEmpty());
    }

    private void change() {
        try {
            holder.execute("INSERT INTO " + table() + " SELECT GET_LOCK(" + LOCK + ", " + LONGEST + ")");
        } catch (SQLException e) {
            // the backup ends too early then, and is made again
        }
    }

    private byte[] awaitEnd() {
        try {
            return program.output().readAllBytes();
        } catch (IOException e) {
            return new byte[0];
        }
    }

    /** Whether it has come to its last step, where it waits for us. */
    private boolean waits() {
        return client.number("SELECT count(*) FROM information_schema.processlist WHERE state LIKE '%backup lock%'"
                        + " AND info IN ('BACKUP STAGE BLOCK_DDL', 'BACKUP STAGE BLOCK_COMMIT')")
                > 0;
    }

    /** Whether its program runs; that the server has overwritten its log before it was read, it says only when it ends. */
    boolean isRunning() {
        return !ended.isDone();
    }

    /**
     * Lets it end.
     *
     * @return whether it has everything up to now
     */
    boolean finish() {
        try {
            client.query("SELECT RELEASE_LOCK(" + LOCK + ")", row -> row.getInt(1));
            ended.get(END.toSeconds(), TimeUnit.SECONDS);
            return program.errors().endsWith("completed OK!");
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            close();
        }
    }

    private StageFailedException failed() {
        return MariaDbBaseBackups.failed(
                "The files of the database server cannot be copied: " + program.errors(), null);
    }

    private void await(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new StageFailedException(
                        "The database server does not let a base backup begin within " + limit.toSeconds() + " s.",
                        Hint.of("Look for another backup or a long statement: SHOW FULL PROCESSLIST."));
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw MariaDbBaseBackups.failed("Copying the files of the database server was interrupted.", e);
            }
        }
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
        client.close();
        holder.close();
    }
}
