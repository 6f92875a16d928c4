package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A cluster is upgraded by one command, in the order that the rules allow, and goes back by one. */
public class ClusterUpgradeTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** The last report of the whole cluster, whose links lead to those of the nodes. */
    private static String page(ClusterScene cluster) throws IOException {
        String page = Files.readString(
                Path.of(cluster.said.result().path("reportFile").asText()));
        for (String name : List.of("node1", "node2", "node3")) {
            Path own = Path.of(cluster.said
                    .result()
                    .path("nodes")
                    .path(name)
                    .path("reportFile")
                    .asText());
            assertTrue(own.toString(), Files.exists(own));
            assertTrue(page, page.contains("href=\"" + own.toUri() + "\""));
        }
        return page;
    }

    @Test
    public void patchesAreInstalledOneNodeAfterTheOther() throws Exception {
        try (ClusterScene cluster = new ClusterScene(folder.getRoot().toPath().toRealPath(), "5.37.9").to("5.37.10")) {
            Map<String, String> before = cluster.scene.contents();
            cluster.upgrade();
            assertEquals(List.of("5.37.10", "5.37.10", "5.37.10"), cluster.answers());
            assertEquals(before, cluster.scene.contents());
            assertEquals(
                    List.of(
                            "drain node1",
                            "cut node1",
                            "enable node1",
                            "drain node2",
                            "cut node2",
                            "enable node2",
                            "drain node3",
                            "cut node3",
                            "enable node3"),
                    cluster.proxy.told);
            assertEquals(Map.of("node1", "ready", "node2", "ready", "node3", "ready"), cluster.proxy.states);
            assertTrue(cluster.said.text(), cluster.said.text().contains("Order: rolling"));
            assertFalse("saved by the first node", cluster.said.text().contains("are not in this backup"));
            String page = page(cluster);
            assertTrue(page, page.contains("<dt>Without service</dt>\n<dd>0 s</dd>"));
            assertTrue(page, page.contains("Upgrade of a cluster to Mattermost 5.37.10: Succeeded"));

            cluster.upgrade();
            assertTrue(cluster.said.text(), cluster.said.text().contains("All nodes run the release that is wanted"));

            cluster.rollback(false);
            assertEquals(List.of("5.37.9", "5.37.9", "5.37.9"), cluster.answers());
            assertEquals(before, cluster.scene.contents());
        }
    }

    @Test
    public void aNewSchemaStopsAllNodesAndTheFirstMigrates() throws Exception {
        try (ClusterScene cluster = new ClusterScene(folder.getRoot().toPath().toRealPath(), "5.25.7").to("5.37.10")) {
            cluster.proxy.states.put("node3", "maint");
            Map<String, String> before = cluster.scene.contents();
            String schema = cluster.scene.schema();
            cluster.upgrade();
            assertEquals(List.of("5.37.10", "5.37.10", "5.37.10"), cluster.answers());
            assertEquals(before, cluster.scene.contents());
            assertEquals("as it was found", "maint", cluster.proxy.states.get("node3"));
            assertEquals("ready", cluster.proxy.states.get("node2"));
            assertFalse("the first one serves to the end", cluster.proxy.told.contains("drain node1"));
            String page = page(cluster);
            assertFalse(page, page.contains("<dt>Without service</dt>\n<dd>0 s</dd>"));
            assertTrue(page, page.contains("While the server was down"));

            cluster.rollback(false);
            assertEquals(List.of("5.25.7", "5.25.7", "5.25.7"), cluster.answers());
            assertEquals(schema, cluster.scene.schema());
            assertEquals(before, cluster.scene.contents());
        }
    }
}
