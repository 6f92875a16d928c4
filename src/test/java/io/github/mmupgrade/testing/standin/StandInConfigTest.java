package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.testing.Slow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;

/** config.json is rewritten as real servers rewrite it. */
@Category(Slow.class)
public class StandInConfigTest {

    private static final Owner NOBODY = new Owner(65534, 65534);

    @Rule
    public final StandIns standIns = StandIns.withMd5();

    @Test
    public void release1LeavesConfigAloneAtTheStart() throws IOException {
        StandInInstallation installation = standIns.install("1.3.0");
        installation.file("config/config.json", handEdited(installation));
        byte[] before = Files.readAllBytes(installation.configFile());
        installation.start();
        assertArrayEquals(before, Files.readAllBytes(installation.configFile()));
    }

    @Test
    public void savingInTheConsoleFillsInAndWritesAsGoDoes() throws IOException {
        StandInInstallation installation = standIns.install("1.4.0").start();
        SampleData data = installation.seed();
        ObjectNode wanted = installation.settings();
        ((ObjectNode) wanted.path("TeamSettings")).put("SiteName", "A & B").remove("MaxUsersPerTeam");
        data.administrator().saveConfiguration(wanted.toString());
        String written = Files.readString(installation.configFile());
        assertTrue(written, written.contains("        \"SiteName\": \"A \\u0026 B\","));
        assertTrue(written, written.contains("        \"MaxUsersPerTeam\": 50,"));
        assertTrue("no newline at the end", written.endsWith("\n}"));
    }

    @Test
    public void release59WritesOnlyWhereASaltIsMissing() throws IOException {
        StandInInstallation installation = standIns.install("5.9.8")
                .set("SqlSettings.AtRestEncryptKey", "a")
                .set("FileSettings.PublicLinkSalt", "b")
                .set("EmailSettings.InviteSalt", "c")
                .set("Unknown.Setting", true);
        byte[] before = Files.readAllBytes(installation.configFile());
        installation.start().stop();
        assertArrayEquals(before, Files.readAllBytes(installation.configFile()));

        installation.set("EmailSettings.InviteSalt", "").start();
        assertEquals(
                32, installation.setting("EmailSettings.InviteSalt").asText().length());
        assertEquals("a", installation.setting("SqlSettings.AtRestEncryptKey").asText());
    }

    @Test
    public void release518FillsInConvertsAndDropsOnceOnly() throws IOException {
        StandInInstallation installation = standIns.install("5.9.8")
                .set("TeamSettings.MaxNotificationsPerChannel", 1000)
                .set("EmailSettings.SMTPPort", "")
                .set("Unknown.Setting", true)
                .set("LogSettings.EnableDiagnostics", false)
                .set("TeamSettings.SiteName", "Gr\u00fc\u00dfe & <Co>");
        assertTrue(installation.setting("TimezoneSettings").isObject());
        standIns.replaceProgram(installation, "5.18.0");
        installation.start().stop();

        assertEquals(
                1_000_000,
                installation.setting("TeamSettings.MaxNotificationsPerChannel").asInt());
        assertEquals("10025", installation.setting("EmailSettings.SMTPPort").asText());
        assertTrue(installation.setting("EmailSettings.InviteSalt").isMissingNode());
        assertTrue(installation.setting("TimezoneSettings").isMissingNode());
        assertTrue(installation.setting("Unknown").isMissingNode());
        assertEquals(
                3, installation.setting("ServiceSettings.MinimumHashtagLength").asInt());
        assertFalse(installation
                .setting("PluginSettings.PluginStates")
                .path("com.mattermost.nps")
                .path("Enable")
                .asBoolean(true));
        byte[] first = Files.readAllBytes(installation.configFile());
        assertTrue(new String(first, StandardCharsets.UTF_8).contains("\"Gr\u00fc\u00dfe \\u0026 \\u003cCo\\u003e\""));

        installation.start().stop();
        assertArrayEquals(first, Files.readAllBytes(installation.configFile()));
    }

    @Test
    public void defaultsOfAnUpdatedFileAreNotThoseOfTheArchive() {
        StandInInstallation installation =
                standIns.install("5.9.8").set("ServiceSettings.SiteURL", "https://chat.example.com");
        standIns.replaceProgram(installation, "5.37.0");
        installation.start();
        assertFalse(installation
                .setting("ServiceSettings.ExtendSessionLengthWithActivity")
                .asBoolean(true));
        assertEquals(
                2, installation.setting("ServiceSettings.TrustedProxyIPHeader").size());
        StandInInstallation fresh = standIns.install("5.37.0");
        assertTrue(
                fresh.setting("ServiceSettings.ExtendSessionLengthWithActivity").asBoolean());
        assertEquals(0, fresh.setting("ServiceSettings.TrustedProxyIPHeader").size());
    }

