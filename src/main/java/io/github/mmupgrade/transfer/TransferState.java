package io.github.mmupgrade.transfer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far the copy is, in a table of the new database, so that it changes together with the rows: after a crash at any
 * moment it says what is there.
 */
final class TransferState {

    /** The table; it is dropped when all is done. */
    static final String TABLE = "mattermost_conversion";

    private static final String BOUND = "bound";
    private static final String PLANNED = "planned";
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
                    + " (kind text, name text, number int, value text, PRIMARY KEY (kind, name, number))");
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

    void rangeCopied(String table, int number, long rows) throws SQLException {
        put(RANGE, table, number, Long.toString(rows));
    }

    /** Whether a step with a table is done. */
    boolean isDone(String table, String step) throws SQLException {
        return values(DONE, table).contains(step);
    }

    void done(String table, String step) throws SQLException {
        put(DONE, table, step.hashCode(), step);
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

    private void put(String kind, String name, int number, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + TABLE
                + " VALUES (?, ?, ?, ?) ON CONFLICT (kind, name, number) DO UPDATE SET value = excluded.value")) {
            statement.setString(1, kind);
            statement.setString(2, name);
            statement.setInt(3, number);
            statement.setString(4, value);
            statement.executeUpdate();
        }
    }
}
