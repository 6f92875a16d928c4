package io.github.mmupgrade.database.postgres;

import static io.github.mmupgrade.database.MattermostTables.utf8;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.ProgressMarker;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.SchemaMigration;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** What is read works alike on both kinds of servers. */
@RunWith(Parameterized.class)
public class DatabaseReadsTest {

    @Parameter
    public DatabaseKind kind;

    private TestDatabase test;
    private Database database;

    @Parameters(name = "{0}")
    public static List<DatabaseKind> kinds() {
        return List.of(DatabaseKind.values());
    }

    @Before
    public void fill() throws Exception {
        test = kind == DatabaseKind.POSTGRESQL
                ? TestPostgres.shared().createDatabase("reads", false)
                : TestMariaDb.shared().createDatabase("reads", false);
        database = MattermostTables.open(test);
    }

    @After
    public void close() {
        database.close();
    }

    @Test
    public void answersForAnEmptyDatabase() {
        assertEquals(Optional.empty(), database.schemaVersion());
        assertEquals(Optional.empty(), database.latestMigration());
        assertEquals(Optional.empty(), database.firstTeamName());
        assertEquals(Optional.empty(), database.activeConfiguration());
        assertFalse(database.hasTeam("first-team"));
        assertFalse(database.hasDirtyMigration());
        assertEquals(0, database.counts().tables().size());
        assertEquals(0, database.allCounts().tables().size());
        assertEquals(0, database.postsSince(Instant.EPOCH));
        assertEquals(0, database.pendingMigrationJobs());
        assertEquals(List.of(), database.clusterNodes(Instant.EPOCH));
        assertEquals(List.of(), database.foreignSessions());
    }

    @Test
    public void readsVersionsAndCounts() throws Exception {
        MattermostTables.fill(test);
        assertEquals(Optional.of(Version.parse("5.37.0")), database.schemaVersion());
        assertEquals(
                kind == DatabaseKind.POSTGRESQL ? 15 : 10,
                database.serverVersion().major());
        RowCounts counts = database.counts();
        assertEquals(
                List.of("Users", "Teams", "Channels", "Posts", "FileInfo"),
                List.copyOf(counts.tables().keySet()));
        assertEquals(MattermostTables.POSTS, counts.of("posts").getAsLong());
        assertEquals(3, counts.of("Teams").getAsLong());
        assertEquals(8, database.allCounts().tables().size());
        assertEquals(MattermostTables.POSTS, database.allCounts().of("posts").getAsLong());
        assertTrue(database.sizeBytes() > 10_000);
    }

    @Test
    public void readsMigrations() throws Exception {
        test.execute(
                "CREATE TABLE db_migrations (Version bigint PRIMARY KEY, Name varchar(64))",
                "INSERT INTO db_migrations VALUES (2, 'create_users'), (10, 'latest'), (1, 'create_teams')",
                "CREATE TABLE schema_migrations (version bigint, dirty boolean)",
                "INSERT INTO schema_migrations VALUES (1, true)");
        assertEquals(Optional.of(new SchemaMigration(10, "latest")), database.latestMigration());
        assertEquals(3, database.migrations().size());
        assertEquals(3, database.progressMarker().migrations());
        assertTrue(database.hasDirtyMigration());
    }

    @Test
    public void readsTeamsPostsNodesAndJobs() throws Exception {
        MattermostTables.fill(test);
        test.execute("INSERT INTO ClusterDiscovery VALUES ('1', 'c', 'old', 1000), ('2', 'c', 'new', 9000)");
        assertEquals(Optional.of("first-team"), database.firstTeamName());
        assertTrue(database.hasTeam("second"));
        assertFalse(database.hasTeam("third"));
        assertEquals(2, database.postsSince(Instant.ofEpochMilli(1000L + MattermostTables.POSTS - 2)));
        assertEquals(
                List.of(new ClusterNode("c", "new", Instant.ofEpochMilli(9000))),
                database.clusterNodes(Instant.ofEpochMilli(5000)));
        assertEquals(1, database.pendingMigrationJobs());
    }

    @Test
    public void findsTablesWhateverTheCaseOfTheirNames() throws Exception {
        String quote = kind == DatabaseKind.POSTGRESQL ? "\"" : "`";
        test.execute(
                "CREATE TABLE " + quote + "SYSTEMS" + quote + " (" + quote + "NAME" + quote + " varchar(9), " + quote
                        + "Value" + quote + " varchar(9))",
                "INSERT INTO " + quote + "SYSTEMS" + quote + " VALUES ('Version', '4.10.0')");
        assertEquals(Optional.of(Version.parse("4.10.0")), database.schemaVersion());
    }

