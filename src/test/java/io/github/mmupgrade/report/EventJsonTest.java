package io.github.mmupgrade.report;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public class EventJsonTest {

    private static final Instant AT = Instant.parse("2026-11-28T10:00:00.250Z");

    private static final Hint HINT = Hint.run("Roll back.", Goal.ROLLBACK, "mattermost.rollback.to=a");

    /** Every kind of event with the line that docs/events.md promises. */
    private static Map<Event, String> lines() {
        Map<Event, String> lines = new LinkedHashMap<>();
        lines.put(new Event.StageBegun(1, "stop"), "\"type\":\"stage-begun\",\"hop\":1,\"stage\":\"stop\"}");
        lines.put(
                new Event.StageEnded(1, "stop", Duration.ofMillis(1500), true),
                "\"type\":\"stage-ended\",\"hop\":1,\"stage\":\"stop\",\"seconds\":1.5,\"done\":true}");
        lines.put(
                new Event.Progress("copying", 5, 10, "bytes", Duration.ofSeconds(2), Duration.ofSeconds(2), false),
                "\"type\":\"progress\",\"label\":\"copying\",\"done\":5,\"total\":10,\"unit\":\"bytes\",\"seconds\":2.0,"
                        + "\"left\":2.0,\"ended\":false}");
        lines.put(
                CheckResult.ok("room", "10 GB"),
                "\"type\":\"check\",\"name\":\"room\",\"outcome\":\"ok\",\"text\":\"10 GB\"}");
        lines.put(
                new Event.Message(Event.Level.WARNING, "careful", HINT),
                "\"type\":\"message\",\"level\":\"warning\",\"text\":\"careful\",\"hint\":{\"text\":\"Roll back.\","
                        + "\"goal\":\"rollback\",\"options\":[\"mattermost.rollback.to=a\"]}}");
        lines.put(new Event.DowntimeBegun(), "\"type\":\"downtime-begun\"}");
        lines.put(new Event.DowntimeEnded(Duration.ofSeconds(3)), "\"type\":\"downtime-ended\",\"seconds\":3.0}");
        lines.put(
                new Event.Result(Goal.CHECK_VERSION, Json.tree("{\"upgradeNeeded\":true}"), List.of("a", "b")),
                "\"type\":\"result\",\"goal\":\"check-version\",\"data\":{\"upgradeNeeded\":true},"
                        + "\"text\":[\"a\",\"b\"]}");
        lines.put(
                new Event.Refused("no", HINT),
                "\"type\":\"refused\",\"text\":\"no\",\"hint\":{\"text\":\"Roll back.\",\"goal\":\"rollback\","
                        + "\"options\":[\"mattermost.rollback.to=a\"]}}");
        lines.put(new Event.Failed("down", null), "\"type\":\"failed\",\"text\":\"down\"}");
        return lines;
    }

    @Test
    public void writesEveryKindAsPromisedAndReadsItBack() throws Exception {
        assertEquals(Event.class.getPermittedSubclasses().length, lines().size());
        for (Map.Entry<Event, String> line : lines().entrySet()) {
            EventJson.Stamped stamped = new EventJson.Stamped(AT, line.getKey());
            String written = EventJson.write(stamped);
            assertEquals("{\"v\":1,\"at\":\"2026-11-28T10:00:00.250Z\"," + line.getValue(), written);
            assertEquals(stamped, EventJson.read(written));
        }
    }

    @Test
    public void ignoresFieldsOfANewerPluginAndRefusesAnotherVersionOfTheFormat() throws Exception {
        assertEquals(
                new Event.StageBegun(2, "backup"),
                EventJson.read("{\"v\":1,\"at\":\"2026-11-28T10:00:00Z\",\"type\":\"stage-begun\",\"hop\":2,"
                                + "\"stage\":\"backup\",\"later\":{}}")
                        .event());
        assertThrows(
                IOException.class,
                () -> EventJson.read("{\"v\":2,\"at\":\"2026-11-28T10:00:00Z\",\"type\":\"downtime-begun\"}"));
        assertThrows(
                IOException.class,
                () -> EventJson.read("{\"v\":1,\"at\":\"2026-11-28T10:00:00Z\",\"type\":\"unknown\"}"));
    }
}
