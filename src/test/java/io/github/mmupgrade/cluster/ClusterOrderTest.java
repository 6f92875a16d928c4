package io.github.mmupgrade.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.ClusterPart.Order;
import io.github.mmupgrade.context.ClusterPart.Pause;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.testing.PlainOptions;
import io.github.mmupgrade.testing.RecordingReporter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What is done in which order on the nodes of a cluster, and what when something fails in between. */
public class ClusterOrderTest {

    private static final List<String> NAMES = List.of("chat1", "chat2", "chat3");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final RecordingProxy proxy = new RecordingProxy();
    private final RecordingReporter said = new RecordingReporter();
    private List<FakeNode> nodes;
    private Order order = Order.TOGETHER;
    private String only;

    @Before
    public void begin() {
        Path root = folder.getRoot().toPath();
        UpgradeOptions options = PlainOptions.of(root, root);
        nodes = NAMES.stream().map(name -> new FakeNode(name, options, told)).toList();
    }

    private FakeNode node(int number) {
        return nodes.get(number - 1);
    }

    private void run(Goal goal, GoalArguments arguments) {
        nodes.forEach(node -> {
            node.goal = goal;
            node.arguments = arguments;
        });
        List<Node> taking = List.copyOf(nodes);
        new ClusterGoals(
                        taking,
                        RecordingProxy.COMMANDS,
                        List.of(proxy),
                        new ClusterOptions(order, true, List.of(), only, List.of(), Duration.ZERO, Duration.ZERO),
                        new ClusterReport(said, taking, folder.getRoot().toPath(), Hint::toString, Clock.systemUTC()),
                        Optional.empty())
                .run(new Request(goal, node(1).request().options(), arguments));
    }

    private void upgrade() {
        run(Goal.UPGRADE, new GoalArguments.None());
    }

    private void rollback() {
        run(Goal.ROLLBACK, new GoalArguments.Rollback(null, false));
    }

    private String failure(Runnable goal) {
        return assertThrows(StageFailedException.class, goal::run).getMessage();
    }

    private static RefusedException broken() {
        return new RefusedException("It broke.", Hint.of("Repair it."));
    }

    private static Function<Request, ProblemException> breaksAt(Goal goal, Pause pause) {
        return request -> request.goal() == goal
                        && (pause == null
                                || pause == request.options().cluster().pause())
                ? broken()
                : null;
    }

    private List<String> releases() {
        return nodes.stream()
                .map(node -> node.running ? node.release : "nothing")
                .toList();
    }

    private List<String> proxyStates() {
        return NAMES.stream()
                .map(name -> proxy.states.getOrDefault(name, "ready"))
                .toList();
    }

    private static List<String> all(String value) {
        return List.of(value, value, value);
    }

    private void upgradedTogether() {
        nodes.forEach(node -> node.verified(NAMES, Order.TOGETHER));
        nodes.forEach(node -> node.state = Run.State.FINISHED);
    }

    private int place(String what) {
        assertTrue(what + " in " + told, told.contains(what));
        return told.indexOf(what);
    }

    @Test
    public void theDatabaseGoesBackBeforeAnyOtherNodeHasItsOldRelease() {
        upgradedTogether();
        rollback();
        assertEquals(all(FakeNode.OLD), releases());
        assertEquals(all("ready"), proxyStates());
        assertTrue(told.toString(), place("ban chat2") < place("rollback chat1"));
        assertTrue(told.toString(), place("rollback chat1") < place("rollback BEFORE_START chat2"));
        assertTrue(told.toString(), place("rollback BEFORE_START chat2") < place("allow chat2"));
        assertNull(node(2).kept);
    }

    @Test
    public void whenTheFirstRefusesToGoBackTheOthersServeAgainAsTheyAre() {
        upgradedTogether();
        node(1).fails = breaksAt(Goal.ROLLBACK, null);
        String text = failure(this::rollback);
        assertTrue(text, text.contains("Nothing was rolled back. The others run as before."));
        assertEquals(all(FakeNode.NEW), releases());
        assertEquals(all("ready"), proxyStates());
        assertNull(node(2).kept);
        assertFalse(node(2).rollbackBegun);
    }

    @Test
    public void serversThatWereOnlyStoppedForARollbackAreStartedByAnUpgrade() {
        upgradedTogether();
        node(2).banStart("It waits.");
        proxy.states.put("chat2", "maint");
        node(2).drained = true;
        node(2).proxyState = "ready";
        upgrade();
        assertEquals(all(FakeNode.NEW), releases());
        assertEquals(all("ready"), proxyStates());
    }

