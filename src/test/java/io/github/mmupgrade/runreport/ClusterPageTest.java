package io.github.mmupgrade.runreport;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public class ClusterPageTest {

    private static final Instant BEGIN = Instant.parse("2026-11-23T03:14:15Z");

    private final Map<String, List<Stamped>> nodes = new LinkedHashMap<>();
    private final List<Stamped> events = new ArrayList<>();

    private static Stamped at(double second, Event event) {
        return new Stamped(BEGIN.plusMillis(Math.round(1000 * second)), event);
    }

    private void stage(String node, String stage, double from, double to, boolean done) {
        List<Stamped> said = nodes.computeIfAbsent(node, name -> new ArrayList<>());
        said.add(at(from, new Event.StageBegun(1, stage)));
        said.add(at(to, new Event.StageEnded(1, stage, Duration.ofMillis(Math.round(1000 * (to - from))), done)));
    }

    private void down(String node, double from, double to) {
        nodes.get(node).add(at(from, new Event.DowntimeBegun()));
        nodes.get(node).add(at(to, new Event.DowntimeEnded(null)));
    }

    private String page() {
        return new ClusterPage(Goal.UPGRADE, nodes, events, Path.of("/reports"), Hint::text).text();
    }

    private void say(double second, String text) {
        events.add(at(second, new Event.Message(Event.Level.INFO, text, null)));
    }

    private void twoNodes() {
        say(0, "Order: together");
        stage("chat1", "preflight", 0.5, 2, true);
        stage("chat2", "preflight", 0.6, 3, true);
        stage("chat2", "stop", 4, 5, true);
        stage("chat1", "stop", 6, 6.5, true);
        stage("chat1", "start", 7, 9, true);
        stage("chat2", "start", 10, 12, true);
        down("chat1", 6, 9);
        down("chat2", 4, 12);
    }

    @Test
    public void nobodyIsServedOnlyWhileAllNodesAreDown() {
        twoNodes();
        nodes.get("chat1")
                .add(at(
                        13,
                        new Event.Result(
                                Goal.UPGRADE,
                                Json.tree("{\"reportFile\":\"/reports/chat1/upgrade-1.html\"}"),
                                List.of())));
        events.add(at(
                14,
                new Event.Result(
                        Goal.UPGRADE,
                        Json.tree(
                                "{\"targetVersion\":\"5.37.10\",\"order\":\"together\",\"reason\":\"A new <schema>\"}"),
                        List.of("done"))));
        String page = page();
        assertTrue(page, page.contains("<dt>Without service</dt>\n<dd>3.0 s</dd>"));
        assertTrue(page, page.contains("Upgrade of a cluster to Mattermost 5.37.10: Succeeded"));
        assertTrue(page, page.contains("<a href=\"chat1/upgrade-1.html\">"));
        assertTrue(page, page.contains("A new &lt;schema&gt;"));
        assertTrue(page, page.contains("8.0 s"));
    }

    @Test
    public void aStageThatNobodyEndedAndAFailureAreShown() {
        twoNodes();
        nodes.get("chat2").add(at(13, new Event.StageBegun(1, "finish")));
        events.add(at(20, new Event.Failed("chat2: the disk is full", Hint.of("Free some space."))));
        String page = page();
        assertTrue(page, page.contains("Upgrade of a cluster: Failed"));
        assertTrue(page, page.contains("chat2: the disk is full"));
        assertTrue(page, page.contains("Free some space."));
        assertTrue(page, page.contains("7.0 s, interrupted"));
    }

    @Test
    public void nodesThatFollowOneAnotherLeaveNobodyWithoutService() {
        stage("chat1", "stop", 1, 2, true);
        down("chat1", 1, 3);
        stage("chat2", "stop", 4, 5, true);
        down("chat2", 4, 6);
        say(0, "Order: rolling");
        String page = page();
        assertTrue(page, page.contains("<dt>Without service</dt>\n<dd>0 s</dd>"));
        assertFalse(page, page.contains("While the server was down"));
    }
}
