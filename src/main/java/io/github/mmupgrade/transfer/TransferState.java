package io.github.mmupgrade.transfer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * How far the copy is, in a table of the new database, so that it changes together with the rows: after a crash at any
 * moment it says what is there.
 */
final class TransferState {

    /** The table; it is dropped when all is done. */
    static final String TABLE = "mattermost_conversion";

    private static final String BOUND = "bound";
    private static final String PLANNED = "planned";
    private static final String TOUCHED = "touched";
    private static final String COPIED_AGAIN = "copied again ";
    private static final String SINCE = "since";
    private static final String FOLLOWED = "followed";
    private static final String RANGE = "range";
    private static final String DONE = "done";
    private static final String DEFINITION = "definition";
    private static final String OF_RUN = "run";

    private final Connection connection;

    TransferState(Connection connection) {
        this.connection = connection;
    }

    /** Makes the table, for a run. */
    static void make(Connection connection, String run) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS " + TABLE
                    + " (kind text, name text, number bigint, value text, PRIMARY KEY (kind, name, number))");
        }
        new TransferState(connection).put(OF_RUN, "", 0, run);
    }

    /** The run that the table belongs to; empty when there is no table. */
    static Optional<String> run(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT to_regclass('" + TABLE + "') IS NOT NULL")) {
            row.next();
            if (!row.getBoolean(1)) {
                return Optional.empty();
            }
        }
        return new TransferState(connection).values(OF_RUN, "").stream().findFirst();
    }

    /** The ranges of a table; empty before it was planned. */
    List<KeyRange> ranges(String table) throws SQLException {
        return values(PLANNED, table).isEmpty() ? List.of() : KeyRange.between(values(BOUND, table));
    }

    /** Whether it was planned to find out later which rows have changed, instead of copying all of them again. */
    boolean isFollowed(String table) throws SQLException {
        return values(PLANNED, table).contains(FOLLOWED);
    }

    /** The checksums of the keys of rows that are no longer what was noted of them, and nobody knows what they are. */
    KeyMap touched(String table) throws SQLException {
        return rows(TOUCHED, table);
    }

    void touched(String table, KeyMap rows) throws SQLException {
        remember(TOUCHED, table, UUID.randomUUID().getLeastSignificantBits(), rows);
    }

    /** The rows of a range that were copied once more, with the checksums that they have had then. */
    KeyMap copiedAgain(String table, int range) throws SQLException {
        return rows(COPIED_AGAIN + range, table);
    }

    /** To be told in the transaction that copies them. */
    void copiedAgain(String table, int range, KeyMap rows) throws SQLException {
        String kind = COPIED_AGAIN + range;
        // what was copied later counts
        remember(kind, table, values(kind, table).size(), rows);
    }

    private KeyMap rows(String kind, String table) throws SQLException {
        KeyMap rows = new KeyMap(0);
        for (String value : values(kind, table)) {
            ByteBuffer all = ByteBuffer.wrap(Base64.getDecoder().decode(value));
            while (all.hasRemaining()) {
                rows.put(all.getLong(), all.getInt());
            }
        }
        return rows;
    }

    private void remember(String kind, String table, long number, KeyMap rows) throws SQLException {
        ByteBuffer bytes = ByteBuffer.allocate((Long.BYTES + Integer.BYTES) * rows.size());
        rows.forEach((key, checksum) -> bytes.putLong(key).putInt(checksum));
        put(kind, table, number, Base64.getEncoder().encodeToString(bytes.array()));
    }

    /** Which rows are found by their time; empty when none are. */
    Optional<RecentRows> recent(String table) throws SQLException {
        List<String> found = values(SINCE, table);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(new RecentRows(found.get(0), Long.parseLong(found.get(1))));
    }

    void follow(String table, RecentRows recent) throws SQLException {
        put(SINCE, table, 0, recent.column());
        put(SINCE, table, 1, Long.toString(recent.since()));
    }

    void plan(String table, List<String> bounds, boolean followed) throws SQLException {
        for (int i = 0; i < bounds.size(); i++) {
            put(BOUND, table, i, bounds.get(i));
        }
        put(PLANNED, table, 0, followed ? FOLLOWED : "whole");
    }

    /** The ranges that are there whole, by their numbers. */
    Set<Integer> copied(String table) throws SQLException {
        TreeSet<Integer> found = new TreeSet<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT number FROM " + TABLE + " WHERE kind = ? AND name = ?")) {
            statement.setString(1, RANGE);
            statement.setString(2, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getInt(1));
                }
            }
        }
        return found;
    }

    void rangeCopied(String table, int number, Duration took) throws SQLException {
        put(RANGE, table, number, Long.toString(took.toMillis()));
    }

    /** How long copying the ranges of a table took, one after the other. */
    Duration took(String table) throws SQLException {
        return Duration.ofMillis(
                values(RANGE, table).stream().mapToLong(Long::parseLong).sum());
    }

    /** Whether a step with a table is done. */
    boolean isDone(String table, String step) throws SQLException {
        return values(DONE, table).contains(step);
    }

    void done(String table, String step) throws SQLException {
        put(DONE, table, RowFingerprint.hash(step.getBytes(StandardCharsets.UTF_8)), step);
    }

    /** A step is to be done again. */
    void undone(String table, String step) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM " + TABLE + " WHERE kind = ? AND name = ? AND value = ?")) {
            statement.setString(1, DONE);
            statement.setString(2, table);
            statement.setString(3, step);
            statement.executeUpdate();
        }
    }

    /** The statements that make again what was dropped of a table. */
    List<String> definitions(String table) throws SQLException {
        return values(DEFINITION, table);
    }

    void define(String table, List<String> statements) throws SQLException {
        for (int i = 0; i < statements.size(); i++) {
            put(DEFINITION, table, i, statements.get(i));
        }
    }

    private List<String> values(String kind, String name) throws SQLException {
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT value FROM " + TABLE + " WHERE kind = ? AND name = ? ORDER BY number")) {
            statement.setString(1, kind);
            statement.setString(2, name);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }

    private void put(String kind, String name, long number, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + TABLE
                + " VALUES (?, ?, ?, ?) ON CONFLICT (kind, name, number) DO UPDATE SET value = excluded.value")) {
            statement.setString(1, kind);
            statement.setString(2, name);
            statement.setLong(3, number);
            statement.setString(4, value);
            statement.executeUpdate();
        }
    }
}
