package io.github.mmupgrade.connection;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.CopyOutcome;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Real PostgreSQL and MariaDB servers that go by the operating-system user at the other end of the socket. */
public class PeerLoginTest {

    private static final String RUN = "20261127-120000";

    /** A user that every Debian has. */
    private static final String USER = "daemon";

    private static final Owner OWNER = new Owner(1, 1);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Host host = new LocalHost();

    private Database open(DataSource source) {
        return Databases.open(new PeerLogin(host, OWNER).resolve(source), host, DatabaseTools.of(host));
    }

    private static void letThrough(Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    /** A database of the role that has the user's name, which has a password over TCP only. */
    private static TestDatabase peer(TestPostgres postgres) throws Exception {
        letThrough(postgres.socketDirectory());
        postgres.execute("CREATE ROLE " + USER + " LOGIN CREATEDB PASSWORD 'p'", "CREATE DATABASE chat OWNER " + USER);
        postgres.admit("local all all peer\nhost all all 127.0.0.1/32 scram-sha-256");
        TestDatabase test = new TestDatabase("postgres", postgres.port(), "chat", USER, "p", "");
        MattermostTables.fill(test);
        return test;
    }

    private static String socketOf(TestPostgres postgres) {
        return "?port=" + postgres.port() + "&host="
                + URLEncoder.encode(postgres.socketDirectory().toString(), StandardCharsets.UTF_8);
    }

    @Test
    public void dumpsCopiesAndGoesBackWithPeer() throws Exception {
        try (TestPostgres postgres = new TestPostgres()) {
            TestDatabase test = peer(postgres);
            // as the vendor's page on sockets has it: no role, no password
            DataSource source = DataSource.parse("postgres:///chat" + socketOf(postgres));
            Map<String, List<String>> before = MattermostTables.contents(test, test.name());
            try (Database database = open(source)) {
                assertEquals(source.toString(), database.dataSource().toString());
                RowCounts counts = database.allCounts();
                // what an administrator's own procedure gets is enough for the database's own programs
                var rows = host.run(Command.of("psql", "-Atc", "SELECT current_user")
                        .environment(database.clientEnvironment())
                        .build());
                assertEquals(rows.tail(), USER, rows.output().strip());
                Path dump = folder.getRoot().toPath().resolve("dump");
                database.dump(test.name(), dump, database.preferredFormat());
                String copy = DatabaseNames.frozen(test.name(), RUN);
                assertTrue(database.freeze(copy) instanceof CopyOutcome.Done);
                test.execute("DELETE FROM Posts");
                String discarded = DatabaseNames.discarded(test.name(), RUN);
                assertTrue(database.switchTo(copy, discarded) instanceof CopyOutcome.Done);
                assertEquals(before, MattermostTables.contents(test, test.name()));
                database.drop(discarded);
                Path saved = folder.getRoot().toPath().resolve("saved");
                test.execute("DELETE FROM Posts");
                database.dump(test.name(), saved, database.preferredFormat());
                database.restoreInPlace(dump, database.preferredFormat(), saved, counts, DumpOwnership.AS_DUMPED);
                assertEquals(before, MattermostTables.contents(test, test.name()));
            }
        }
    }

    @Test
    public void neverGoesByASocketAsRootAndKeepsOthersAwayFromTheRelay() throws Exception {
        try (TestPostgres postgres = new TestPostgres()) {
            peer(postgres);
            DataSource source = DataSource.parse("postgres://" + USER + ":p@/chat" + socketOf(postgres));
            DataSource reached = new PeerLogin(host, OWNER).resolve(source);
            assertFalse(reached.socket().equals(source.socket()));
            Path relay = reached.socket().orElseThrow();
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(relay)));
            assertEquals(OWNER.uid(), Files.getAttribute(relay, "unix:uid"));
            // the password proves nothing: a server may let in whom it knows by the socket, whatever that is
            postgres.admit("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256");
            assertEquals(
                    Optional.of(relay),
                    new PeerLogin(host, OWNER).resolve(source).socket());
        }
    }

    /** The server's user names the key, and may name one of root's. */
    @Test
    public void takesAKeyOnlyWhereTheServersUserReadsIt() throws Exception {
        Files.setPosixFilePermissions(folder.getRoot().toPath(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path key = folder.getRoot().toPath().resolve("client.key");
        Files.writeString(key, "its content");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        DataSource source = DataSource.parse("postgres://a:b@127.0.0.1:9/chat?sslkey=" + key);
        RefusedException refused =
                assertThrows(RefusedException.class, () -> new PeerLogin(host, OWNER).resolve(source));
        assertTrue(refused.getMessage(), refused.getMessage().contains("cannot be read by user " + USER));

        Files.setAttribute(key, "unix:uid", OWNER.uid());
        DataSource resolved = new PeerLogin(host, OWNER).resolve(source).withDatabase("other");
        Path copy = Path.of(resolved.parameter("sslkey").orElseThrow());
        assertEquals("its content", Files.readString(copy));
        assertEquals(0, Files.getAttribute(copy, "unix:uid"));
        assertEquals(source.format(), new PeerLogin(host, OWNER).resolve(source).format());
    }

    @Test
    public void startsTheRelayAgainWhenItHasEnded() throws Exception {
        try (TestPostgres postgres = new TestPostgres()) {
            peer(postgres);
            DataSource source = DataSource.parse("postgres:///chat" + socketOf(postgres));
            Path first = new PeerLogin(host, OWNER).resolve(source).socket().orElseThrow();
            ProcessHandle.allProcesses()
                    .filter(process -> process.info()
                            .arguments()
                            .map(arguments -> String.join(" ", arguments).contains(first.toString()))
                            .orElse(false))
                    .forEach(relay -> {
                        relay.destroyForcibly();
                        relay.onExit().join();
                    });
            try (Database database = open(source)) {
                assertTrue(database.allCounts().tables().size() > 0);
            }
        }
    }

    @Test
    public void aServerThatIsDownIsSaidToBe() throws Exception {
        try (TestPostgres postgres = new TestPostgres()) {
            peer(postgres);
            DataSource source = DataSource.parse("postgres:///chat" + socketOf(postgres));
            open(source).close();
            postgres.stop();
            RefusedException refused = assertThrows(RefusedException.class, () -> open(source));
            assertTrue(refused.getMessage(), refused.getMessage().endsWith("nothing answers at its socket"));
            postgres.start();
            open(source).close();
        }
    }

    @Test
    public void saysWhatToDoWhereTheRoleIsNotLetIn() throws Exception {
        try (TestPostgres postgres = new TestPostgres()) {
            peer(postgres);
            DataSource source = DataSource.parse("postgres://postgres@/chat" + socketOf(postgres));
            RefusedException refused = assertThrows(RefusedException.class, () -> open(source));
            assertTrue(refused.hint().text(), refused.hint().text().contains("operating-system user"));
        }
    }

    @Test
    public void dumpsAndLoadsWithUnixSocket() throws Exception {
        TestMariaDb mariaDb = TestMariaDb.shared();
        letThrough(mariaDb.socket().getParent());
        TestDatabase test = mariaDb.createDatabase("unix", true);
        MattermostTables.fill(test);
        mariaDb.execute(
                "CREATE OR REPLACE USER " + USER + "@localhost IDENTIFIED VIA unix_socket",
                "GRANT ALL ON *.* TO " + USER + "@localhost");
        DataSource source =
                DataSource.parse("mysql", USER + "@unix(" + mariaDb.socket() + ")/" + test.name() + "?charset=utf8mb4");
        Map<String, List<String>> before = MattermostTables.contents(test, test.name());
        try (Database database = open(source)) {
            RowCounts counts = database.allCounts();
            Path dump = folder.getRoot().toPath().resolve("dump");
            database.dump(test.name(), dump, database.preferredFormat());
            String restored = DatabaseNames.restored(test.name(), RUN);
            database.restoreInto(restored, dump, database.preferredFormat(), counts, DumpOwnership.AS_DUMPED);
            test.execute("DELETE FROM Posts");
            String discarded = DatabaseNames.discarded(test.name(), RUN);
            assertTrue(database.switchTo(restored, discarded) instanceof CopyOutcome.Done);
            assertEquals(before, MattermostTables.contents(test, test.name()));
            database.drop(discarded);
        } finally {
            mariaDb.execute("DROP USER " + USER + "@localhost");
        }
    }
}
