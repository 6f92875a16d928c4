package io.github.mmupgrade.conversion;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPgBouncer;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What keeps a conversion from beginning: nothing is written, and the server runs on. */
public class ConversionRefusalsTest {

    private static final String RELEASE = "10.11.22";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestPostgres postgres = TestPostgres.shared();
    private final TestDatabase target = postgres.createDatabase("target", false);
    private Scene scene;

    @Before
    public void setTheScene() throws Exception {
        scene = new Scene(
                folder.getRoot().toPath(), RELEASE, TestMariaDb.shared().createDatabase("scene", true));
    }

    @After
    public void close() {
        scene.close();
    }

    private void refused(String dataSource, String text, String hint) {
        ProblemException refused = assertThrows(ProblemException.class, () -> scene.goals()
                .convertDatabase(new ConversionOptions(
                        Optional.ofNullable(dataSource).map(DataSource::parse),
                        List.of(),
                        ConversionOptions.OnBadValue.REFUSE,
                        2)));
        assertTrue(refused.getMessage(), refused.getMessage().contains(text));
        assertTrue(refused.getMessage(), refused.getMessage().contains("Nothing was changed"));
        assertTrue(refused.hint().text(), refused.hint().text().contains(hint));
        assertTrue(scene.answers(), scene.answers().contains(RELEASE));
        assertFalse(scene.place().openRun().isPresent());
    }

    @Test
    public void aTargetThatCannotBeOneIsRefused() throws Exception {
        refused(null, "No PostgreSQL database was named", "password goes into the server 'mattermost-convert'");
        refused(
                "mysql://" + scene.database.user() + ":x@tcp(127.0.0.1:" + scene.database.port() + ")/other",
                "is not on PostgreSQL",
                "Name an empty database on PostgreSQL");
        refused(
                "postgres://" + target.user() + ":wrong@127.0.0.1:" + target.port() + "/" + target.name()
                        + "?sslmode=disable",
                "password authentication failed",
                "");
        try (TestPgBouncer pooler = new TestPgBouncer(postgres, "transaction", target, false)) {
            refused(
                    pooler.through(postgres, target.dataSource()),
                    "A pooler is in front of the database",
                    "Name PostgreSQL's own host and port");
        }
        String admin = target.dataSource();
        postgres.execute("ALTER ROLE " + target.user() + " SET search_path TO nowhere");
        refused(admin, "leads to no schema", "SET search_path TO public");
        postgres.execute("ALTER ROLE " + target.user() + " RESET search_path");
        postgres.executeIn(
                target.name(),
                "ALTER SCHEMA public OWNER TO postgres",
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                "REVOKE CREATE ON SCHEMA public FROM " + target.user());
        refused(admin, "may not create tables in the schema public", "ALTER SCHEMA \"public\" OWNER TO \"");
        postgres.executeIn(target.name(), "ALTER SCHEMA public OWNER TO " + target.user());
        postgres.execute(
                "ALTER DATABASE " + target.name() + " OWNER TO postgres",
                "REVOKE TEMPORARY ON DATABASE " + target.name() + " FROM PUBLIC");
        refused(admin, "may not create temporary tables", "GRANT TEMPORARY ON DATABASE \"");
    }

    @Test
    public void aTargetThatIsNotInUtf8IsRefused() {
        postgres.execute("CREATE DATABASE " + target.name() + "_latin OWNER " + target.user()
                + " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        refused(
                target.dataSource().replace("/" + target.name() + "?", "/" + target.name() + "_latin?"),
                "The encoding of the database",
                "Create it with ENCODING 'UTF8'");
    }

    @Test
    public void whatWouldBeatTheNewConfigurationIsRefused() throws Exception {
        scene.environmentFile = scene.root.resolve("environment");
        Files.writeString(
                scene.environmentFile, "MM_SQLSETTINGS_DATASOURCE=other:secret-word@tcp(127.0.0.1:1)/other\n");
        refused(
                target.dataSource(),
                "The running process and its service differ in SqlSettings.DataSource",
                "Restart the server");
        scene.server.stop();
        scene.server.environment("MM_SQLSETTINGS_DRIVERNAME", "mysql").start();
        scene.environmentFile = null;
        refused(
                target.dataSource(),
                "The server's environment sets MM_SQLSETTINGS_DRIVERNAME",
                "remove the variable from the service");
    }

    @Test
    public void anotherNodeIsRefused() throws Exception {
        scene.database.execute("INSERT INTO ClusterDiscovery (Id, Type, ClusterName, Hostname, GossipPort, Port,"
                + " CreateAt, LastPingAt) VALUES ('other', 'mattermost_app', 'c', 'other-host', 8074, 8075,"
                + " unix_timestamp() * 1000, unix_timestamp() * 1000)");
        refused(target.dataSource(), "Other nodes of a cluster use this database", "Stop the other nodes");
    }

    /** The list of tables shows none that a role has no right on at all. */
    @Test
    public void aTableThatTheRoleMayNotReadIsNamedBeforeTheStop() throws Exception {
        String role = scene.database.name() + "_r";
        String database = scene.database.name();
        TestMariaDb.shared()
                .execute(
                        "CREATE USER " + role + "@'%' IDENTIFIED BY 'reads'",
                        "GRANT SELECT ON " + database + ".Posts TO " + role + "@'%'");
        scene.server.set(
                "SqlSettings.DataSource", role + ":reads@tcp(127.0.0.1:" + scene.database.port() + ")/" + database);
        ProblemException failed = assertThrows(ProblemException.class, () -> scene.goals()
                .convertDatabase(new ConversionOptions(
                        Optional.of(DataSource.parse(target.dataSource())),
                        List.of(),
                        ConversionOptions.OnBadValue.REFUSE,
                        2)));
        assertTrue(failed.getMessage(), failed.getMessage().contains("or its role may not read it"));
        assertTrue(failed.getMessage(), failed.getMessage().contains("users"));
        assertEquals("convert-database", failed.hint().goal());
        assertTrue(scene.answers(), scene.answers().contains(RELEASE));
    }
}
