package io.github.mmupgrade.database.postgres;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPgBouncer;
import io.github.mmupgrade.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.Test;

/** What is written right before the stop, so that the copy after it has less to wait for. */
public class PostgresCheckpointTest {

    private final TestPostgres server = TestPostgres.shared();

    @Test
    public void aRoleThatMayCreateDatabasesForcesACheckpointAndLeavesNoDatabase() throws SQLException {
        TestDatabase test = server.createDatabase("checkpoint", true);
        String before = checkpoint();
        prepare(test, test.dataSource());
        assertNotEquals(before, checkpoint());
    }

    @Test
    public void aRoleThatMayForceACheckpointNeedsNoOtherRight() throws SQLException {
        TestDatabase test = server.createDatabase("checkpoint", false);
        server.execute("GRANT pg_checkpoint TO " + PostgresServer.quoted(test.user()));
        String before = checkpoint();
        prepare(test, test.dataSource());
        assertNotEquals(before, checkpoint());
    }

    @Test
    public void aRoleWithoutRightsGoesOn() throws SQLException {
        TestDatabase test = server.createDatabase("checkpoint", false);
        String before = checkpoint();
        prepare(test, test.dataSource());
        assertEquals(before, checkpoint());
    }

    @Test
    public void nothingIsDoneThroughAPooler() throws SQLException {
        TestDatabase test = server.createDatabase("checkpoint", true);
        try (TestPgBouncer pooler = new TestPgBouncer(server, "transaction", test, true)) {
            String before = checkpoint();
            prepare(test, pooler.through(server, test.dataSource()));
            assertEquals(before, checkpoint());
        }
    }

    private static void prepare(TestDatabase test, String dataSource) {
        LocalHost host = new LocalHost();
        try (Database database =
                Databases.openUnchecked(DataSource.parse(test.driver(), dataSource), host, DatabaseTools.of(host))) {
            database.prepareFreeze();
            assertEquals(List.of(), database.listSiblings());
        }
    }

    /** Where the last checkpoint stands in the server's log. */
    private String checkpoint() throws SQLException {
        try (Connection admin = server.admin("postgres");
                Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery("SELECT checkpoint_lsn FROM pg_control_checkpoint()")) {
            row.next();
            return row.getString(1);
        }
    }
}
