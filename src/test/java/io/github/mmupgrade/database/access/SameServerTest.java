package io.github.mmupgrade.database.access;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseCatchUp;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpFormat;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SameServerTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static DataSource admin(TestPostgres postgres) {
        return DataSource.parse("postgres://postgres:admin@127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable");
    }

    @Test
    public void aDatabaseThatAKilledCopyLeftClosedIsNotTakenForOneOfTheSameNameElsewhere() {
        TestPostgres postgres = TestPostgres.shared();
        TestDatabase test = postgres.createDatabase("closed", true);
        DataSource own = DataSource.parse(test.dataSource());
        postgres.execute("ALTER DATABASE " + test.name() + " ALLOW_CONNECTIONS false");
        try (TestPostgres other = new TestPostgres()) {
            other.execute("CREATE DATABASE " + test.name());
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> Databases.administered(admin(other), own));
            assertTrue(refused.getMessage(), refused.getMessage().contains("accepts no connections"));
            DataSource reached = Databases.administered(admin(postgres), own);
            assertEquals(test.name(), reached.database());
            assertEquals("postgres", reached.user());
        } finally {
            postgres.execute("ALTER DATABASE " + test.name() + " ALLOW_CONNECTIONS true");
        }
    }

    /** Who writes the configuration could name it, and every role may connect to it. */
    @Test
    public void aDatabaseWithTablesOfOthersIsNotTheServers() {
        TestPostgres postgres = TestPostgres.shared();
        TestDatabase test = postgres.createDatabase("own", true);
        TestDatabase shop = postgres.createDatabase("shop", true);
        postgres.executeIn(shop.name(), "CREATE SCHEMA sales", "CREATE TABLE sales.orders (id int)");
        DataSource own = DataSource.parse(test.dataSource());
        assertEquals(test.name(), Databases.administered(admin(postgres), own).database());

        RefusedException refused = assertThrows(
                RefusedException.class, () -> Databases.administered(admin(postgres), own.withDatabase(shop.name())));
        assertTrue(refused.getMessage(), refused.getMessage().contains("'postgres' owns tables"));
        postgres.executeIn(shop.name(), "ALTER TABLE sales.orders OWNER TO " + test.user());
        Databases.administered(admin(postgres), own.withDatabase(shop.name()));
    }

    /** The server's role owns the database, so it says where names are looked for, and what tables really are. */
    @Test
    public void anAdministratorRunsNothingThatTheServersRoleHasLeftThere() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        TestDatabase test = postgres.createDatabase("trap", true);
        String trap =
                " AS $$ BEGIN EXECUTE 'ALTER ROLE " + test.user() + " SUPERUSER'; RETURN 1; END $$ LANGUAGE plpgsql";
        test.execute(
                "CREATE SCHEMA evil",
                "CREATE FUNCTION evil.pg_backend_pid() RETURNS int" + trap,
                "CREATE FUNCTION evil.pg_database_size(name) RETURNS bigint" + trap,
                "CREATE FUNCTION evil.current_setting(text) RETURNS bigint" + trap,
                "CREATE FUNCTION evil.pg_has_role(name, text) RETURNS bigint" + trap,
                "CREATE FUNCTION public.trap() RETURNS bigint" + trap,
                "CREATE VIEW evil.posts AS SELECT public.trap() AS createat",
                "CREATE TABLE evil.users (id int)",
                "ALTER DATABASE " + test.name() + " SET search_path = evil, public, pg_catalog");
        DataSource way = Databases.administered(admin(postgres), DataSource.parse(test.dataSource()));
        try (Database database = Databases.open(way, new LocalHost(), DatabaseTools.of(new LocalHost()))) {
            assertTrue(database.sizeBytes() > 1);
            assertEquals(Set.of("users"), database.allCounts().tables().keySet());
            assertEquals(Set.of("Users"), database.counts().tables().keySet());
            assertEquals(Set.of("Users"), database.counts(test.name()).tables().keySet());
        } catch (RefusedException | StageFailedException e) {
            // the server's own role runs into its traps itself
            assertTrue(e.getMessage(), e.getMessage().contains("permission denied to alter role"));
        }
        assertIsNoSuperuser(postgres, test);
    }

    private static String ownerOf(TestPostgres postgres, String database, String relation) throws Exception {
        try (Connection connection = postgres.admin(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT relowner::regrole::text FROM pg_class WHERE oid = '" + relation + "'::regclass")) {
            assertTrue(row.next());
            return row.getString(1);
        }
    }

    private static void assertIsNoSuperuser(TestPostgres postgres, TestDatabase test) throws Exception {
        try (Connection connection = postgres.admin("postgres");
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT rolsuper FROM pg_roles WHERE rolname = '" + test.user() + "'")) {
            assertTrue(row.next());
            assertFalse(row.getBoolean(1));
        }
    }

    /** What a constraint does while a row comes is done with the rights of whoever has logged in, not of a role set later. */
    @Test
    public void whatADumpHoldsRunsWithTheRightsOfTheServersRoleOnly() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        TestDatabase test = postgres.createDatabase("dumped", true);
        test.execute(
                "CREATE FUNCTION public.trap(v int) RETURNS boolean AS $$ BEGIN BEGIN EXECUTE 'RESET ROLE';"
                        + " EXECUTE 'ALTER ROLE " + test.user() + " SUPERUSER'; EXCEPTION WHEN OTHERS THEN"
                        + " EXECUTE 'RESET ROLE'; END; RETURN true; END $$ LANGUAGE plpgsql",
                "CREATE TABLE traps (v int PRIMARY KEY, CHECK (public.trap(v)))",
                "INSERT INTO traps VALUES (1)");
        // what the server's role could not make again
        postgres.execute("CREATE ROLE reader_of_" + test.name());
        postgres.executeIn(
                test.name(),
                "CREATE EXTENSION pg_buffercache",
                "CREATE VIEW seen AS SELECT v FROM traps",
                "ALTER VIEW seen OWNER TO reader_of_" + test.name(),
                "GRANT SELECT ON traps TO reader_of_" + test.name(),
                "CREATE PUBLICATION everything FOR ALL TABLES");
        DataSource own = DataSource.parse(test.dataSource());
        Path dump = folder.getRoot().toPath().resolve("dump");
        LocalHost host = new LocalHost();
        try (Database database =
                Databases.open(Databases.administered(admin(postgres), own), host, DatabaseTools.of(host))) {
            database.dump(test.name(), dump, DumpFormat.DIRECTORY);
            for (DumpOwnership owners : DumpOwnership.values()) {
                String restored = DatabaseNames.restored(
                        test.name(), owners.name().toLowerCase(Locale.ROOT).replace("_", ""));
                assertEquals(
                        1,
                        database.restoreInto(restored, dump, DumpFormat.DIRECTORY, null, owners)
                                .tables()
                                .get("traps")
                                .longValue());
                if (owners == DumpOwnership.AS_DUMPED) {
                    assertEquals("reader_of_" + test.name(), ownerOf(postgres, restored, "seen"));
                }
                // a row that differs comes again
                postgres.executeIn(restored, "DELETE FROM traps");
                DatabaseCatchUp catchUp = database.catchUp().orElseThrow();
                assertEquals(
                        1, catchUp.run(database.dataSource(), restored, null).copied());
                database.drop(restored);
            }
        }
        assertIsNoSuperuser(postgres, test);
    }
}
