package io.github.mmupgrade.transfer;

import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A MariaDB database, an empty PostgreSQL database, and the copy from one to the other. */
public final class TransferScene {

    public final TestDatabase source;
    public final TestDatabase target = TestPostgres.shared().createDatabase("transfer", false);
    final RecordingReporter said = new RecordingReporter();
    final Path directory;

    public TransferScene(Path directory) {
        this(TestMariaDb.shared(), directory);
    }

    public TransferScene(TestMariaDb mariaDb, Path directory) {
        this.source = mariaDb.createDatabase("transfer", false);
        this.directory = directory;
    }

    /** A new one on the same directory, as a new call of a goal makes it. */
    public Transfer transfer(boolean repair, String... exclude) {
        return transfer(new TransferOptions(List.of(exclude), repair, 2));
    }

    /** With ranges of some rows; every table that can be is followed. */
    public Transfer withSmallRanges(long rows) {
        return transfer(new TransferOptions(List.of(), false, 2, rows, -1));
    }

    public Transfer transfer(TransferOptions options) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Transfer(ConversionScene.source(source), ConversionScene.source(target), options, directory, said);
    }

    /** Copies ahead. */
    public static TransferPlan ahead(Transfer transfer) {
        TransferPlan plan = transfer.plan();
        transfer.begin(plan, "run");
        transfer.copyRows(plan);
        transfer.compareRows(plan);
        return plan;
    }

    /** Copies ahead and after the stop. */
    public static void whole(Transfer transfer) {
        transfer.complete(ahead(transfer));
    }

    public void requireSame(String context) throws SQLException {
        try (SameRows rows = new SameRows(source, target)) {
            rows.requireAll(context);
        }
    }

    void requireSameTable(String table) throws SQLException {
        requireAllBut(table, "");
    }

    /** One table, but for a column that the source does not have. */
    void requireAllBut(String table, String column) throws SQLException {
        try (SameRows rows = new SameRows(source, target)) {
            rows.require(
                    "all but " + column,
                    column(
                                    source,
                                    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = database()"
                                            + " AND lower(TABLE_NAME) = '" + table + "'")
                            .get(0),
                    table,
                    column);
        }
    }

    /** The first column of a query, row by row. */
    public static List<String> column(TestDatabase database, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        }
        return found;
    }

    /** The definitions of all indexes, constraints, columns and sequences of the target. */
    public List<String> definitions() throws SQLException {
        return column(target, """
                SELECT d FROM (
                  SELECT 'index ' || pg_get_indexdef(indexrelid) || ' ' || indisvalid || indisprimary || indisunique d
                  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace
                  UNION ALL
                  SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || condeferrable
                         || convalidated
                  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                  UNION ALL
                  SELECT 'column ' || a.attrelid::regclass || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                         || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
                  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm', 'v') AND a.attnum > 0
                ) x WHERE d NOT LIKE '%mattermost_conversion%' ORDER BY 1""");
    }

    /** A checksum of every table of the source. */
    Map<String, String> checksums() throws SQLException {
        Map<String, String> found = new TreeMap<>();
        for (String table :
                column(source, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = database()")) {
            try (Connection connection = source.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("CHECKSUM TABLE `" + table + "` EXTENDED")) {
                row.next();
                found.put(table, row.getString(2));
            }
        }
        return found;
    }
}
