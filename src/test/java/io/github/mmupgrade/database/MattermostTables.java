package io.github.mmupgrade.database;

import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** A small Mattermost database with awkward contents, and the contents of any database, for comparison. */
public final class MattermostTables {

    public static final int POSTS = 500;

    private MattermostTables() {}

    public static Database open(TestDatabase database) {
        return Databases.open(
                DataSource.parse(database.driver(), database.dataSource()),
                new LocalHost(),
                DatabaseTools.of(new LocalHost()));
    }

    public static void fill(TestDatabase database) throws SQLException {
        boolean postgres = database.driver().equals("postgres");
        String text = postgres ? "text" : "longtext";
        String blob = postgres ? "bytea" : "longblob";
        database.execute(
                "CREATE TABLE Systems (Name varchar(64) PRIMARY KEY, Value varchar(1024))",
                "INSERT INTO Systems VALUES ('Version', '5.37.0'), ('DiagnosticId', 'x')",
                "CREATE TABLE Users (Id varchar(26) PRIMARY KEY, Username varchar(64) UNIQUE, CreateAt bigint)",
                "INSERT INTO Users VALUES ('u1', 'anna', 1), ('u2', 'b\u00f6rje', 2)",
                "CREATE TABLE Teams (Id varchar(26) PRIMARY KEY, Name varchar(64), CreateAt bigint, DeleteAt bigint)",
                "INSERT INTO Teams VALUES ('t0', 'gone', 1, 5), ('t1', 'first-team', 10, 0), ('t2', 'second', 20, 0)",
                "CREATE TABLE Channels (Id varchar(26) PRIMARY KEY, Name varchar(64))",
                "INSERT INTO Channels VALUES ('c1', 'town-square')",
                "CREATE TABLE Posts (Id varchar(26) PRIMARY KEY, Message " + text + ", CreateAt bigint, Props " + blob
                        + ")",
                "CREATE INDEX idx_posts_create_at ON Posts (CreateAt)",
                "CREATE TABLE FileInfo (Id varchar(26) PRIMARY KEY, Path varchar(512))",
                "CREATE TABLE ClusterDiscovery (Id varchar(26), ClusterName varchar(64), Hostname varchar(512),"
                        + " LastPingAt bigint)",
                "CREATE TABLE Jobs (Id varchar(26), Type varchar(32), Status varchar(32))",
                "INSERT INTO Jobs VALUES ('j1', 'migrations', 'in_progress'), ('j2', 'migrations', 'success'),"
                        + " ('j3', 'data_retention', 'pending')");
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO Posts VALUES (?, ?, ?, ?)")) {
            for (int i = 0; i < POSTS; i++) {
                insert.setString(1, "p" + i);
                insert.setString(2, "line\r\nnext\ttab \\ ' \" ` % \u00e4 \ud83d\ude00 -- ; " + i);
                insert.setLong(3, 1000L + i);
                insert.setBytes(4, new byte[] {0, 1, (byte) i, (byte) 0xff, 10, 13, 39, 92});
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Every row of every table, sorted, by table. */
    public static Map<String, List<String>> contents(TestDatabase database, String name) throws SQLException {
        return TableContents.of(database, name);
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
