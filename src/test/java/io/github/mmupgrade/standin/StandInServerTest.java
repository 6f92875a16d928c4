package io.github.mmupgrade.standin;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class StandInServerTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestDatabase database = TestPostgres.shared().createDatabase("standin", false);

    @Test
    public void servesPingVersionAndTeamPageAndStopsWithStatus0() throws SQLException {
        try (StandInInstallation installation = install("5.25.6")) {
            installation.start();
            assertEquals(200, installation.client().get("/api/v4/system/ping").statusCode());
            assertTrue(
                    installation.answeredVersion(),
                    installation.answeredVersion().startsWith("5.25.0.5.25.6."));
            SampleData data = installation.seed();
            assertEquals(SampleData.POSTS, count("Posts"));
            assertEquals(SampleData.FILES, count("FileInfo"));
            assertEquals(SampleData.USERS, count("Users"));
            assertEquals(SampleData.TEAMS, count("Teams"));
            assertEquals(200, data.administrator().get("/" + SampleData.TEAM).statusCode());
            assertEquals(0, installation.stop());
        }
    }

    private StandInInstallation install(String version) {
        return StandInInstallation.create(
                StandInArchives.team(version), folder.getRoot().toPath().resolve("mattermost"), database);
    }

    private long count(String table) throws SQLException {
        try (Connection connection = database.connect();
                ResultSet rows = connection.createStatement().executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
