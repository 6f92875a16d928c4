package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPgBouncer;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.OldState;
import io.github.mmupgrade.testing.scene.Scene;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** Upgrades and ways back with a data source for administration: another role, past the pooler. */
public class AdministrationTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static DataSource admin(int port) {
        // which database it names does not matter
        return DataSource.parse("postgres://postgres:admin@127.0.0.1:" + port + "/postgres?sslmode=disable");
    }

    /** Who owns a database and how many tables in it are of somebody else's. */
    private static String owners(TestDatabase database) throws Exception {
        try (Connection connection = TestPostgres.shared().admin(database.name());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_get_userbyid(datdba), (SELECT count(*) FROM pg_class"
                        + " WHERE relnamespace = 'public'::regnamespace AND pg_get_userbyid(relowner) <> '"
                        + database.user() + "') FROM pg_database WHERE datname = current_database()")) {
            row.next();
            return row.getString(1) + " " + row.getInt(2);
        }
    }

    @Test
    public void copiesPastAPoolerForARoleThatMayNotCreateDatabases() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", postgres.createDatabase("admin", false));
                TestPgBouncer pooler = new TestPgBouncer(postgres, "transaction", scene.database, false)) {
            scene.to("5.37.10");
            scene.server.stop();
            scene.server.set("SqlSettings.DataSource", pooler.through(postgres, scene.database.dataSource()));
            scene.server.start();
            scene.administration = admin(postgres.port());
            OldState old = OldState.of(scene, "5.25.7");
            scene.goals().backup();
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            String said = scene.said.text();
            assertTrue(said, said.contains("Froze"));
            assertFalse(said, said.contains("running database is not dumped"));
            assertEquals(scene.database.user() + " 0", owners(scene.database));
            scene.goals().rollback(null, true);
            old.assertBack();
            assertEquals(scene.database.user() + " 0", owners(scene.database));
            assertEquals(
                    pooler.through(postgres, scene.database.dataSource()),
                    scene.server.setting("SqlSettings.DataSource").asText());
        }
    }

    @Test
    @Category(Slow.class)
    public void whatADumpBringsBackBelongsToTheServersRole() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", postgres.createDatabase("admin", false))) {
            scene.to("5.37.10");
            scene.databaseBackup = DatabaseSaving.DUMP;
            scene.administration = admin(postgres.port());
            OldState old = OldState.of(scene, "5.25.7");
            scene.goals().upgrade();
            scene.goals().rollback(null, true);
            old.assertBack();
            assertEquals(scene.database.user() + " 0", owners(scene.database));
        }
    }

    @Test
    public void refusesTheSameNameOnAnotherServer() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7");
                TestPostgres other = new TestPostgres()) {
            other.execute("CREATE DATABASE " + scene.database.name());
            scene.to("5.37.10");
            scene.administration = admin(other.port());
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> scene.goals().upgrade());
            String message = refused.getMessage() + scene.said.text();
            assertTrue(message, message.contains("a different server"));
            assertFalse(message, message.contains("admin@"));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            scene.administration =
                    DataSource.parse("mysql", "root:secret@tcp(127.0.0.1:3306)/" + scene.database.name());
            refused = assertThrows(RefusedException.class, () -> scene.goals().backup());
            assertTrue(refused.getMessage(), refused.getMessage().contains("MySQL"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aWayBackThatLacksTheRightsOfTheUpgradeIsRefusedWhileTheServerRuns() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", postgres.createDatabase("admin", false))) {
            scene.to("5.37.10");
            scene.administration = admin(postgres.port());
            OldState old = OldState.of(scene, "5.25.7");
            scene.goals().upgrade();
            scene.administration = null;
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> scene.goals().rollback(null, true));
            assertTrue(refused.getMessage(), refused.getMessage().contains("cannot create databases"));
            assertTrue(refused.hint().text(), refused.hint().text().contains("data source for administration"));
            assertEquals(StageName.ROLLBACK.key(), refused.hint().goal());
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            scene.administration = admin(postgres.port());
            scene.goals().rollback(null, true);
            old.assertBack();
        }
    }

    @Test
    @Category(Slow.class)
    public void nothingIsInstalledWhereTheWayBackLacksTheRights() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", postgres.createDatabase("admin", false))) {
            scene.to("5.37.10");
            scene.administration = admin(postgres.port());
            scene.goals().download();
            scene.goals().stop();
            scene.goals().backup();
            scene.administration = null;
            // the old server is started again instead
            StageFailedException failed =
                    assertThrows(StageFailedException.class, () -> scene.goals().install());
            assertTrue(failed.getMessage(), failed.getMessage().contains("cannot create databases"));
            assertTrue(failed.getMessage(), failed.getMessage().contains("Nothing was installed"));
            assertTrue(
                    String.valueOf(scene.answers()),
                    String.valueOf(scene.answers()).contains("5.25.7"));
            scene.administration = admin(postgres.port());
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRoleThatCanNotActForTheServersIsRefusedWithWhatItNeeds() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", postgres.createDatabase("admin", false))) {
            scene.to("5.37.10");
            String keeper = "keeper_of_" + scene.database.name();
            postgres.execute("CREATE ROLE " + keeper + " LOGIN CREATEDB PASSWORD 'k'");
            scene.administration = DataSource.parse(
                    "postgres://" + keeper + ":k@127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable");
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> scene.goals().preflight());
            assertTrue(refused.getMessage(), refused.getMessage().contains("'" + keeper + "'"));
            String grant = "GRANT \"" + scene.database.user() + "\" TO \"" + keeper + "\"";
            assertTrue(refused.hint().text(), refused.hint().text().contains(grant));
            postgres.execute(grant);
            OldState old = OldState.of(scene, "5.25.7");
            scene.goals().upgrade();
            assertTrue(scene.said.text(), scene.said.text().contains("Froze"));
            scene.goals().rollback(null, true);
            old.assertBack();
            assertEquals(scene.database.user() + " 0", owners(scene.database));
        }
    }

    @Test
    public void aWrongOneIsNamedInThePlaceOfTheServersOwn() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", postgres.createDatabase("admin", false))) {
            scene.to("5.37.10");
            for (String where : new String[] {"postgres:wrongOne@127.0.0.1:" + postgres.port(), "a:b@127.0.0.1:1"}) {
                scene.administration = DataSource.parse("postgres://" + where + "/postgres?sslmode=disable");
                RefusedException refused =
                        assertThrows(RefusedException.class, () -> scene.goals().upgrade());
                assertTrue(refused.getMessage(), refused.getMessage().contains("The data source for administration"));
                assertFalse(refused.getMessage(), refused.getMessage().contains("wrongOne"));
                assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost-database"));
                assertFalse(refused.hint().text(), refused.hint().text().contains("SqlSettings"));
                assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            }
        }
    }

    @Test
    @Category(Slow.class)
    public void worksForMariaDb() throws Exception {
        TestMariaDb mariaDb = TestMariaDb.shared();
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", mariaDb.createDatabase("admin", false))) {
            scene.to("5.37.10");
            mariaDb.execute("CREATE OR REPLACE USER keeper@'%' IDENTIFIED BY 'k'", "GRANT ALL ON *.* TO keeper@'%'");
            scene.administration = DataSource.parse("mysql", "keeper:k@tcp(127.0.0.1:" + mariaDb.port() + ")/mysql");
            OldState old = OldState.of(scene, "5.25.7");
            scene.goals().upgrade();
            assertTrue(scene.answers(), scene.answers().contains("5.37.10"));
            scene.goals().rollback(null, true);
            old.assertBack();
        }
    }
}
