package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.Rule;
import org.junit.Test;

/** The stand-in works on MariaDB, too. */
public class StandInMariaDbTest {

    @Rule
    public final StandIns standIns = new StandIns();

    @Test
    public void storesAndMigrates() throws SQLException {
        TestDatabase database = TestMariaDb.shared().createDatabase("standin", false);
        StandInInstallation installation = standIns.add(
                StandInInstallation.create(StandInArchives.team("5.25.6"), standIns.path("mattermost"), database));
        installation.start();
        SampleData data = installation.seed();
        installation.stop();
        standIns.replaceProgram(installation, "5.37.0");
        installation.start();
        try (Connection connection = database.connect();
                ResultSet posts = connection.createStatement().executeQuery("SELECT Id, Message FROM Posts")) {
            int found = 0;
            while (posts.next()) {
                assertEquals(data.messages().get(posts.getString(1)), posts.getString(2));
                found++;
            }
            assertEquals(SampleData.POSTS, found);
        }
        try (Connection connection = database.connect();
                ResultSet version =
                        connection.createStatement().executeQuery("SELECT Value FROM Systems WHERE Name = 'Version'")) {
            version.next();
            assertEquals("5.37.0", version.getString(1));
        }
    }
}
