package io.github.mmupgrade.maven.session;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.Printable;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.logging.SystemStreamLog;
import org.junit.Test;

/** The same stream of events on every kind of console. */
public class ConsoleReporterTest {

    private static final Terminal PERSON = new Terminal(true, true, true, 60);

    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    private final List<String> logged = new ArrayList<>();
    private boolean quiet;

    private final class Log extends SystemStreamLog {
        @Override
        public void info(CharSequence line) {
            logged.add("INFO " + line);
        }

        @Override
        public void warn(CharSequence line) {
            logged.add("WARN " + line);
        }

        @Override
        public void debug(CharSequence line) {
            logged.add("DEBUG " + line);
        }

        @Override
        public boolean isInfoEnabled() {
            return !quiet;
        }
    }

    private static List<Event> stream() {
        List<Event> events = new ArrayList<>(List.of(
                CheckResult.ok("room", "plenty"),
                CheckResult.warning("plug-ins", "one is old"),
                new Event.StageBegun(1, "backup"),
                new Event.Message(Event.Level.INFO, "Saved the files", null)));
        for (int second = 1; second <= 35; second++) {
            events.add(new Event.Progress(
                    "copying files",
                    second * 1_000_000L,
                    35_000_000,
                    Event.Progress.BYTES,
                    Duration.ofSeconds(second),
                    Duration.ofSeconds(35 - second),
                    false));
        }
        events.add(new Event.Progress(
                "copying files", 35_000_000, 35_000_000, "bytes", Duration.ofSeconds(35), Duration.ZERO, true));
        events.add(new Event.Progress("a moment", 5, 5, "bytes", Duration.ofMillis(300), Duration.ZERO, true));
        events.add(new Event.StageEnded(1, "backup", Duration.ofSeconds(36), true));
        events.add(new Event.Message(Event.Level.WARNING, "Look at this", Hint.run("Do this.", Goal.STATUS)));
        // a warning is shown once
        events.add(new Event.Message(Event.Level.WARNING, "Look at this", Hint.run("Do this.", Goal.STATUS)));
        events.add(new Event.Result(
                Goal.UPGRADE, Json.tree("{\"downtimeSeconds\":1.5}"), List.of("", "Upgraded it", "  downtime  1.5 s")));
        events.add(new Event.Refused("is shown by Maven", Hint.of("Do that.")));
        return events;
    }

    private String shown(Terminal terminal, boolean json) {
        ConsoleReporter console = new ConsoleReporter(
                new Log(),
                new HintRenderer("g:a:1", Map.of(), Map.of()),
                terminal,
                json,
                new PrintStream(raw, true, StandardCharsets.UTF_8));
        stream().forEach(console::report);
        return raw.toString(StandardCharsets.UTF_8);
    }

    @Test
    public void aPipelineGetsWholeLinesAtMostOneInTenSeconds() {
        assertEquals("", shown(Terminal.NONE, false));
        assertEquals(
                List.of(
                        "INFO ok       room           plenty",
                        "WARN warning  plug-ins       one is old",
                        "INFO Saved the files",
                        "INFO copying files: 10.0 MB of 35.0 MB, 1.0 MB/s, 25 s left",
                        "INFO copying files: 20.0 MB of 35.0 MB, 1.0 MB/s, 15 s left",
                        "INFO copying files: 30.0 MB of 35.0 MB, 1.0 MB/s, 5.0 s left",
                        "INFO copying files: 35.0 MB in 35 s, 1.0 MB/s",
                        "INFO backup took 36 s",
                        "WARN Look at this",
                        "WARN HINT: Do this.",
                        "WARN   mvn g:a:1:status",
                        "INFO ",
                        "INFO Upgraded it",
                        "INFO   downtime  1.5 s"),
                logged);
    }

    @Test
    public void aPersonSeesOneLineThatIsDrawnAgainAndIsGoneBeforeTheNextOne() {
        String drawn = shown(PERSON, false);
        String first = "copying files: 1.0 MB of 35.0 MB, 1.0 MB/s, 34 s left";
        assertTrue(drawn, drawn.startsWith(first + "\r\u001b[K"));
        assertEquals(35, drawn.split("copying files", -1).length - 1);
        assertTrue(drawn, drawn.endsWith("\r\u001b[K"));
        assertFalse(drawn, drawn.contains("a moment"));
        assertFalse(logged.toString(), logged.toString().contains("left"));
        assertTrue(logged.toString(), logged.contains("INFO copying files: 35.0 MB in 35 s, 1.0 MB/s"));
        assertTrue(logged.toString(), logged.contains("INFO \u001b[32mok\u001b[m       room           plenty"));
        for (String line : drawn.split("\r\u001b\\[K", -1)) {
            assertTrue(line, line.length() < PERSON.width());
        }
    }

    @Test
    public void quietShowsOnlyTheSummary() {
        quiet = true;
        assertEquals("Upgraded it\n  downtime  1.5 s\n", shown(Terminal.NONE, false));
    }

    @Test
    public void jsonIsAllThatIsPrintedBesideWarnings() {
        JsonNode json = Json.tree(shown(Terminal.NONE, true));
        assertEquals(1.5, json.path("downtimeSeconds").asDouble(), 0);
        assertTrue(logged.toString(), logged.stream().noneMatch(line -> line.startsWith("INFO")));
        assertTrue(logged.toString(), logged.contains("WARN Look at this"));
    }

    @Test
    public void whatOthersSayDoesNotSteerTheTerminal() {
        String steering = "x\u001b]0;y\u0007\u009b2J\u202e";
        List<Event> events = List.of(
                CheckResult.warning(steering, steering),
                new Event.Message(Event.Level.WARNING, steering, Hint.of(steering)),
                new Event.Progress(steering, 1, 2, "bytes", Duration.ofSeconds(40), Duration.ZERO, false),
                new Event.Progress(steering, 2, 2, "bytes", Duration.ofSeconds(40), Duration.ZERO, true),
                new Event.Result(Goal.STATUS, Json.tree("{\"a\":\"\\u009b2J\\u202e\"}"), List.of(steering)));
        for (boolean json : List.of(false, true)) {
            quiet = !json;
            ConsoleReporter console = new ConsoleReporter(
                    new Log(),
                    new HintRenderer("g:a:1", Map.of(), Map.of()),
                    new Terminal(true, true, false, 60),
                    json,
                    new PrintStream(raw, true, StandardCharsets.UTF_8));
            events.forEach(console::report);
        }
        String shown = raw.toString(StandardCharsets.UTF_8).replace("\r\u001b[K", "") + String.join("\n", logged);
        assertTrue(shown, shown.contains("x?]0;y??2J?"));
        assertEquals(Printable.text(shown), shown);
    }
}
