package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * The log of a PostgreSQL server as it comes to us: {@code pg_receivewal} follows it, and a replication slot makes the
 * server keep what has not come yet, also while no process of ours runs.
 */
final class PostgresLogStream {

    /** What the names of our slots start with; the server allows lower-case letters, digits and underscores. */
    private static final String PREFIX = "mattermost_base_";

    /** A server that is told to stop a stream needs a moment; nobody notices more than that. */
    private static final Duration RELEASE = Duration.ofSeconds(30);

    private static final Duration CONNECT = Duration.ofSeconds(60);

    /** For what was written since nobody followed. */
    private static final Duration CATCH_UP = Duration.ofHours(6);

    private static final Duration LONGEST = Duration.ofDays(7);

    /** They belong to this process, whichever goal has started them, and end with it. */
    private static final Map<Path, Dialogue> FOLLOWING = new ConcurrentHashMap<>();

    private final PostgresServer server;
    private final DatabaseTools tools;
    private final PostgresDumps connection;

    PostgresLogStream(PostgresServer server, DatabaseTools tools, PostgresDumps connection) {
        this.server = server;
        this.tools = tools;
        this.connection = connection;
    }

    /** The slot of a run: at most 63 characters, and another one for each database of the server. */
    String slot(String run) {
        return PREFIX + run.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_") + suffix();
    }

    private String suffix() {
        byte[] name = server.source().database().getBytes(StandardCharsets.UTF_8);
        return "_" + Digests.sha256(name).substring(0, 8);
    }

    /** The slots for this database, whichever run has made them. */
    List<String> slots() {
        return server
                .catalogue()
                .query(
                        "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'physical'"
                                + " AND slot_name LIKE ? ORDER BY 1",
                        row -> row.getString(1),
                        PREFIX.replace("_", "\\_") + "%" + suffix().replace("_", "\\_"))
                .stream()
                .map(DatabaseNames::printable)
                .toList();
    }

    /** Makes the server keep its log from now on. */
    void create(String slot) {
        server.catalogue()
                .query(
                        "SELECT slot_name FROM pg_create_physical_replication_slot(?, true)",
                        row -> row.getString(1),
                        slot);
    }

    /** Whether the server has kept everything since; {@code max_slot_wal_keep_size} limits what it keeps. */
    boolean isWhole(String slot) {
        return server.catalogue()
                        .number(
                                "SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?"
                                        + " AND restart_lsn IS NOT NULL AND coalesce(wal_status, '') <> 'lost'",
                                slot)
                > 0;
    }

    /** Lets the server forget its log again; nothing happens when there is no such slot. */
    void drop(String slot) {
        SqlClient client = server.catalogue();
        String there = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?";
        if (client.number(there, slot) == 0) {
            return;
        }
        // the process of a stream that was broken off, which has not noticed yet
        client.query(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                        + " WHERE slot_name = ? AND active_pid IS NOT NULL",
                row -> row.getBoolean(1),
                slot);
        await(RELEASE, () -> !isActive(slot));
        client.query(
                "SELECT pg_drop_replication_slot(slot_name)::text FROM pg_replication_slots WHERE slot_name = ?",
                row -> row.getString(1),
                slot);
    }

    /** Whether this process follows the log into a directory. */
    boolean follows(Path directory) {
        return Optional.ofNullable(FOLLOWING.get(directory))
                .filter(Dialogue::isRunning)
                .isPresent();
    }

    /**
     * Follows the log into a directory until {@link #end}, unless that happens already; returns when everything that
     * the server has written so far is there.
     *
     * @throws StageFailedException when the server does not send it
     */
    void follow(String slot, Path directory) {
        if (!follows(directory)) {
            end(directory);
            removeUnprepared(directory);
            FOLLOWING.put(
                    directory,
                    server.host().open(receiver(slot, directory).limit(LONGEST).build()));
        }
        Dialogue following = FOLLOWING.get(directory);
        boolean connected = await(CONNECT, () -> !following.isRunning() || isActive(slot));
        boolean streaming = connected && await(CATCH_UP, () -> !following.isRunning() || holdsNewest(directory));
        if (!streaming || !following.isRunning()) {
            String said = following.errors();
            end(directory);
            throw failed("The log of the database server does not arrive: " + said);
        }
    }

    private boolean isActive(String slot) {
        return server.catalogue()
                        .number("SELECT count(*) FROM pg_replication_slots WHERE slot_name = ? AND active", slot)
                > 0;
    }

    /** How far a stream has come only a role with more rights is told by the server; the files tell, too. */
    private boolean holdsNewest(Path directory) {
        String newest = server.catalogue()
                .first("SELECT pg_walfile_name(pg_current_wal_lsn())", row -> row.getString(1))
                .orElseThrow();
        return Files.exists(directory.resolve(newest)) || Files.exists(directory.resolve(newest + ".partial"));
    }

    /** Ends following; nothing happens when this process does not follow. */
    void end(Path directory) {
        Optional.ofNullable(FOLLOWING.remove(directory)).ifPresent(Dialogue::close);
    }

    /**
     * Receives the log up to a position at least, and makes it durable. Something must have been written behind it.
     *
     * @throws StageFailedException when the server does not send it
     */
    void receiveTo(String slot, Path directory, String position) {
        end(directory);
        removeUnprepared(directory);
        Command command = receiver(slot, directory)
                .add("--no-loop", "--endpos=" + position)
                .limit(CATCH_UP)
                .build();
        CommandResult[] last = new CommandResult[1];
        boolean received = await(RELEASE, () -> {
            last[0] = server.host().run(command);
            return last[0].succeeded() || !last[0].errors().contains("is active for PID");
        });
        if (!received || !last[0].succeeded()) {
            throw failed("The end of the database server's log does not arrive: " + last[0].tail());
        }
    }

    /**
     * Removes a segment that {@code pg_receivewal} was killed at while it filled it with zeros, as it does before it
     * receives one: the next one refuses it. The server still has all of that segment.
     */
    private void removeUnprepared(Path directory) {
        long size = segmentBytes();
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "*.partial")) {
            for (Path part : parts) {
                if (Files.size(part) != size) {
                    Files.delete(part);
                }
            }
        } catch (IOException e) {
            throw failed("The log in " + directory + " cannot be read: " + IoReason.of(e));
        }
    }

    /** How large the files of the log are; all are. */
    long segmentBytes() {
        return server.catalogue().number("SELECT pg_size_bytes(current_setting('wal_segment_size'))");
    }

    private Command.Builder receiver(String slot, Path directory) {
        DatabaseTools.Tool tool = receiver();
        return connection.obeying(
                tool,
                HeldPlace.run(tool.path().toString(), directory)
                        .add("--no-password", "--directory=" + HeldPlace.HERE, "--slot=" + slot),
                server.source().database());
    }

    /** The program that receives the log. */
    DatabaseTools.Tool receiver() {
        return tools.postgres("pg_receivewal", connection.serverVersion());
    }

    private static StageFailedException failed(String what) {
        return new StageFailedException(
                what, Hint.of("Check the log of the database server. Nothing of it was changed."));
    }

    private static boolean await(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StageFailedException(
                        "Interrupted while waiting for the log of the database server.",
                        Hint.of("Run the goal again."),
                        e);
            }
        }
        return true;
    }
}
