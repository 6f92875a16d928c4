package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.scene.FaultCount;
import io.github.mmupgrade.testing.scene.UpgradeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Kills the caller of upgrades of a cluster, and goals that are at work on its nodes; then one command has to end it. */
final class ClusterKillRun implements AutoCloseable {

    private static final int MOST_TRIES = 3;

    /** The caller is gone. */
    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final ClusterScene cluster;
    private final String from;
    private final String to;
    private final Map<String, String> before;
    private final FaultCount count;
    private final Path request;
    private int calls;

    private ClusterKillRun(Path root, String from, String to, FaultCount count) throws Exception {
        this.cluster = new ClusterScene(root, from).to(to);
        this.from = from;
        this.to = to;
        this.before = cluster.scene.contents();
        this.count = count;
        this.request = root.resolve("request.json");
    }

    /** An upgrade and a rollback that nobody disturbs; how many calls of nodes and of the proxy it takes. */
    private int undisturbed() throws Exception {
        goneAt(0);
        cluster.upgrade();
        int all = calls;
        require(to);
        cluster.rollback(true);
        require(from);
        return all;
    }

    private void goneAt(int call) {
        calls = 0;
        cluster.nodes.forEach(node -> node.before = goal -> called(call));
        cluster.proxy.before = () -> called(call);
    }

    private synchronized void called(int gone) {
        if (++calls == gone) {
            throw new Gone();
        }
    }

    private void require(String release) throws Exception {
        assertEquals(Collections.nCopies(3, release), cluster.answers());
        assertEquals(before, cluster.scene.contents());
        Map<String, String> states = new TreeMap<>(cluster.proxy.states);
        states.values().removeAll(List.of("ready"));
        assertEquals("the proxy as it was found", Map.of(), states);
    }

    /** Whoever calls comes to the end, and goes back. */
    private void endAndGoBack() throws Exception {
        goneAt(0);
        for (int tries = MOST_TRIES; ; tries--) {
            try {
                cluster.upgrade();
                break;
            } catch (ProblemException e) {
                if (tries == 0) {
                    throw e;
                }
            }
        }
        require(to);
        cluster.rollback(true);
        require(from);
    }

    private void callerGone(int call) {
        count.add(from + " -> " + to + ", the caller gone at call " + call, this::told, () -> {
            goneAt(call);
            try {
                cluster.upgrade();
            } catch (Gone e) {
                // as wanted
            }
            endAndGoBack();
        });
    }

    /** A goal on a node is killed behind an event of its journal. */
    private void nodeGone(int number, int event) {
        count.add(from + " -> " + to + ", node" + number + " killed behind event " + event, this::told, () -> {
            goneAt(0);
            int[] left = {event};
            cluster.node(number).instead = goal -> goal.goal() == Goal.UPGRADE && left[0] > 0 && killed(goal, left);
            try {
                cluster.upgrade();
            } catch (ProblemException e) {
                // what became of the others is in its message
            }
            cluster.node(number).instead = goal -> false;
            endAndGoBack();
        });
    }

    /** Carries a goal out in a process of its own, unless that is killed. */
    private boolean killed(Request goal, int[] left) {
        try {
            int events = LocalNode.events(goal);
            Files.writeString(request, goal.toJson());
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            NodeProcess.class.getName(),
                            request.toString(),
                            Integer.toString(left[0]))
                    .redirectErrorStream(true)
                    .redirectOutput(request.resolveSibling("node.log").toFile())
                    .start();
            int status = process.waitFor();
            left[0] -= Math.max(1, LocalNode.events(goal) - events);
            if (status == UpgradeProcess.KILLED) {
                left[0] = 0;
            }
            if (status != 0) {
                throw new StageFailedException("interrupted, with status " + status, Hint.of("Go on."));
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String told() {
        String text = cluster.said.text();
        return text.substring(Math.max(0, text.length() - 1500));
    }

    @Override
    public void close() {
        cluster.close();
    }

    /**
     * All faults; ends with status 1 when one was not survived.
     *
     * @param arguments a directory, every how many-th call of the caller, how many kills of nodes in each order
     */
    public static void main(String[] arguments) throws Exception {
        FaultCount count = new FaultCount();
        Random random = new Random(1);
        for (String from : List.of("5.37.9", "5.25.7")) {
            Path root = Files.createDirectories(Path.of(arguments[0], from)).toRealPath();
            try (ClusterKillRun run = new ClusterKillRun(root, from, "5.37.10", count)) {
                int calls = run.undisturbed();
                System.out.println("An upgrade from " + from + " has " + calls + " calls");
                for (int call = 1; call <= calls; call += Integer.parseInt(arguments[1])) {
                    run.callerGone(call);
                    System.out.println(count);
                }
                for (int kill = 0; kill < Integer.parseInt(arguments[2]); kill++) {
                    run.nodeGone(1 + random.nextInt(3), 1 + random.nextInt(60));
                    System.out.println(count);
                }
            }
        }
        count.losses().forEach(System.out::println);
        System.out.println(count.summary());
        // not before the servers are ended
        System.exit(count.losses().isEmpty() ? 0 : 1);
    }
}
