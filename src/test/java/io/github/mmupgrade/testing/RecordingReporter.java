package io.github.mmupgrade.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.report.Event;
import java.util.ArrayList;
import java.util.List;

/** Keeps what was said. */
public final class RecordingReporter implements LineReporter {

    private final List<String> lines = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    @Override
    public synchronized void report(Event event) {
        events.add(event);
        LineReporter.super.report(event);
    }

    /** The last result of a goal, as data. */
    public synchronized JsonNode result() {
        return events.stream()
                .filter(Event.Result.class::isInstance)
                .map(event -> ((Event.Result) event).data())
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    /** Every event but what was said by info, warn and debug. */
    public synchronized List<Event> events() {
        return List.copyOf(events);
    }

    @Override
    public synchronized void info(String line) {
        lines.add("info " + line);
    }

    @Override
    public synchronized void warn(String line) {
        lines.add("warn " + line);
    }

    @Override
    public synchronized void debug(String line) {
        lines.add("debug " + line);
    }

    /** Forgets what was said. */
    public synchronized void clear() {
        lines.clear();
        events.clear();
    }

    /** Everything said, a line each. */
    public synchronized String text() {
        return String.join("\n", lines);
    }
}