    @Test
    public void release7TurnsDaysIntoHours() {
        StandInInstallation installation = standIns.install("5.37.0").set("ServiceSettings.SessionLengthWebInDays", 7);
        standIns.replaceProgram(installation, "7.8.0");
        installation.start();
        assertEquals(
                168,
                installation.setting("ServiceSettings.SessionLengthWebInHours").asInt());
        assertTrue(
                installation.setting("ServiceSettings.SessionLengthWebInDays").isMissingNode());
    }

    @Test
    public void writesInPlaceThroughALink() throws IOException {
        StandInInstallation installation = standIns.install("5.37.0");
        Path real = standIns.path("real-config.json");
        Files.move(installation.configFile(), real);
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(installation.configFile(), real);
        Object inode = Files.getAttribute(real, "unix:ino");
        installation.start();
        assertTrue(Files.isSymbolicLink(installation.configFile()));
        assertEquals(inode, Files.getAttribute(real, "unix:ino"));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
        assertEquals(
                32,
                installation.setting("SqlSettings.AtRestEncryptKey").asText().length());
    }

    @Test
    public void release525StartsOnAFileThatItCannotWrite() throws IOException {
        StandInInstallation installation = ownedByNobody("5.25.6");
        byte[] before = Files.readAllBytes(installation.configFile());
        installation.start();
        assertTrue(installation.console(), installation.console().contains("Failed to save config"));
        assertArrayEquals(before, Files.readAllBytes(installation.configFile()));
    }

    @Test
    public void release537RefusesToStartOnAFileThatItCannotWrite() throws IOException {
        StandInInstallation installation = ownedByNobody("5.37.0");
        assertEquals(1, installation.launch().awaitEnd());
        assertTrue(installation.console(), installation.console().contains("permission denied"));
    }

    @Test
    public void environmentOverridesTheFileAndIsNeverWritten() {
        StandInInstallation installation = standIns.install("5.37.0")
                .environment("MM_TEAMSETTINGS_SITENAME", "From the environment")
                .environment("MM_SERVICESETTINGS_ENABLELATEX", "no boolean");
        installation.start();
        String properties =
                installation.client().get("/api/v4/config/client?format=old").body();
        assertTrue(properties, properties.contains("\"SiteName\":\"From the environment\""));
        assertEquals("Mattermost", installation.setting("TeamSettings.SiteName").asText());
    }

    @Test
    public void configurationLivesInTheDatabaseWhenItIsNamedSo() {
        StandInInstallation installation = standIns.install("5.37.0");
        installation.environment("MM_CONFIG", standIns.database().dataSource());
        installation.environment("MM_SERVICESETTINGS_LISTENADDRESS", "127.0.0.1:" + installation.port());
        installation.environment("MM_SQLSETTINGS_DRIVERNAME", "postgres");
        installation.environment(
                "MM_SQLSETTINGS_DATASOURCE", standIns.database().dataSource());
        installation.start().stop();
        assertEquals("1", standIns.value("SELECT count(*) FROM Configurations WHERE Active"));
        assertEquals("0", standIns.value("SELECT count(*) FROM Configurations WHERE NOT Active"));
        long rows = standIns.count("Configurations");

        standIns.execute("UPDATE Configurations SET Value = replace(Value, '10025', '')");
        installation.start().stop();
        assertEquals(rows + 1, standIns.count("Configurations"));
        assertEquals("1", standIns.value("SELECT count(*) FROM Configurations WHERE Active"));
        assertEquals(Long.toString(rows), standIns.value("SELECT count(*) FROM Configurations WHERE Active IS NULL"));
        assertEquals("", installation.setting("SqlSettings.AtRestEncryptKey").asText());
    }

    /** An installation of a user without rights, whose config.json is somebody else's. */
    private StandInInstallation ownedByNobody(String version) throws IOException {
        StandInInstallation installation = standIns.add(StandInInstallation.create(
                StandInArchives.team(version), standIns.path("mattermost"), standIns.database(), NOBODY));
        Files.setAttribute(installation.configFile(), "unix:uid", 0);
        Files.setPosixFilePermissions(installation.configFile(), PosixFilePermissions.fromString("rw-r--r--"));
        return installation;
    }

    /** An installation's settings with the spaces and lines of a person. */
    private static String handEdited(StandInInstallation installation) {
        return installation.settings().toString().replace("{", "{\n").replace(",\"", " ,\n\t\"");
    }
}
