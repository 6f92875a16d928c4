package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.ClusterPart.Pause;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.Slow;
import io.github.mmupgrade.testing.standin.SampleData;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

/** When a node fails, or the caller goes away, the servers are as the message says, and the next call goes on. */
public class ClusterFailuresTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** The caller is gone. */
    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private Path root() throws IOException {
        return folder.getRoot().toPath().toRealPath();
    }

    @Test
    @Category(Slow.class)
    public void aNodeThatDoesNotComeUpIsPutBackAloneWhileTheOthersServe() throws Exception {
        try (ClusterScene cluster = new ClusterScene(root(), "5.37.9").to("5.37.10")) {
            cluster.node(2).server.misbehave("5.37.10 fail-start");
            StageFailedException failed = assertThrows(StageFailedException.class, cluster::upgrade);
            assertTrue(
                    failed.getMessage(), failed.getMessage().contains("node2 runs 5.37.9 and has its requests again."));
            assertEquals(List.of("5.37.10", "5.37.9", "5.37.9"), cluster.answers());
            assertEquals("ready", cluster.proxy.states.get("node2"));
            assertNull("never touched", cluster.proxy.states.get("node3"));

            cluster.node(2).server.misbehave();
            cluster.upgrade();
            assertEquals(List.of("5.37.10", "5.37.10", "5.37.10"), cluster.answers());
        }
    }

    @Test
    public void whenTheFirstFailsToMigrateAllHaveTheOldReleaseAgain() throws Exception {
        try (ClusterScene cluster = new ClusterScene(root(), "5.25.7").to("5.37.10")) {
            Map<String, String> before = cluster.scene.contents();
            cluster.node(1).server.misbehave("5.37 fail-migration");
            List<String> kept = new ArrayList<>();
            cluster.node(1).before = goal -> {
                if (goal.goal() == Goal.UPGRADE && goal.options().cluster().pause() == Pause.BEFORE_FINISH) {
                    kept.add(cluster.node(2).inspect("what keeps it?").kept());
                }
            };
            StageFailedException failed = assertThrows(StageFailedException.class, cluster::upgrade);
            assertTrue(failed.getMessage(), failed.getMessage().contains("All nodes run the old release again."));
            assertEquals(List.of("5.25.7", "5.25.7", "5.25.7"), cluster.answers());
            assertEquals(before, cluster.scene.contents());
            assertEquals("ready", cluster.proxy.states.get("node2"));
            assertEquals("ready", cluster.proxy.states.get("node3"));
            assertTrue(kept.toString(), kept.get(0).startsWith("It waits until node1 has migrated the database"));
            assertTrue("no init reads a file", kept.get(0).contains("Only this plugin heeds that"));
            assertNull(cluster.node(2).inspect("what keeps it?").kept());
        }
    }

    @Test
    @Category(Slow.class)
    public void whenAnotherFailsToStartAllGoBackUnlessUsersHaveWritten() throws Exception {
        try (ClusterScene cluster = new ClusterScene(root(), "5.25.7").to("5.37.10")) {
            Map<String, String> before = cluster.scene.contents();
            cluster.node(3).server.misbehave("5.37 fail-start");
            StageFailedException failed = assertThrows(StageFailedException.class, cluster::upgrade);
            assertTrue(failed.getMessage(), failed.getMessage().contains("All nodes run the old release again."));
            assertEquals(List.of("5.25.7", "5.25.7", "5.25.7"), cluster.answers());
            assertEquals(before, cluster.scene.contents());

            cluster.node(3).before = goal -> {
                if (goal.goal() == Goal.UPGRADE && goal.options().cluster().pause() == Pause.BEFORE_FINISH) {
                    write(cluster);
                }
            };
            failed = assertThrows(StageFailedException.class, cluster::upgrade);
            assertTrue(failed.getMessage(), failed.getMessage().contains("node3 is stopped and out of the proxies."));
            assertEquals(List.of("5.37.10", "5.37.10", "nothing"), cluster.answers());
            assertEquals("maint", cluster.proxy.states.get("node3"));

            Goals alone = new Goals(cluster.node(3).options, new LocalHost(), cluster.said, Clock.systemUTC());
            failed = assertThrows(StageFailedException.class, alone::start);
            assertTrue(failed.getMessage(), failed.getMessage().contains("this node cannot go back by itself"));
            assertThrows(ProblemException.class, alone::verify);
            assertEquals(List.of("5.37.10", "5.37.10", "nothing"), cluster.answers());

            cluster.node(3).before = goal -> {};
            cluster.node(3).server.misbehave();
            cluster.upgrade();
            assertEquals(List.of("5.37.10", "5.37.10", "5.37.10"), cluster.answers());
            assertEquals("ready", cluster.proxy.states.get("node3"));
        }
    }

    @Test
    @Category(Slow.class)
    public void aCallerThatGoesAwayAnywhereCostsNothing() throws Exception {
        try (ClusterScene cluster = new ClusterScene(root(), "5.25.7").to("5.37.10")) {
            Map<String, String> before = cluster.scene.contents();
            int[] calls = {0};
            int killed = 0;
            for (int kill = 1; ; kill++) {
                int last = kill;
                calls[0] = 0;
                cluster.nodes.forEach(node -> node.before = goal -> {
                    synchronized (calls) {
                        if (++calls[0] == last) {
                            throw new Gone();
                        }
                    }
                });
                try {
                    cluster.upgrade();
                    break;
                } catch (Gone e) {
                    killed++;
                } catch (ProblemException e) {
                    throw new AssertionError("after " + killed + " kills", e);
                }
            }
            assertTrue("killed " + killed, killed > 5);
            assertEquals(List.of("5.37.10", "5.37.10", "5.37.10"), cluster.answers());
            assertEquals(before, cluster.scene.contents());
            assertEquals(Map.of("node1", "ready", "node2", "ready", "node3", "ready"), states(cluster));
        }
    }

    @Test
    @Category(Slow.class)
    public void aRollbackWhoseCallerGoesAwayBeforeANodeHasItsRequestsGivesThemBack() throws Exception {
        try (ClusterScene cluster = new ClusterScene(root(), "5.37.9").to("5.37.10")) {
            cluster.upgrade();
            cluster.proxy.before = () -> {
                if (cluster.answers().get(2).equals("5.37.9") && cluster.proxy.told.contains("drain node3")) {
                    throw new Gone();
                }
            };
            assertThrows(Gone.class, () -> cluster.rollback(false));
            assertEquals("maint", cluster.proxy.states.get("node3"));
            cluster.proxy.before = () -> {};
            cluster.rollback(false);
            assertEquals(List.of("5.37.9", "5.37.9", "5.37.9"), cluster.answers());
            assertEquals(Map.of("node1", "ready", "node2", "ready", "node3", "ready"), states(cluster));
        }
    }

    @Test
    @Category(Slow.class)
    public void aNodeThatWasLeftOutDoesNotStartWithItsOldReleaseAndIsUpgradedWhenItIsBack() throws Exception {
        try (ClusterScene cluster = new ClusterScene(root(), "5.25.7").to("5.37.10")) {
            cluster.node(3).server.stop();
            cluster.leaveOut = List.of("node3");
            cluster.upgrade();
            assertEquals(List.of("5.37.10", "5.37.10", "nothing"), cluster.answers());
            assertTrue(cluster.said.text(), cluster.said.text().contains("Left out: node3."));

            cluster.leaveOut = List.of();
            cluster.run(Goal.STATUS);
            assertTrue(
                    cluster.said.text(),
                    cluster.said.text().contains("Its server must not start before it is upgraded. Nothing keeps it"));

            cluster.node(3).before = goal -> {
                if (goal.goal() == Goal.UPGRADE) {
                    throw new RefusedException("no room", Hint.of("Make room."));
                }
            };
            assertThrows(ProblemException.class, cluster::upgrade);
            cluster.node(3).before = goal -> {};
            ProblemException refused = assertThrows(ProblemException.class, () -> cluster.run(Goal.START));
            assertTrue(refused.getMessage(), refused.getMessage().contains("node3: This node was left out"));
            cluster.upgrade();
            assertEquals(List.of("5.37.10", "5.37.10", "5.37.10"), cluster.answers());
        }
    }

    @Test
    @Category(Slow.class)
    public void noNodeOfAnUpgradeOfAllGoesBackByItselfOrWithoutTheFirst() throws Exception {
        try (ClusterScene cluster = new ClusterScene(root(), "5.25.7").to("5.37.10")) {
            cluster.upgrade();
            RefusedException refused = assertThrows(RefusedException.class, () -> new Goals(
                            cluster.node(2).options, new LocalHost(), cluster.said, Clock.systemUTC())
                    .rollback(null, true));
            assertTrue(refused.getMessage(), refused.getMessage().contains("this node cannot go back by itself"));

            cluster.node(1).unreachable = new RefusedException("no route", Hint.of("Check it."));
            cluster.leaveOut = List.of("node1");
            refused = assertThrows(RefusedException.class, () -> cluster.rollback(true));
            assertTrue(refused.getMessage(), refused.getMessage().contains("node1 cannot be asked"));
            assertEquals(List.of("5.37.10", "5.37.10", "5.37.10"), cluster.answers());

            cluster.node(1).unreachable = null;
            cluster.leaveOut = List.of();
            cluster.rollback(true);
            assertEquals(List.of("5.25.7", "5.25.7", "5.25.7"), cluster.answers());
        }
    }

    private static void write(ClusterScene cluster) {
        SampleData sample = cluster.scene.sample;
        sample.administrator().createPost(sample.channelId(), "written to the first one");
    }

    private static Map<String, String> states(ClusterScene cluster) {
        return Map.of(
                "node1", cluster.proxy.states.getOrDefault("node1", "ready"),
                "node2", cluster.proxy.states.getOrDefault("node2", "ready"),
                "node3", cluster.proxy.states.getOrDefault("node3", "ready"));
    }
}
