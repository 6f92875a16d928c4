package io.github.mmupgrade.connection;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

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
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** A real PostgreSQL server that asks for TLS and, of one role, for a client certificate instead of a password. */
public class ClientCertificateTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Host host = new LocalHost();
    private TestPostgres postgres;
    private TestDatabase test;
    private Path made;

    @Before
    public void start() throws Exception {
        made = folder.getRoot().toPath();
        String authority = "-x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.crt -subj /CN=authority";
        openssl("req " + authority);
        postgres = new TestPostgres();
        test = postgres.createDatabase("tls", true);
        MattermostTables.fill(test);
        certificate("server", "localhost", "rsa:2048", "-addext subjectAltName=DNS:localhost");
        for (String name : List.of("server.key", "server.crt", "ca.crt")) {
            Path copy = postgres.dataDirectory().resolve(name);
            Files.copy(made.resolve(name), copy);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
            Files.setOwner(copy, Files.getOwner(postgres.dataDirectory()));
        }
        postgres.execute(
                "ALTER SYSTEM SET ssl = on",
                "ALTER SYSTEM SET ssl_cert_file = 'server.crt'",
                "ALTER SYSTEM SET ssl_key_file = 'server.key'",
                "ALTER SYSTEM SET ssl_ca_file = 'ca.crt'");
        postgres.admit(
                "hostssl all " + test.user() + " 127.0.0.1/32 cert\n" + "host all postgres 127.0.0.1/32 scram-sha-256");
    }

    @After
    public void stop() {
        postgres.close();
    }

    private void openssl(String arguments) {
        var result = host.run(
                Command.of("openssl", arguments.split(" ")).directory(made).build());
        assertTrue(result.tail(), result.succeeded());
    }

    /** A key of a kind and a certificate of the authority's for it. */
    private void certificate(String file, String name, String kind, String more) {
        openssl("req -new -nodes -newkey " + kind + " -keyout " + file + ".key -out " + file + ".csr -subj /CN=" + name
                + (more.isEmpty() ? "" : " " + more));
        openssl("x509 -req -days 2 -in " + file + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -copy_extensions copy"
                + " -out " + file + ".crt");
    }

    private DataSource with(String mode, String key) {
        return DataSource.parse("postgres://" + test.user() + "@localhost:" + postgres.port() + "/" + test.name()
                + "?sslmode=" + mode + "&sslrootcert=" + made.resolve("ca.crt") + "&sslcert="
                + made.resolve("client.crt") + "&sslkey=" + made.resolve(key));
    }

    private void works(DataSource source, String name) throws Exception {
        try (Database database = Databases.open(source, host, DatabaseTools.of(host))) {
            RowCounts counts = database.allCounts();
            Path dump = made.resolve("dump-" + name);
            database.dump(test.name(), dump, database.preferredFormat());
            String restored = DatabaseNames.restored(test.name(), "20261127-120000");
            assertEquals(
                    counts,
                    database.restoreInto(restored, dump, database.preferredFormat(), counts, DumpOwnership.AS_DUMPED));
            database.drop(restored);
        }
    }

    private static long leftOver() throws Exception {
        try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(file -> file.getFileName().toString().startsWith("mmkey"))
                    .count();
        }
    }

    @Test
    @Category(Slow.class)
    public void readsEveryKindOfKeyInEveryModeThatChecks() throws Exception {
        long before = leftOver();
        certificate("client", test.user(), "rsa:2048", "");
        openssl("rsa -traditional -in client.key -out old.key");
        for (String mode : List.of("require", "verify-ca", "verify-full")) {
            works(with(mode, "client.key"), mode);
        }
        // as the server's user has it: libpq, run by root, would refuse another user's file
        Files.setAttribute(made.resolve("old.key"), "unix:uid", 1);
        works(with("verify-full", "old.key"), "old");
        certificate("client", test.user(), "ec -pkeyopt ec_paramgen_curve:prime256v1", "");
        works(with("verify-full", "client.key"), "ec");
        openssl("ec -in client.key -out ec.key");
        assertTrue(Files.readString(made.resolve("ec.key")).contains("BEGIN EC PRIVATE KEY"));
        works(with("verify-full", "ec.key"), "ec-old");
        assertEquals(before, leftOver());
    }

    @Test
    public void saysWhichKeyCanNotBeRead() throws Exception {
        certificate("client", test.user(), "rsa:2048", "");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> works(with("verify-full", "none.key"), "none"));
        assertTrue(refused.getMessage(), refused.getMessage().contains("none.key"));
        assertFalse(refused.getMessage(), refused.getMessage().contains("null"));
    }

    @Test
    public void refusesAServerOfAnotherAuthority() throws Exception {
        certificate("client", test.user(), "rsa:2048", "");
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -keyout other.key -out other.crt -subj /CN=other");
        for (String mode : List.of("verify-ca", "verify-full")) {
            DataSource source = DataSource.parse(with(mode, "client.key")
                    .format()
                    .replace("sslrootcert=" + made.resolve("ca.crt"), "sslrootcert=" + made.resolve("other.crt")));
            assertThrows(RefusedException.class, () -> works(source, "other-" + mode));
        }
    }
}
