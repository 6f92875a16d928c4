package io.github.mmupgrade.kubernetes.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What runs in the pod of the job that dumps the database, run here. */
public class DumpJobTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private CommandResult dump(String source) {
        return new LocalHost()
                .run(Command.of("sh", "-c", DumpJob.script())
                        .environment(Map.of(
                                "DB_CONNECTION_STRING",
                                source,
                                "DUMP_NAME",
                                "mm-20261128T000000Z",
                                "DUMP_DIRECTORY",
                                folder.getRoot().toString(),
                                "TMPDIR",
                                folder.getRoot().toString()))
                        .build());
    }

    @Test
    public void theScriptDumpsADatabaseWhosePasswordHasEverySign() throws Exception {
        TestDatabase database = TestPostgres.shared().createDatabase("dumped", false);
        String password = "p@ss:w/o%r d?&#=é'\"$";
        TestPostgres.shared()
                .execute("ALTER ROLE \"" + database.user() + "\" PASSWORD '" + password.replace("'", "''") + "'");
        try (var connection = TestPostgres.shared().admin(database.name());
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE posts (id int); INSERT INTO posts VALUES (1); ALTER TABLE posts OWNER TO \""
                    + database.user() + "\"");
        }
        CommandResult result = dump("postgres://" + database.user() + ":"
                + URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20") + "@127.0.0.1:"
                + database.port() + "/" + database.name()
                + "?sslmode=disable&connect_timeout=10&binary_parameters=yes");
        assertTrue(result.toString() + result.lines(), result.succeeded());
        Path dump = folder.getRoot().toPath().resolve("mm-20261128T000000Z.dump");
        assertTrue(Files.size(dump) > 0);
        assertTrue(result.lines().toString(), result.lines().toString().contains("mm-20261128T000000Z.dump, 1 tables"));
        assertOnlyTheDumpIsLeft(dump);
    }

    @Test
    public void aDumpThatCannotBeMadeIsNoDump() throws IOException {
        CommandResult result = dump("postgres://nobody:no@127.0.0.1:1/none?sslmode=disable");
        assertFalse(result.succeeded());
        result = dump("nobody:no@tcp(127.0.0.1:3306)/none");
        assertFalse(result.succeeded());
        assertTrue(result.tail(), result.tail().contains("is not for PostgreSQL"));
        try (var left = Files.list(folder.getRoot().toPath())) {
            assertEquals(
                    0, left.filter(file -> file.toString().endsWith(".dump")).count());
        }
    }

    private void assertOnlyTheDumpIsLeft(Path dump) throws IOException {
        try (var left = Files.list(folder.getRoot().toPath())) {
            assertEquals(List.of(dump), left.toList());
        }
    }
}
