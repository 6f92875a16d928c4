package io.github.mmupgrade.database.postgres;

import static io.github.mmupgrade.database.MattermostTables.contents;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.CopyPrecondition.Severity;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.database.Session;
import io.github.mmupgrade.database.SideDatabase;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

public class PostgresCopiesTest {

    private static final String RUN = "20261123-031400";

    private final TestPostgres postgres = TestPostgres.shared();
    private TestDatabase test;
    private Database database;
    private String frozen;
    private String discarded;

    @Before
    public void fill() throws Exception {
        use(postgres.createDatabase("copies", true));
    }

    private void use(TestDatabase which) throws SQLException {
        close();
        test = which;
        MattermostTables.fill(test);
        database = MattermostTables.open(test);
        frozen = DatabaseNames.frozen(test.name(), RUN);
        discarded = DatabaseNames.discarded(test.name(), RUN);
    }

    @After
    public void close() {
        if (database != null) {
            database.close();
        }
    }

    @Test
    public void aCopyThatTheServerStillMakesForAKilledClientIsEnded() throws Exception {
        String making = DatabaseNames.making(frozen);
        CompletableFuture<String> killed;
        // the server waits some seconds for this session to end before it gives up
        try (Connection inTheWay = postgres.admin(test.name());
                Connection client = test.connect("postgres")) {
            assertTrue(inTheWay.isValid(5));
            killed = CompletableFuture.supplyAsync(() -> {
                try (Statement statement = client.createStatement()) {
                    statement.execute("CREATE DATABASE \"" + making + "\" TEMPLATE \"" + test.name() + "\"");
                    return "made";
                } catch (SQLException e) {
                    return e.getSQLState();
                }
            });
            List<String> done = new ArrayList<>();
            for (int i = 0; done.isEmpty() && i < 40; i++) {
                Thread.sleep(50);
                done.addAll(database.settleUnfinished());
            }
            assertEquals(done.toString(), 1, done.size());
            assertTrue(done.get(0), done.get(0).startsWith("ended a copy"));
        }
        assertEquals("terminated", "57P01", killed.get(10, TimeUnit.SECONDS));
        assertFalse(postgres.hasDatabase(making));
        assertEquals(List.of(), database.settleUnfinished());
    }

    @Test
    public void goesBackToAFrozenCopyByRenaming() throws Exception {
        Map<String, List<String>> before = contents(test, test.name());
        assertTrue(database.freeze(frozen).isDone());
        assertTrue(database.frozenCopyExists(frozen));
        test.execute(
                "INSERT INTO Users VALUES ('u3', 'new', 3)",
                "UPDATE Systems SET Value = '5.38.0' WHERE Value = '5.37.0'");
        Map<String, List<String>> newer = contents(test, test.name());
        assertFalse(database.isSwitched(frozen, discarded));

        assertTrue(database.switchTo(frozen, discarded).isDone());

        assertEquals(before, contents(test, test.name()));
        assertEquals(newer, contents(test, discarded));
        assertEquals(Optional.of(Version.parse("5.37.0")), database.schemaVersion());
        assertFalse(database.exists(frozen));
        assertTrue(database.isSwitched(frozen, discarded));
    }

    @Test
    public void canBeCalledAgain() throws Exception {
        assertTrue(database.freeze(frozen).isDone());
        test.execute("INSERT INTO Users VALUES ('u3', 'new', 3)");
        Map<String, List<String>> copy = contents(test, frozen);
        assertTrue(database.freeze(frozen).isDone());
        assertEquals(copy, contents(test, frozen));
        assertTrue(database.switchTo(frozen, discarded).isDone());
        assertTrue(database.switchTo(frozen, discarded).isDone());
        assertEquals(copy, contents(test, test.name()));
        database.drop(discarded);
        database.drop(discarded);
        assertEquals(List.of(), database.listSiblings());
    }

