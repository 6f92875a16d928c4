package io.github.mmupgrade.connection;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.CopyPrecondition;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.RestoreWay;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPgBouncer;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Databases behind a real PgBouncer, on the first of several hosts that is down, and with a wrong password. */
public class PoolerTest {

    private static final String COPY_RUN = "20261127-120000";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final TestPostgres postgres = TestPostgres.shared();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private TestDatabase test;

    @Before
    public void fill() throws Exception {
        test = postgres.createDatabase("pooled", true);
        MattermostTables.fill(test);
    }

    @After
    public void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    private DataSource pooled(String mode, boolean all) {
        TestPgBouncer pooler = new TestPgBouncer(postgres, mode, test, all);
        opened.add(0, pooler);
        return DataSource.parse(pooler.through(postgres, test.dataSource()));
    }

    private Database open(DataSource source) {
        Database database = Databases.open(source, new LocalHost(), DatabaseTools.of(new LocalHost()));
        opened.add(0, database);
        return database;
    }

    @Test
    public void aServerThatFallsSilentHoldsNobodyForEver() throws Exception {
        try (Connection connection = JdbcConnections.open(DataSource.parse(test.dataSource()))) {
            assertEquals(Duration.ofHours(12).toMillis(), connection.getNetworkTimeout());
        }
    }

    @Test
    public void tellsAPoolerThatSharesItsSessionsFromOneThatKeepsThem() {
        assertFalse(open(DataSource.parse(test.dataSource())).sharesSessions());
        assertFalse(open(pooled("session", true)).sharesSessions());
        assertTrue(open(pooled("transaction", true)).sharesSessions());
    }

    @Test
    public void readsAsOftenAsItLikesBesideOtherClientsAndLeavesNoSettingBehind() throws Exception {
        test.execute("ALTER ROLE " + test.user() + " SET statement_timeout = '77s'");
        DataSource source = pooled("transaction", true);
        Database one = open(source);
        Database other = open(source);
        for (int i = 0; i < 12; i++) {
            assertEquals(one.counts(), other.counts());
            assertEquals(0, one.postsSince(Instant.now().plusSeconds(60)));
            assertEquals(one.allCounts(), other.allCounts());
        }
        assertEquals("77s read committed", settings(source));
    }

    @Test
    public void freezesAndGoesBackThroughAPoolerThatKnowsEveryDatabase() throws Exception {
        for (String mode : List.of("transaction", "session")) {
            DataSource source = pooled(mode, true);
            Database database = open(source);
            Map<String, List<String>> before = MattermostTables.contents(test, test.name());
            String copy = DatabaseNames.frozen(test.name(), COPY_RUN);
            String discarded = DatabaseNames.discarded(test.name(), COPY_RUN);
            database.endIdlePooledSessions();
            assertTrue(mode, database.freeze(copy) instanceof CopyOutcome.Done);
            test.execute("DELETE FROM Posts");
            assertTrue(mode, database.switchTo(copy, discarded) instanceof CopyOutcome.Done);
            assertEquals(mode, before, MattermostTables.contents(test, test.name()));
            database.drop(discarded);
        }
    }

    @Test
    public void goesBackByTheDumpThroughAPoolerThatKnowsOneDatabaseOnly() throws Exception {
        for (String mode : List.of("transaction", "session")) {
            DataSource source = pooled(mode, false);
            Database database = open(source);
            String copy = DatabaseNames.frozen(test.name(), COPY_RUN);
            List<CopyPrecondition> blocking = database.preconditions(copy, null).stream()
                    .filter(finding -> finding.severity() == CopyPrecondition.Severity.BLOCKING)
                    .toList();
            assertEquals(1, blocking.size());
            assertTrue(
                    blocking.get(0).hint().toString(),
                    blocking.get(0).hint().toString().contains("pooler"));
            database.localDirectory();
            assertEquals(List.of(), database.settleUnfinished());
            assertEquals(List.of(), database.listSiblings());
            assertFalse(database.exists(copy));
            assertTrue(database.acceptsConnections());
            assertEquals(RestoreWay.IN_PLACE_AFTER_SAVING, database.restoreWay(copy));

            Map<String, List<String>> before = MattermostTables.contents(test, test.name());
            RowCounts counts = database.allCounts();
            Path dump = folder.getRoot().toPath().resolve(mode + "-dump");
            Path saved = folder.getRoot().toPath().resolve(mode + "-saved");
            database.dump(dump, database.preferredFormat());
            database.endIdlePooledSessions();
            test.execute("DELETE FROM Posts", "CREATE TABLE newer (a int)");
            database.dump(saved, database.preferredFormat());
            assertEquals(
                    counts,
                    database.restoreInPlace(dump, database.preferredFormat(), saved, counts, DumpOwnership.AS_DUMPED));
            assertEquals(before, MattermostTables.contents(test, test.name()));
            // the next client of the pooler is the Mattermost server
            assertTrue(searchPath(source), searchPath(source).contains("public"));
        }
    }

    @Test
    public void takesTheHostThatAnswersOfSeveral() throws Exception {
        String gone = "127.0.0.1:" + FreePorts.next();
        String address = "127.0.0.1:" + postgres.port();
        DataSource source = DataSource.parse(test.dataSource().replace("@" + address, "@" + gone + "," + address));
        assertEquals(gone + "," + address + "/" + test.name(), source.toString());
        Database database = open(source);
        assertEquals(
                MattermostTables.POSTS, database.counts().tables().get("Posts").longValue());
        Path dump = folder.getRoot().toPath().resolve("hosts");
        database.dump(dump, database.preferredFormat());
        database.checkDump(dump, database.preferredFormat());
        assertTrue(source.isSameDatabaseAs(DataSource.parse(test.dataSource())));
    }

    @Test
    public void saysTheCauseOnceWhereThePasswordIsWrong() {
        String wrong = "postgres://" + test.user() + ":wrong@127.0.0.1:" + postgres.port() + "/" + test.name();
        DataSource source = DataSource.parse(wrong + "?sslmode=disable");
        try (Database database = Databases.openUnchecked(source, new LocalHost(), DatabaseTools.of(new LocalHost()))) {
            RefusedException refused = assertThrows(RefusedException.class, database::settleUnfinished);
            assertEquals(
                    "The PostgreSQL database " + source + " cannot be reached: FATAL: password authentication failed"
                            + " for user \"" + test.user() + "\"",
                    refused.getMessage());
            assertTrue(refused.hint().text(), refused.hint().text().contains("SqlSettings.DataSource"));
        }
    }

    private static String settings(DataSource source) throws SQLException {
        try (Connection next = JdbcConnections.open(source);
                Statement statement = next.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_setting('statement_timeout') || ' '"
                        + " || current_setting('default_transaction_isolation')")) {
            row.next();
            return row.getString(1).replace("77000ms", "77s").replace("1min 17s", "77s");
        }
    }

    private static String searchPath(DataSource source) throws SQLException {
        try (Connection next = JdbcConnections.open(source);
                Statement statement = next.createStatement();
                ResultSet row = statement.executeQuery("SHOW search_path")) {
            row.next();
            return row.getString(1);
        }
    }
}
