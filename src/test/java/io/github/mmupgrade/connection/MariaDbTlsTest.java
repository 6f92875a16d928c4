package io.github.mmupgrade.connection;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.DumpOwnership;
import io.github.mmupgrade.database.MattermostTables;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The modes of {@code tls} of a Go MySQL data source, with real MariaDB servers that have it and that haven't. */
public class MariaDbTlsTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Host host = new LocalHost();

    private static DataSource with(TestDatabase test, String mode) {
        return DataSource.parse("mysql", test.dataSource() + "&tls=" + mode);
    }

    private void works(TestDatabase test, String mode) throws Exception {
        Path dump = folder.newFolder().toPath().resolve("dump");
        try (Database database = Databases.open(with(test, mode), host, DatabaseTools.of(host))) {
            RowCounts counts = database.allCounts();
            database.dump(test.name(), dump, database.preferredFormat());
            String restored = DatabaseNames.restored(test.name(), "20261127-120000");
            assertEquals(
                    counts,
                    database.restoreInto(restored, dump, database.preferredFormat(), counts, DumpOwnership.AS_DUMPED));
            database.drop(restored);
        }
    }

    @Test
    public void withAServerThatHasTls() throws Exception {
        try (TestMariaDb mariaDb = TestMariaDb.withTls(folder.getRoot().toPath())) {
            TestDatabase test = mariaDb.createDatabase("tls", true);
            MattermostTables.fill(test);
            works(test, "false");
            works(test, "preferred");
            try (Connection connection = JdbcConnections.open(with(test, "false"))) {
                assertEquals(Duration.ofHours(12).toMillis(), connection.getNetworkTimeout());
            }
            mariaDb.execute("ALTER USER " + test.user() + "@'%' REQUIRE SSL");
            works(test, "skip-verify");
            works(test, "preferred");
            assertThrows(RefusedException.class, () -> works(test, "false"));
            // no authority of this system's has signed it
            assertThrows(RefusedException.class, () -> works(test, "true"));
        }
    }

    @Test
    public void withAServerThatHasNone() throws Exception {
        TestDatabase test = TestMariaDb.shared().createDatabase("tls", true);
        MattermostTables.fill(test);
        works(test, "preferred");
        assertThrows(RefusedException.class, () -> works(test, "skip-verify"));
    }
}
