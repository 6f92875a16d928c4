package io.github.mmupgrade.testing;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.Test;

public class DatabaseFixturesTest {

    @Test
    public void postgresServesTheOwnerAndAsksForThePassword() throws SQLException {
        TestDatabase database = TestPostgres.shared().createDatabase("fixture", false);
        assertServes(database);
        assertThrows(
                SQLException.class,
                () -> DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + database.name(),
                        database.user(),
                        "wrong"));
    }

    @Test
    public void mariaDbServesTheOwnerAndAsksForThePassword() throws SQLException {
        TestDatabase database = TestMariaDb.shared().createDatabase("fixture", false);
        assertServes(database);
        assertThrows(
                SQLException.class,
                () -> DriverManager.getConnection(
                        "jdbc:mariadb://127.0.0.1:" + database.port() + "/" + database.name(),
                        database.user(),
                        "wrong"));
    }

    private static void assertServes(TestDatabase database) throws SQLException {
        database.execute("CREATE TABLE t (i int)", "INSERT INTO t VALUES (7)");
        try (Connection connection = database.connect();
                ResultSet rows = connection.createStatement().executeQuery("SELECT i FROM t")) {
            assertTrue(rows.next());
            assertEquals(7, rows.getInt(1));
        }
    }
}