    @Test
    public void carriesOverWhatBelongsToTheDatabase() throws Exception {
        String reader = test.name() + "_reader";
        postgres.execute(
                "CREATE ROLE " + reader + " LOGIN PASSWORD 'r'",
                "REVOKE ALL ON DATABASE " + test.name() + " FROM PUBLIC",
                "GRANT CONNECT ON DATABASE " + test.name() + " TO " + reader + " WITH GRANT OPTION",
                "ALTER DATABASE " + test.name() + " SET search_path = public, \"Odd, Schema\"",
                "ALTER DATABASE " + test.name() + " SET default_text_search_config = 'pg_catalog.english'",
                "ALTER DATABASE " + test.name() + " SET application_name = 'it''s \\ \"x\"'",
                "ALTER ROLE " + test.user() + " IN DATABASE " + test.name() + " SET work_mem = '7MB'",
                "ALTER DATABASE " + test.name() + " CONNECTION LIMIT 33");
        List<String> before = attributes(test.name());
        assertTrue(before.toString(), before.size() > 5);

        CopyOutcome.Done done = (CopyOutcome.Done) database.freeze(frozen);

        assertEquals(List.of(), done.warnings());
        assertEquals(before, attributes(frozen));
        database.switchTo(frozen, discarded);
        assertEquals(before, attributes(test.name()));
    }

    @Test
    public void saysWhatOnlyASuperuserCouldCarryOver() {
        postgres.execute("ALTER DATABASE " + test.name() + " SET log_statement = 'none'");
        CopyOutcome.Done done = (CopyOutcome.Done) database.freeze(frozen);
        assertEquals(1, done.warnings().size());
        assertTrue(done.warnings().get(0), done.warnings().get(0).contains("log_statement"));
        assertTrue(database.frozenCopyExists(frozen));
    }

    private List<String> attributes(String name) throws SQLException {
        List<String> result = new ArrayList<>();
        try (Connection connection = postgres.admin("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_get_userbyid(datdba) || ' ' || datconnlimit || ' '"
                        + " || encoding || ' ' || datcollate || ' ' || datallowconn FROM pg_database WHERE datname = '"
                        + name + "' UNION ALL SELECT x::text FROM pg_database, unnest(datacl) x WHERE datname = '"
                        + name + "' UNION ALL SELECT setrole || c FROM pg_db_role_setting, pg_database d,"
                        + " unnest(setconfig) c WHERE d.oid = setdatabase AND datname = '" + name + "' ORDER BY 1")) {
            while (rows.next()) {
                result.add(rows.getString(1));
            }
        }
        return result;
    }

    @Test
    public void endsSessionsThatItsOwnRoleLeftOver() throws Exception {
        try (Connection left = test.connect()) {
            assertTrue(database.freeze(frozen).isDone());
            assertFalse(left.isValid(5));
        }
        try (Connection inCurrent = test.connect();
                Connection inCopy = test.connect(frozen)) {
            assertTrue(database.switchTo(frozen, discarded).isDone());
            assertFalse(inCurrent.isValid(5));
            assertFalse(inCopy.isValid(5));
        }
    }

    @Test
    public void namesSessionsOfOthersAndChangesNothing() throws Exception {
        try (Connection other = postgres.admin(test.name())) {
            CopyOutcome outcome = database.freeze(frozen);
            assertEquals(List.of("postgres"), names(outcome));
            assertTrue(other.isValid(5));
            assertFalse(database.exists(frozen));
            assertEquals(List.of(), database.listSiblings());
            assertTrue(database.acceptsConnections());
        }
        freezeWhenTheSessionHasEnded();
        try (Connection other = postgres.admin(frozen)) {
            assertEquals(List.of("postgres"), names(database.switchTo(frozen, discarded)));
            assertTrue(other.isValid(5));
            assertFalse(database.isSwitched(frozen, discarded));
            assertTrue(database.exists(frozen));
        }
    }

    /** The server takes a moment to end the session of a connection that was closed. */
    private void freezeWhenTheSessionHasEnded() {
        for (int tries = 0; !database.exists(frozen) && tries < 50; tries++) {
            database.freeze(frozen);
        }
    }

    private static List<String> names(CopyOutcome outcome) {
        return ((CopyOutcome.Blocked) outcome)
                .sessions().stream().map(Session::user).toList();
    }

