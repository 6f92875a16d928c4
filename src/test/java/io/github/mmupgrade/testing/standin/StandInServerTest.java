package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.host.Owner;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;

/** A running stand-in answers, stores and stops as real servers do. */
public class StandInServerTest {

    @Rule
    public final StandIns standIns = StandIns.withMd5();

    @Test
    public void servesPingVersionAndStopsWithStatus0() {
        StandInInstallation installation = standIns.install("5.25.6").start();
        HttpResponse<String> ping = installation.client().get("/api/v4/system/ping");
        assertEquals(200, ping.statusCode());
        assertTrue(ping.body(), ping.body().contains("\"status\":\"OK\""));
        assertTrue(
                installation.answeredVersion(),
                installation.answeredVersion().matches("5\\.25\\.0\\.5\\.25\\.6\\.[0-9a-f]{40}\\.false"));
        HttpResponse<String> properties = installation.client().get("/api/v4/config/client?format=old");
        assertTrue(properties.body(), properties.body().contains("\"BuildNumber\":\"5.25.6\""));
        assertEquals(0, installation.stop());
    }

    @Test
    public void storesWhatUsersWrite() throws IOException {
        StandInInstallation installation = standIns.install("10.11.4").start();
        SampleData data = installation.seed();
        assertEquals(SampleData.POSTS, standIns.count("Posts"));
        assertEquals(SampleData.FILES, standIns.count("FileInfo"));
        assertEquals(SampleData.USERS, standIns.count("Users"));
        assertEquals(SampleData.TEAMS, standIns.count("Teams"));
        data.messages()
                .forEach((id, text) ->
                        assertEquals(text, standIns.value("SELECT Message FROM Posts WHERE Id = '" + id + "'")));
        assertEquals(
                SampleData.FILES,
                filesBelow(installation.directory().resolve("data")).size());
    }

    @Test
    public void release13HasNeitherPingNorFileInfo() throws IOException {
        StandInInstallation installation = standIns.install("1.3.0").start();
        assertTrue(
                installation.answeredVersion(), installation.answeredVersion().matches("1\\.3\\.0\\.\\d{10}"));
        assertEquals(404, installation.client().get("/api/v4/system/ping").statusCode());
        assertTrue(
                installation.client().get("/api/v1/admin/client_props").body().contains("\"BuildNumber\":\"1.3.0\""));
        installation.seed();
        assertEquals(200, installation.client().get("/" + SampleData.TEAM).statusCode());
        assertEquals(307, installation.client().get("/no-such-team").statusCode());
        assertEquals("0", standIns.value("SELECT count(*) FROM pg_tables WHERE tablename = 'fileinfo'"));
        assertEquals(
                SampleData.FILES,
                filesBelow(installation.directory().resolve("data")).size());
        assertEquals(0, installation.stop());
    }

    @Test
    public void release5AnswersAnyPathWithTheClient() throws IOException {
        StandInInstallation installation = standIns.install("5.37.0").start();
        String root = Files.readString(installation.directory().resolve("client/root.html"));
        HttpResponse<String> answer = installation.client().get("/no-such-team");
        assertEquals(200, answer.statusCode());
        assertEquals(root, answer.body());
        String script = root.replaceFirst("(?s).*src=\"([^\"]*)\".*", "$1");
        assertEquals(200, installation.client().get(script).statusCode());
        assertEquals(404, installation.client().get("/static/none.js").statusCode());
    }

    @Test
    public void newServerMigratesBeforeItFailsToBind() {
        StandInInstallation old = standIns.install("5.25.6").start();
        StandInInstallation next =
                standIns.install("5.36.0").set("ServiceSettings.ListenAddress", "127.0.0.1:" + old.port());
        int status = next.launch().awaitEnd();
        assertTrue("exit status " + status, status == 1 || status == 2);
        assertTrue(next.console(), next.console().contains("bind: "));
        assertEquals("5.36.0", standIns.schema());
        assertEquals(200, old.client().get("/api/v4/system/ping").statusCode());
        assertTrue(old.answeredVersion(), old.answeredVersion().contains("5.25.6"));
    }

    @Test
    public void makesItsDirectoriesAndUpdatesPlugins() throws IOException {
        StandInInstallation installation = standIns.install("5.25.6").start();
        Path directory = installation.directory();
        for (String made : List.of("data", "plugins", "client/plugins")) {
            assertTrue(made, Files.isDirectory(directory.resolve(made)));
        }
        assertTrue(Files.size(directory.resolve("logs/mattermost.log")) > 0);
        Path plugin = directory.resolve("plugins/com.mattermost.nps/plugin.json");
        assertTrue(Files.readString(plugin).contains("\"1.25.0\""));
        installation.stop();
        StandInInstallation next = standIns.install("5.37.0");
        next.set("PluginSettings.Directory", directory.resolve("plugins").toString())
                .start();
        assertTrue(Files.readString(plugin).contains("\"1.37.0\""));
    }

    @Test
    public void writesAsTheUserWhoRunsIt() throws IOException {
        StandInInstallation installation = standIns.add(StandInInstallation.create(
                StandInArchives.team("5.37.0"),
                standIns.path("mattermost"),
                standIns.database(),
                new Owner(65534, 65534)));
        installation.start();
        assertEquals(65534, Files.getAttribute(installation.directory().resolve("logs/mattermost.log"), "unix:uid"));
        assertEquals(65534, Files.getAttribute(Path.of("/proc/" + installation.pid()), "unix:uid"));
    }

    @Test
    public void filesAreWrittenInPlace() throws IOException {
        StandInInstallation installation = standIns.install("5.37.0").start();
        installation.seed();
        String log = Files.readString(installation.directory().resolve("logs/mattermost.log"));
        assertTrue(log, log.contains("Server is listening on "));
        assertFalse(filesBelow(installation.directory().resolve("data")).stream()
                .anyMatch(f -> f.toString().contains(".tmp")));
    }

    @Test
    public void servesBelowThePathOfItsSite() throws IOException {
        StandInInstallation installation =
                standIns.install("5.37.0").set("ServiceSettings.SiteURL", "http://127.0.0.1/chat/");
        Path root = installation.directory().resolve("client/root.html");
        String shipped = Files.readString(root);
        installation.start();
        StandInClient client = installation.client();
        assertEquals(200, client.get("/chat/api/v4/system/ping").statusCode());
        assertEquals(302, client.get("/api/v4/system/ping").statusCode());
        assertNotEquals("the server adapts its client's page", shipped, Files.readString(root));
        assertTrue(client.get("/chat/acme").body().contains("\"/chat/static/main."));
    }

    @Test
    public void backgroundMigrationGoesOnAfterTheServerAnswers() {
        standIns.install("5.37.0").misbehave("* background-migration 300").start();
        assertEquals("in_progress", standIns.value("SELECT Status FROM Jobs WHERE Type = 'migrations'"));
    }

    private static List<Path> filesBelow(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            return tree.filter(Files::isRegularFile).toList();
        }
    }
}