    /** The first has the old database by then: what is left of the new release must not start on it. */
    @Test
    public void anUpgradeStartsNothingWhereARollbackIsHalfDone() {
        upgradedTogether();
        node(1).state = Run.State.ROLLED_BACK;
        node(1).release = FakeNode.OLD;
        node(2).banStart("It waits.");
        node(3).banStart("It waits.");

        RefusedException e = assertThrows(RefusedException.class, this::upgrade);

        assertEquals("rollback", e.hint().goal());
        assertFalse(node(2).running);
        assertFalse(node(3).running);
    }

    @Test
    public void aFirstNodeThatWasDownBeforeAndFailsTakesTheOthersBackAllTheSame() {
        node(1).running = false;
        nodes.forEach(node -> node.running = false);
        node(1).fails = request -> {
            if (request.goal() != Goal.UPGRADE || request.options().cluster().pause() != Pause.BEFORE_FINISH) {
                return null;
            }
            node(1).stopBegun = true;
            node(1).rollbackBegun = true;
            node(1).state = Run.State.ROLLED_BACK;
            return broken();
        };
        String text = failure(this::upgrade);
        assertTrue(text, text.contains("All nodes have the old release again. The server of chat1 does not serve"));
        assertEquals(List.of("nothing", FakeNode.OLD, FakeNode.OLD), releases());
        assertNull(node(3).kept);
    }

    @Test
    public void theOthersAreOnlyStoppedWhileTheFirstServes() {
        node(1).running = false;
        String text = assertThrows(RefusedException.class, this::upgrade).getMessage();
        assertTrue(text, text.startsWith("chat1 does not answer or gets no requests."));
        assertEquals(List.of("nothing", FakeNode.OLD, FakeNode.OLD), releases());
        node(1).running = true;
        proxy.states.put("chat1", "maint");
        assertThrows(RefusedException.class, this::upgrade);
        assertEquals(all(FakeNode.OLD), releases());
    }

    @Test
    public void noOtherNodeStartsBeforeTheFirstAnswersWithTheNewRelease() {
        upgradedTogether();
        node(1).running = false;
        node(2).state = Run.State.OPEN;
        node(2).verified = false;
        node(2).running = false;
        String text = failure(this::upgrade);
        assertTrue(text, text.contains("The others only start when chat1 answers with " + FakeNode.NEW));
        assertFalse(told.toString(), told.contains("upgrade BEFORE_FINISH chat2"));
    }

    @Test
    public void aProxyThatGivesANodeNoRequestsTakesNoReleaseBack() {
        proxy.failing = "enable chat3";
        String text = failure(this::upgrade);
        assertTrue(text, text.contains("the proxies give no requests to chat3."));
        assertEquals(all(FakeNode.NEW), releases());
        assertTrue(told.toString(), told.stream().noneMatch(each -> each.startsWith("rollback")));
        proxy.failing = "";
        upgrade();
        assertEquals(all("ready"), proxyStates());
        assertFalse(node(3).drained);
    }

    @Test
    public void aNodeThatWasNeverGivenItsRequestsBackIsNotFoundWithoutThem() {
        order = Order.ROLLING;
        node(2).fails = request -> {
            ProblemException problem =
                    breaksAt(Goal.UPGRADE, Pause.BEFORE_FINISH).apply(request);
            if (problem != null) {
                node(2).state = Run.State.ROLLED_BACK;
                proxy.failing = "enable chat2";
            }
            return problem;
        };
        failure(this::upgrade);
        assertEquals("maint", proxy.states.get("chat2"));
        proxy.failing = "";
        node(2).fails = request -> null;
        upgrade();
        assertEquals(all("ready"), proxyStates());
        assertEquals(all(FakeNode.NEW), releases());
    }

    @Test
    public void aRollbackEndsTheRunsOfNodesThatWereOnlyPreparedAndServesThem() {
        order = Order.ROLLING;
        node(1).verified(NAMES, Order.ROLLING);
        node(2).upgrade(new ClusterPart("chat2", NAMES, Order.ROLLING, false, List.of(), "ready", Pause.BEFORE_STOP));
        proxy.states.put("chat2", "maint");
        rollback();
        assertEquals(all(FakeNode.OLD), releases());
        assertEquals(Run.State.ROLLED_BACK, node(2).state);
        assertEquals(all("ready"), proxyStates());
    }

    @Test
    public void aDrainThatFailsHalfWayIsAFailureThatNamesTheNodes() {
        order = Order.ROLLING;
        proxy.failing = "drain chat2";
        String text = failure(this::upgrade);
        assertTrue(text, text.contains("chat1: " + FakeNode.OLD + " -> " + FakeNode.NEW + ", verified; answers"));
        assertTrue(text, text.contains("chat2 was not stopped. It has its requests again."));
    }