    @Test
    public void repairsWhatAKilledFreezeLeft() throws Exception {
        Map<String, List<String>> before = contents(test, test.name());
        database.close();
        String making = DatabaseNames.making(frozen);
        postgres.execute(
                "ALTER DATABASE " + test.name() + " ALLOW_CONNECTIONS false",
                "CREATE DATABASE \"" + making + "\" OWNER " + test.user());
        RefusedException refused = assertThrows(RefusedException.class, () -> MattermostTables.open(test));
        assertTrue(refused.hint().text(), refused.hint().text().contains("resume"));

        try (Database after = Databases.openUnchecked(
                DataSource.parse(test.driver(), test.dataSource()),
                new LocalHost(),
                DatabaseTools.of(new LocalHost()))) {
            assertFalse(after.frozenCopyExists(frozen));
            assertFalse(after.acceptsConnections());
            assertEquals(
                    List.of(new SideDatabase(making, after.listSiblings().get(0).sizeBytes(), true)),
                    after.listSiblings());
            assertEquals(2, after.settleUnfinished().size());
            assertTrue(after.acceptsConnections());
            assertEquals(List.of(), after.settleUnfinished());
            assertEquals(before, contents(test, test.name()));
            assertTrue(after.freeze(frozen).isDone());
            assertEquals(before, contents(test, frozen));
        }
    }

