package io.github.mmupgrade.upgrade;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.scene.Scene;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What bad input gets: a refusal before anything was touched. One server runs through all of it. */
public class RefusalsTest {

    @ClassRule
    public static final TemporaryFolder folder = new TemporaryFolder();

    private static Scene scene;
    private static byte[] config;
    private static long pid;

    @BeforeClass
    public static void start() throws Exception {
        scene = new Scene(folder.getRoot().toPath(), "5.25.7");
        config = Files.readAllBytes(scene.server.configFile());
        pid = scene.server.pid();
    }

    @AfterClass
    public static void end() {
        scene.close();
    }

    @Before
    public void usual() {
        scene.to("5.37.10");
        scene.targetVersion = null;
        scene.installDirectory = null;
        scene.backups = scene.root.resolve("backups");
        scene.service = "process";
        scene.serviceName = null;
    }

    @After
    public void nothingWasTouched() throws Exception {
        assertTrue(scene.server.isRunning());
        assertEquals(pid, scene.server.pid());
        assertArrayEquals(config, Files.readAllBytes(scene.server.configFile()));
        assertTrue(scene.answers(), scene.answers().contains("5.25.7"));
        assertFalse(Files.exists(scene.root.resolve("opt/mattermost.previous-5.25.7")));
    }

    @Test
    public void noInstallationThere() {
        scene.installDirectory = scene.root.resolve("nowhere");
        refused("There is no installation at " + scene.root.resolve("nowhere"));
    }

    @Test
    public void aConfigurationThatIsNotJsonNamesLineAndColumnAndNoContent() throws Exception {
        Files.writeString(scene.server.configFile(), "{\n    \"SqlSettings\": {\"DataSource\": secret-word}\n}");
        try {
            String message = refused("config.json");
            assertTrue(message, message.contains("line 2"));
            assertFalse(message, message.contains("secret-word"));
        } finally {
            Files.write(scene.server.configFile(), config);
        }
    }

    @Test
    public void anUnreachableDatabaseIsNamedWithoutItsPassword() throws Exception {
        String text = new String(config, StandardCharsets.UTF_8);
        Files.writeString(
                scene.server.configFile(), text.replace("127.0.0.1:" + scene.database.port() + "/", "127.0.0.1:1/"));
        try {
            String message = refused("127.0.0.1:1/" + scene.database.name());
            assertFalse(message, message.contains(scene.database.password()));
        } finally {
            Files.write(scene.server.configFile(), config);
        }
    }

    @Test
    public void anArchiveThatIsCutShort() throws Exception {
        byte[] whole = Files.readAllBytes(Path.of(scene.archive));
        Path cut = scene.root.resolve("mattermost-team-5.37.10-linux-amd64.tar.gz");
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
        hand(cut);
        refused("is refused");
        assertFalse(Files.exists(scene.root.resolve("opt/.mattermost.next-5.37.10")));
    }

    @Test
    public void somethingThatIsNoArchive() throws Exception {
        Path text = scene.root.resolve("mattermost-team-5.38.0-linux-amd64.tar.gz");
        Files.writeString(text, "not an archive");
        hand(text);
        refused("is refused");
    }

    @Test
    public void anArchiveOfAnotherEditionThanTheInstalledOne() throws Exception {
        Path other = scene.root.resolve("mattermost-5.37.10-linux-amd64.tar.gz");
        Files.copy(Scene.archiveOf("5.37.10"), other, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        hand(other);
        refused("enterprise");
    }

    @Test
    public void anArchiveOfAnotherVersionThanSaid() {
        scene.targetVersion = "5.36.1";
        refused("contains 5.37.10, not 5.36.1");
    }

    @Test
    public void anArchiveForAnotherProcessor() throws Exception {
        Path other = scene.root.resolve("mattermost-team-5.37.10-linux-arm64.tar.gz");
        Files.copy(Scene.archiveOf("5.37.10"), other, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        hand(other);
        refused("arm64");
    }

    @Test
    public void backupsInsideTheInstallation() {
        scene.backups = scene.server.directory().resolve("backups");
        refused("is inside");
        assertFalse(Files.exists(scene.backups));
    }

    @Test
    public void aServiceThatIsNotKnown() {
        scene.service = "launchd";
        refused("There is no service kind 'launchd'");
    }

    @Test
    public void aSecondRunAtTheSameTimeNamesTheFirst() throws Exception {
        try (ExclusiveLock held = scene.place().lock(Goal.UPGRADE)) {
            String message = refused("Another run is working");
            assertTrue(message, message.contains(Long.toString(held.holder().pid())));
        }
    }

    @Test
    public void anotherNodeOfACluster() throws SQLException {
        scene.database.execute("INSERT INTO ClusterDiscovery (Id, Type, ClusterName, Hostname, GossipPort, Port,"
                + " CreateAt, LastPingAt) VALUES ('n2', 'mattermost', 'prod', 'chat-2', 8074, 8075, 0, "
                + System.currentTimeMillis() + ")");
        try {
            refused("chat-2");
        } finally {
            scene.database.execute("DELETE FROM ClusterDiscovery");
        }
    }

    @Test
    public void aProcessAndAServiceThatDisagreeAboutTheDatabase() throws Exception {
        Path environment = scene.root.resolve("environment");
        Files.writeString(environment, "MM_SQLSETTINGS_DATASOURCE=postgres://other:secret-word@127.0.0.1:5432/other\n");
        scene.environmentFile = environment;
        try {
            String message = refused("differ in SqlSettings.DataSource");
            assertFalse(message, message.contains("secret-word"));
        } finally {
            scene.environmentFile = null;
        }
    }

    private static void hand(Path archive) {
        scene.archive = archive.toString();
        scene.sha256 = Scene.sumOf(archive);
    }

    private static String refused(String expected) {
        RefusedException e =
                assertThrows(RefusedException.class, () -> scene.goals().upgrade());
        assertTrue(e.getMessage(), e.getMessage().contains(expected));
        assertFalse(e.hint().text().isBlank());
        return e.getMessage();
    }
}