    @Test
    public void whatWasStoppedIsFinishedBeforeAnythingElseIsPrepared() {
        order = Order.ROLLING;
        node(1).upgrade(new ClusterPart("chat1", NAMES, Order.ROLLING, true, List.of(), "ready", Pause.BEFORE_START));
        node(2).fails = breaksAt(Goal.UPGRADE, Pause.BEFORE_STOP);
        failure(this::upgrade);
        assertTrue(told.toString(), place("upgrade BEFORE_FINISH chat1") < place("upgrade BEFORE_STOP chat2"));
        assertEquals(List.of(FakeNode.NEW, FakeNode.OLD, FakeNode.OLD), releases());
    }

    @Test
    public void anUnexpectedFailureDoesNotLeaveANodeOutOfTheProxy() {
        order = Order.ROLLING;
        node(1).fails = request -> {
            if (request.goal() == Goal.UPGRADE && request.options().cluster().pause() == Pause.BEFORE_FINISH) {
                throw new IllegalStateException("unexpected");
            }
            return null;
        };
        assertThrows(IllegalStateException.class, this::upgrade);
        assertEquals(all("ready"), proxyStates());
    }

    @Test
    public void theBackupOfARollingUpgradeStopsNoServer() {
        order = Order.ROLLING;
        boolean[] stops = {true};
        node(1).fails = request -> {
            if (request.goal() == Goal.BACKUP) {
                stops[0] = request.options().backup().stop();
            }
            return null;
        };
        upgrade();
        assertFalse(stops[0]);
    }

    @Test
    public void whoLosesTheLockLeavesTheProxiesToWhoHasIt() throws Exception {
        HeldLock lock = new HeldLock(node(1), Duration.ofMillis(10));
        lock.require();
        node(1).holder = Optional.of("anna on runner-7");
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (lock.holds() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThrows(StageFailedException.class, lock::require);
        List<Node> taking = List.copyOf(nodes);
        Cluster cluster = new Cluster(
                taking, new ClusterReport(said, taking, folder.getRoot().toPath(), Hint::toString, Clock.systemUTC()));
        Proxies proxies = new Proxies(
                RecordingProxy.COMMANDS,
                List.of(proxy),
                new ClusterOptions(order, true, List.of(), null, List.of(), Duration.ZERO, Duration.ZERO),
                said);
        Work work = new Work(cluster, proxies, lock);
        ClusterPlan plan =
                new ClusterPlan(Order.ROLLING, "Because.", NAMES, List.of(), FakeNode.NEW, Map.of("chat2", "ready"));
        proxy.states.put("chat2", "drain");
        work.putBack(plan, broken());
        assertEquals("drain", proxy.states.get("chat2"));
        assertThrows(StageFailedException.class, () -> work.enable(plan, node(2)));
        assertThrows(StageFailedException.class, () -> work.drain(plan, node(3)));
        assertEquals(List.of(), proxy.told);
        lock.close();

        Work again = new Work(cluster, proxies, new HeldLock(node(2), Duration.ofHours(1)));
        node(2).worker = "upgrade, process 7";
        again.putBack(plan, broken());
        assertEquals("somebody works there", "drain", proxy.states.get("chat2"));
        node(2).worker = null;
        again.putBack(plan, broken());
        assertEquals("ready", proxy.states.get("chat2"));
    }

    @Test
    public void serversBeforeTheOtherWayToTalkToNodesAreAllStopped() {
        ClusterOptions options =
                new ClusterOptions(null, true, List.of(), null, List.of(), Duration.ZERO, Duration.ZERO);
        assertEquals(
                List.of(Order.TOGETHER, Order.ROLLING),
                Stream.of("5.35.3 5.36.0", "5.36.0 5.37.1")
                        .map(both -> both.split(" "))
                        .map(both -> OrderChoice.of(options, Version.parse(both[0]), List.of(Version.parse(both[1])))
                                .order())
                        .toList());
        assertNotNull(OrderChoice.of(options, Version.parse("5.35.3"), List.of(Version.parse("5.36.0")))
                .reason());
    }

    @Test
    public void aFileStoreThatCannotBeReadIsNotCalledAnother() {
        node(2).files = null;
        String text = assertThrows(RefusedException.class, this::upgrade).getMessage();
        assertTrue(text, text.contains("it cannot be read on chat2."));
        assertFalse(text, text.contains("different files"));
    }

    @Test
    public void oneAddressIsTheSameHoweverItIsWritten() {
        assertEquals(Agreement.canonical("2001:db8:0:0:0:0:0:1%eth0"), Agreement.canonical("2001:DB8::1"));
        assertEquals("chat1.example.com", Agreement.canonical("chat1.example.com"));
        assertEquals("10.0.0.1", Agreement.canonical("10.0.0.1"));
    }
}