    @Test
    public void survivesTheLossOfItsSessionAtAnyMoment() throws Exception {
        Map<String, List<String>> before = contents(test, test.name());
        int lost = 0;
        // the moments are spread over what a freeze takes on this machine, and its connection
        String first = DatabaseNames.frozen(test.name(), "first");
        long start = System.nanoTime();
        assertTrue(database.freeze(first).isDone());
        long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + 20;
        database.drop(first);
        // a busy machine may need more of them until one meets the copy itself
        for (int i = 0; i < 12 || (lost == 0 && i < 60); i++) {
            String copy = DatabaseNames.frozen(test.name(), "k" + i);
            long delay = whole * (i % 12) / 12;
            // connected before: on a busy machine that takes longer than the freeze
            try (Connection admin = postgres.admin("postgres");
                    Statement kill = admin.createStatement()) {
                CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> {
                    try {
                        Thread.sleep(delay);
                        kill.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                                + test.user() + "'");
                    } catch (InterruptedException | SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                try {
                    database.freeze(copy);
                } catch (StageFailedException | RefusedException e) {
                    lost++;
                }
                killer.get();
            }
            database.close();
            database = Databases.openUnchecked(
                    DataSource.parse(test.driver(), test.dataSource()),
                    new LocalHost(),
                    DatabaseTools.of(new LocalHost()));
            database.settleUnfinished();
            assertTrue(database.acceptsConnections());
            assertEquals(before, contents(test, test.name()));
            if (database.frozenCopyExists(copy)) {
                assertEquals(before, contents(test, copy));
                database.drop(copy);
            }
            assertEquals(List.of(), database.listSiblings());
        }
        assertTrue("no freeze was hit", lost > 0);
    }

    @Test
    public void isUsableAgainWhenACopyFails() throws Exception {
        use(postgres.createDatabase("copies", false));
        assertThrows(StageFailedException.class, () -> database.freeze(frozen));
        assertTrue(database.acceptsConnections());
        assertEquals(List.of(), database.listSiblings());
        assertEquals(2, database.counts().of("Users").getAsLong());
    }

    @Test
    public void neverDropsOrTakesWhatIsNotItsOwn() {
        for (String name : List.of(test.name(), "postgres", test.name() + "_backup", "x_frozen_1")) {
            assertThrows(RefusedException.class, () -> database.drop(name));
            assertThrows(RefusedException.class, () -> database.freeze(name));
            assertThrows(RefusedException.class, () -> database.switchTo(name, discarded));
        }
        assertTrue(postgres.hasDatabase(test.name()));
    }

    @Test
    public void refusesToSwitchToACopyThatIsNotWhole() {
        postgres.execute("CREATE DATABASE \"" + DatabaseNames.making(frozen) + "\" OWNER " + test.user());
        assertThrows(RefusedException.class, () -> database.switchTo(frozen, discarded));
        assertThrows(RefusedException.class, () -> database.switchTo(DatabaseNames.making(frozen), discarded));
        assertEquals(2, database.counts().of("Users").getAsLong());
    }

    @Test
    public void finishesARenameWhoseCurrentDatabaseIsGone() throws Exception {
        database.freeze(frozen);
        database.close();
        postgres.execute("ALTER DATABASE " + test.name() + " RENAME TO " + test.name() + "_lost");
        assertTrue(database.switchTo(frozen, discarded).isDone());
        assertEquals(2, database.counts().of("Users").getAsLong());
    }

    @Test
    public void findsNothingAgainstACopyWhereItCanBeMade() {
        List<CopyPrecondition> findings = database.preconditions(frozen, null);
        assertEquals(findings.toString(), List.of(), notOk(findings));
        assertTrue(findings.stream()
                .anyMatch(f -> f.check().equals("room") && f.text().contains("free")));
        assertEquals(RestoreWay.NEW_DATABASE_AND_RENAME, database.restoreWay(DatabaseNames.restored(test.name(), RUN)));
        assertTrue(database.forecastFreeze(0).get().takes().toSeconds() < 10);
    }

    @Test
    public void saysBeforehandWhatIsMissing() throws Exception {
        use(postgres.createDatabase("copies", false));
        assertEquals(
                Map.of("createdb", Severity.BLOCKING, "room", Severity.BLOCKING),
                notOk(database.preconditions(frozen, 1L)).stream()
                        .collect(Collectors.toMap(CopyPrecondition::check, CopyPrecondition::severity)));
        assertEquals(RestoreWay.IN_PLACE_AFTER_SAVING, database.restoreWay(DatabaseNames.restored(test.name(), RUN)));
        postgres.execute("ALTER DATABASE " + test.name() + " OWNER TO postgres");
        try (Connection other = postgres.admin(test.name())) {
            assertTrue(other.isValid(5));
            assertEquals(
                    List.of("ownership", "createdb", "sessions"),
                    notOk(database.preconditions(frozen, null)).stream()
                            .map(CopyPrecondition::check)
                            .toList());
        }
    }

    @Test
    public void findsOutWhoIsNotLetIn() throws Exception {
        try (TestPostgres strict = new TestPostgres()) {
            TestDatabase only = strict.createDatabase("strict", true);
            strict.admit("host " + only.name() + ",postgres all 127.0.0.1/32 scram-sha-256");
            use(only);
            assertEquals(
                    List.of("admission"),
                    notOk(database.preconditions(frozen, null)).stream()
                            .map(CopyPrecondition::check)
                            .toList());
            strict.admit("host all postgres 127.0.0.1/32 scram-sha-256\nhost " + only.name()
                    + " all 127.0.0.1/32 scram-sha-256");
            reopen();
            assertEquals(
                    List.of("maintenance-database"),
                    notOk(database.preconditions(frozen, null)).stream()
                            .map(CopyPrecondition::check)
                            .toList());
            assertEquals(
                    RestoreWay.IN_PLACE_AFTER_SAVING, database.restoreWay(DatabaseNames.restored(test.name(), RUN)));
            close();
        }
    }

    private void reopen() {
        close();
        database = MattermostTables.open(test);
    }

    private static List<CopyPrecondition> notOk(List<CopyPrecondition> findings) {
        return findings.stream().filter(f -> f.severity() != Severity.OK).toList();
    }

    @Test
    public void tellsWritersFromReaders() throws Exception {
        String reader = test.name() + "_r";
        postgres.execute("CREATE ROLE " + reader + " LOGIN PASSWORD 'r'");
        postgres.executeIn(test.name(), "GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + reader);
        java.util.Properties login = new java.util.Properties();
        login.put("user", reader);
        login.put("password", "r");
        try (Connection reading = java.sql.DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + test.port() + "/" + test.name(), login);
                Connection writing = test.connect()) {
            assertTrue(reading.isValid(5) && writing.isValid(5));
            Map<String, Boolean> writers =
                    database.foreignSessions().stream().collect(Collectors.toMap(Session::user, Session::ableToWrite));
            assertEquals(Map.of(reader, false, test.user(), true), writers);
        }
    }
}
