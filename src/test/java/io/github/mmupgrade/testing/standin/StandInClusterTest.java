package io.github.mmupgrade.testing.standin;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;

public class StandInClusterTest {

    @Rule
    public final StandIns standIns = new StandIns();

    /** An installation of the enterprise edition, told to be a node. */
    private StandInInstallation node(String name, String version) {
        return standIns.add(StandInInstallation.create(
                        StandInArchives.enterprise(version), standIns.path(name), standIns.database()))
                .set("ClusterSettings.Enable", true)
                .set("ClusterSettings.ClusterName", "main")
                .set("ClusterSettings.OverrideHostname", name);
    }

    @Test
    public void aNodeIsListedWhileItRunsAndHoldsWebsockets() throws Exception {
        StandInInstallation node = node("chat1", "5.37.0").start();
        assertTrue(node.answeredVersion(), node.answeredVersion().endsWith(".true"));
        assertEquals("chat1", standIns.value("SELECT Hostname FROM ClusterDiscovery WHERE ClusterName = 'main'"));
        assertEquals(
                "chat1",
                node.client()
                        .get("/api/v4/system/ping")
                        .headers()
                        .firstValue("X-Node")
                        .orElseThrow());

        CompletableFuture<Integer> closed = new CompletableFuture<>();
        HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create(node.address().replace("http", "ws") + "/api/v4/websocket"),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
                                closed.complete(status);
                                return null;
                            }
                        })
                .get(10, TimeUnit.SECONDS);
        Thread.sleep(200);
        assertFalse(closed.isDone());
        node.stop();
        assertEquals("without a word", 1006, (int) closed.get(10, TimeUnit.SECONDS));
        assertEquals(0, standIns.count("ClusterDiscovery"));
    }

    @Test
    public void aNodeThatIsKilledStaysListed() {
        StandInInstallation node = node("chat1", "5.37.0").start();
        ProcessHandle.of(node.pid()).orElseThrow().destroyForcibly();
        node.awaitEnd();
        assertEquals(1, standIns.count("ClusterDiscovery"));
        node.start();
        assertEquals("it forgets only what is older", 2, standIns.count("ClusterDiscovery"));
    }

    @Test
    public void aNodeWaitsForTheOneThatMigrates() {
        StandInInstallation node = node("chat1", "9.5.0");
        standIns.execute(
                "CREATE TABLE db_lock (Id varchar(64) PRIMARY KEY, ExpireAt bigint)",
                "INSERT INTO db_lock VALUES ('mm-lock-key', " + (System.currentTimeMillis() / 1000 + 5) + ")");
        node.start();
        assertTrue(node.console(), node.console().contains("Another node migrates the database"));
        assertEquals(0, standIns.count("db_lock"));
    }
}
