package io.github.mmupgrade.rehearsal;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.connection.SqlClient;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.scratch.FileChoice;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.scene.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class ConversionRehearsalTest {

    private static final String RELEASE = "10.11.22";

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private DataSource given;

    /** Another user than root runs the embedded PostgreSQL, and has to get there. */
    @Before
    public void openTheWay() throws IOException {
        Files.setPosixFilePermissions(folder.getRoot().toPath(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    public void convertsIntoAnEmbeddedPostgresWhileTheServerIsWrittenTo() throws Exception {
        try (Scene scene = scene()) {
            long process = scene.server.pid();
            String config = Files.readString(scene.server.configFile());
            AtomicBoolean stopped = new AtomicBoolean();
            Thread users = new Thread(() -> write(scene, stopped));
            users.start();
            ConversionReport report;
            try {
                report = rehearsal(scene, ConversionOptions.OnBadValue.REFUSE)
                        .run()
                        .orElseThrow();
            } finally {
                stopped.set(true);
                users.join();
            }
            assertTrue(report.succeeded());
            assertEquals(
                    List.of("convert-schema", "convert-check", "convert-copy-ahead", "stop", "convert-copy", "start"),
                    report.stages().stream().map(StageTimes.Took::stage).toList());
            assertTrue(report.downtimeSeconds() > 0 && report.downtimeSeconds() < report.seconds() + 60);
            long posts = report.tables().stream()
                    .filter(table -> table.table().equals("posts"))
                    .findFirst()
                    .orElseThrow()
                    .rows();
            assertEquals(rows(scene).get("Posts").size(), posts);

            JsonNode json = new ObjectMapper().readTree(reportFile(scene).toFile());
            assertEquals(RELEASE, json.get("release").asText());
            String said = scene.said.text();
            assertTrue(said, said.contains("downtime     about"));
            assertTrue(said, said.contains("posts"));
            assertFalse(said + json, (said + json).contains(scene.database.password()));
            assertUntouched(scene, process, config);
        }
    }

    @Test
    @Category(Slow.class)
    public void valuesThatPostgresDoesNotTakeAreNamedAndRepairsCounted() throws Exception {
        TestDatabase beside = TestPostgres.shared().createDatabase("beside", true);
        given = DataSource.parse(beside.dataSource());
        List<String> before = databases(beside);
        try (Scene scene = scene()) {
            scene.database.execute("UPDATE Users SET Nickname = concat('a', char(0), 'b') LIMIT 1");
            long process = scene.server.pid();
            String config = Files.readString(scene.server.configFile());
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> rehearsal(scene, ConversionOptions.OnBadValue.REFUSE)
                            .run());
            assertTrue(refused.getMessage(), refused.getMessage().contains("would fail"));
            assertTrue(refused.getMessage(), refused.getMessage().contains("Users.Nickname, 1 value"));
            assertTrue(refused.getMessage(), refused.getMessage().contains("The installation was not changed"));
            assertUntouched(scene, process, config);

            ConversionReport report =
                    rehearsal(scene, ConversionOptions.OnBadValue.REPAIR).run().orElseThrow();
            assertEquals(
                    1,
                    report.tables().stream().mapToLong(table -> table.repairs()).sum());
            assertEquals("removed", before, databases(beside));
        }
    }

    @Test
    public void anInstallationOnPostgresIsRefused() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), RELEASE)) {
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> rehearsal(scene, ConversionOptions.OnBadValue.REFUSE)
                            .run());
            assertTrue(refused.getMessage(), refused.getMessage().contains("is on PostgreSQL already"));
        }
    }

    private static void write(Scene scene, AtomicBoolean stopped) {
        while (!stopped.get()) {
            try {
                scene.database.execute("UPDATE Posts SET Message = concat(left(Message, 20), '!'), UpdateAt ="
                        + " unix_timestamp() * 1000 ORDER BY rand() LIMIT 2");
                Thread.sleep(20);
            } catch (SQLException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Map<String, List<String>> rows(Scene scene) throws SQLException {
        return TableContents.of(scene.database, scene.database.name());
    }

    private static List<String> databases(TestDatabase database) {
        try (SqlClient client = new SqlClient(DataSource.parse(database.dataSource()))) {
            return client.query(
                    "SELECT datname FROM pg_database WHERE datname LIKE ? ORDER BY 1",
                    row -> row.getString(1),
                    database.name() + "%");
        }
    }

    private void assertUntouched(Scene scene, long process, String config) throws IOException {
        assertEquals(process, scene.server.pid());
        assertTrue(scene.answers(), scene.answers().contains(RELEASE));
        assertEquals(config, Files.readString(scene.server.configFile()));
        assertFalse(Files.exists(scene.root.resolve("state")));
        try (Stream<Path> left = Files.list(scene.root.resolve("scratch"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    private ConversionRehearsal rehearsal(Scene scene, ConversionOptions.OnBadValue onBadValue) throws IOException {
        return new ConversionRehearsal(
                new RehearsalOptions(
                        null,
                        Optional.ofNullable(given),
                        false,
                        FileChoice.AUTO,
                        false,
                        Files.createDirectories(scene.root.resolve("scratch")),
                        reportFile(scene)),
                new ConversionOptions(Optional.empty(), List.of(), onBadValue, 2),
                scene.options(),
                new LocalHost(),
                scene.said,
                Clock.systemUTC(),
                RehearsalTest.binaries());
    }

    private static Path reportFile(Scene scene) {
        return scene.root.resolve("report/rehearsal.json");
    }

    private Scene scene() throws IOException {
        return new Scene(
                folder.getRoot().toPath(), RELEASE, TestMariaDb.shared().createDatabase("scene", true));
    }
}
