package io.github.mmupgrade.testing;

import io.github.mmupgrade.report.Reporter;
import java.util.ArrayList;
import java.util.List;

/** Keeps what was said. */
public final class RecordingReporter implements Reporter {

    private final List<String> lines = new ArrayList<>();

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
    }

    /** Everything said, a line each. */
    public synchronized String text() {
        return String.join("\n", lines);
    }
}
