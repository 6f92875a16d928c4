package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.ClusterPart.Order;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.Slow;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** What is wrong with a cluster is named before anything is changed. */
public class ClusterRefusalsTest {

    @ClassRule
    public static final TemporaryFolder FOLDER = new TemporaryFolder();

    private static ClusterScene cluster;

    @BeforeClass
    public static void begin() throws Exception {
        cluster = new ClusterScene(FOLDER.getRoot().toPath().toRealPath(), "5.37.9");
    }

    @AfterClass
    public static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Before
    public void asBefore() {
        cluster.to("5.37.10");
        cluster.proxy.failing = "";
        cluster.leaveOut = List.of();
    }

    private static String refusal() {
        RefusedException refused = assertThrows(RefusedException.class, cluster::upgrade);
        assertEquals(List.of("5.37.9", "5.37.9", "5.37.9"), cluster.answers());
        return refused.getMessage() + " " + refused.hint();
    }

    @Test
    public void aNodeThatCannotBeReached() {
        cluster.node(3).unreachable = new RefusedException("no route to node3", Hint.of("Check it."));
        String text = refusal();
        assertTrue(text, text.contains("node3: no route to node3"));
        assertTrue(text, text.contains("mattermost.cluster.leaveOut=node3"));
    }

    @Test
    public void aNodeWithAnotherConfiguration() {
        cluster.node(2).server.stop();
        cluster.node(2)
                .server
                .set("SqlSettings.MaxOpenConns", 7)
                .set("EmailSettings.SMTPPassword", "of my own")
                .start();
        try {
            String text = refusal();
            assertTrue(text, text.contains("SqlSettings.MaxOpenConns: node1, node3 300; node2 7"));
            assertTrue(text, text.contains("EmailSettings.SMTPPassword: node1, node3 \"\"; node2 ***"));
            assertFalse(text, text.contains("of my own"));

            cluster.run(Goal.STATUS);
            String status = cluster.said.text();
            assertTrue(status, status.contains("SqlSettings.MaxOpenConns: node1, node3 300; node2 7"));
            assertFalse(status, status.contains("of my own"));
        } finally {
            cluster.node(2).server.stop();
            cluster.node(2)
                    .server
                    .set("SqlSettings.MaxOpenConns", 300)
                    .set("EmailSettings.SMTPPassword", "")
                    .start();
        }
    }

    @Test
    public void clocksThatAreApart() {
        cluster.node(2).clockOffset = Duration.ofSeconds(90);
        String text = refusal();
        // as far apart as is certain, with how long the questions took
        assertTrue(text, text.matches("(?s)The clock of node2 is [5-9]\\d\\.\\d s ahead of that of node[13]\\..*"));
    }

    @Test
    public void aFileStoreOfItsOwn() throws Exception {
        cluster.node(3).server.stop();
        String shared = cluster.node(3).server.setting("FileSettings.Directory").asText();
        cluster.node(3).server.set("FileSettings.Directory", "./data/").start();
        try {
            String text = refusal();
            assertTrue(
                    text, text.contains("The nodes do not share one file store: node1 " + shared.replaceAll("/$", "")));
        } finally {
            cluster.node(3).server.stop();
            cluster.node(3).server.set("FileSettings.Directory", shared).start();
        }
    }

    @Test
    @Category(Slow.class)
    public void aProxyCommandThatFails() {
        cluster.proxy.failing = "state node2";
        assertTrue(refusal().contains("no such server: node2"));
        cluster.proxy.failing = "drain node1";
        String text = refusal();
        assertTrue(text, text.contains("mattermost.cluster.drainCommand failed on the proxy for node1"));
        assertTrue(text, text.contains("node1 was not stopped. It has its requests again."));
        assertEquals("ready", cluster.proxy.states.getOrDefault("node1", "ready"));
    }

    @Test
    public void aProxyCommandThatFailsForTheSecondNodeLeavesNoneOut() {
        cluster.order = Order.TOGETHER;
        cluster.proxy.failing = "drain node3";
        try {
            String text = refusal();
            assertTrue(text, text.contains("node3 was not stopped. It has its requests again."));
            assertEquals("ready", cluster.proxy.states.get("node2"));
        } finally {
            cluster.order = null;
        }
    }

    @Test
    public void anOrderThatTheRulesForbid() {
        cluster.to("6.3.10");
        cluster.order = Order.ROLLING;
        try {
            String text = refusal();
            assertTrue(text, text.contains("more than one minor release apart"));
        } finally {
            cluster.order = null;
        }
    }

    @Test
    public void whatWorksOnOneServerAlone() {
        RefusedException refused = assertThrows(RefusedException.class, () -> cluster.run(Goal.MIGRATE));
        assertTrue(refused.hint().text(), refused.hint().text().contains("mattermost.host"));
    }

    @Test
    public void aSecondCallerWaitsForTheFirstAndIsToldWhoItIs() throws Exception {
        LocalNode first = cluster.node(1);
        LocalNode other = new LocalNode("node1", first.server, first.options);
        assertTrue(other.lock().isEmpty());
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> cluster.run(Goal.STOP));
        try {
            while (!cluster.said.text().contains("Another caller works on the cluster: the test")) {
                assertFalse("it did not wait", second.isDone());
                Thread.sleep(50);
            }
            assertEquals(List.of("5.37.9", "5.37.9", "5.37.9"), cluster.answers());
        } finally {
            other.close();
        }
        second.get(60, TimeUnit.SECONDS);
        assertEquals(List.of("nothing", "nothing", "nothing"), cluster.answers());
        cluster.run(Goal.START);
        assertEquals(List.of("5.37.9", "5.37.9", "5.37.9"), cluster.answers());
    }
}