    @Test
    public void replacesTheActiveConfigurationAsAServerDoes() throws Exception {
        String text = kind == DatabaseKind.POSTGRESQL ? "text" : "mediumtext";
        test.execute(
                "CREATE TABLE Configurations (Id varchar(26) PRIMARY KEY, Value " + text
                        + " NOT NULL, CreateAt bigint NOT NULL, Active boolean NULL UNIQUE, SHA char(64) DEFAULT '')",
                "INSERT INTO Configurations (Id, Value, CreateAt, Active) VALUES ('a', '{\"old\":1}', 1, NULL),"
                        + " ('b', '{\"current\":\"\u00e4\"}', 2, TRUE)");
        assertArrayEquals(
                utf8("{\"current\":\"\u00e4\"}"), database.activeConfiguration().get());
        byte[] next = utf8("{\n  \"n\": 1.10, \"s\": \"\\\\ ' \ud83d\ude00\"\n}\n");
        database.replaceActiveConfiguration(next);
        database.replaceActiveConfiguration(next);
        assertArrayEquals(next, database.activeConfiguration().get());
        try (Connection connection = test.connect();
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT count(*), count(Active), min(length(Id)), max(length(Id)), max(SHA)"
                                + " FROM Configurations WHERE Id NOT IN ('a', 'b') OR Active IS NULL")) {
            rows.next();
            assertEquals(4, rows.getInt(1));
            assertEquals(1, rows.getInt(2));
            assertEquals(26, rows.getInt(4));
            assertEquals(io.github.mmupgrade.files.Digests.sha256(next), rows.getString(5));
        }
    }

    @Test
    public void refusesToReplaceAConfigurationThatIsNotThere() {
        assertThrows(StageFailedException.class, () -> database.replaceActiveConfiguration(utf8("{}")));
    }

    @Test
    public void namesForeignSessionsAndNeverItsOwn() throws Exception {
        MattermostTables.fill(test);
        try (Connection other = test.connect();
                Database second = MattermostTables.open(test)) {
            assertTrue(other.isValid(1));
            List<Session> sessions = database.foreignSessions();
            assertEquals(sessions.toString(), 1, sessions.size());
            Session session = sessions.get(0);
            assertTrue(session.ownRole());
            assertTrue(session.ableToWrite());
            assertEquals(test.user(), session.user());
            assertEquals(Optional.of("127.0.0.1"), session.address());
            assertEquals(1, second.foreignSessions().size());
        }
    }

    @Test
    public void seesAStatementThatRunsAsASignOfProgress() throws Exception {
        MattermostTables.fill(test);
        ProgressMarker idle = database.progressMarker();
        assertFalse(database.progressMarker().showsProgressSince(idle));
        CountDownLatch started = new CountDownLatch(1);
        try (Connection busy = test.connect()) {
            Thread thread = new Thread(() -> {
                try (var statement = busy.createStatement()) {
                    started.countDown();
                    statement.execute(kind == DatabaseKind.POSTGRESQL ? "SELECT pg_sleep(60)" : "SELECT sleep(60)");
                } catch (java.sql.SQLException e) {
                    // ended below
                }
            });
            thread.start();
            started.await();
            Instant end = Instant.now().plusSeconds(30);
            ProgressMarker marker = database.progressMarker();
            while (!marker.showsProgressSince(idle) && Instant.now().isBefore(end)) {
                marker = database.progressMarker();
            }
            assertTrue(marker.toString(), marker.showsProgressSince(idle));
            busy.abort(Runnable::run);
            thread.join(30_000);
        }
    }

    @Test
    public void saysWhereAnUnreachableDatabaseShouldBe() {
        int port = FreePorts.next();
        String text = kind == DatabaseKind.POSTGRESQL
                ? "postgres://u:S3CRET@127.0.0.1:" + port + "/mm"
                : "u:S3CRET@tcp(127.0.0.1:" + port + ")/mm";
        String driver = test.driver();
        RefusedException e = assertThrows(
                RefusedException.class,
                () -> Databases.open(
                        DataSource.parse(driver, text), new LocalHost(), DatabaseTools.of(new LocalHost())));
        assertTrue(e.getMessage(), e.getMessage().contains("127.0.0.1:" + port + "/mm"));
        assertFalse(e.getMessage(), (e.getMessage() + e.hint()).contains("S3CRET"));
    }

    @Test
    public void saysThatAPasswordIsWrongWithoutShowingIt() {
        DataSource right = DataSource.parse(test.driver(), test.dataSource());
        String wrong = kind == DatabaseKind.POSTGRESQL
                ? "postgres://" + test.user() + ":S3CRET@127.0.0.1:" + test.port() + "/" + test.name()
                : test.user() + ":S3CRET@tcp(127.0.0.1:" + test.port() + ")/" + test.name();
        RefusedException e = assertThrows(
                RefusedException.class,
                () -> Databases.open(
                        DataSource.parse(test.driver(), wrong), new LocalHost(), DatabaseTools.of(new LocalHost())));
        assertTrue(e.getMessage(), e.getMessage().contains(right.toString()));
        assertFalse(e.getMessage(), (e.getMessage() + e.hint()).contains("S3CRET"));
    }

    @Test
    public void connectsByASocket() {
        String text = kind == DatabaseKind.POSTGRESQL
                ? "host=" + TestPostgres.shared().socketDirectory() + " port=" + test.port() + " user=" + test.user()
                        + " dbname=" + test.name() + " password='"
                        + test.password().replace("\\", "\\\\").replace("'", "\\'") + "'"
                : test.user() + ":" + test.password() + "@unix("
                        + TestMariaDb.shared().socket() + ")/" + test.name();
        try (Database bySocket = Databases.open(
                DataSource.parse(test.driver(), text), new LocalHost(), DatabaseTools.of(new LocalHost()))) {
            assertEquals(database.serverVersion(), bySocket.serverVersion());
        }
    }
}
