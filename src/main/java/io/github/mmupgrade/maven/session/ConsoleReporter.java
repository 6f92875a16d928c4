package io.github.mmupgrade.maven.session;

import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.Printable;
import io.github.mmupgrade.report.Reporter;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.maven.plugin.logging.Log;

/**
 * Shows events on the build's console. On a terminal one line at the bottom is drawn again and again for what takes
 * long; elsewhere that are whole lines, at most one in ten seconds, and none for what takes less. What a refusal or a
 * failure says is left to Maven. What steers a terminal is only what is written here: texts of others lose it.
 */
public final class ConsoleReporter implements Reporter {

    private static final Duration PAUSE = Duration.ofSeconds(10);

    /** What takes less is not drawn at all. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static final String ERASE = "\r\u001b[K";

    private final Log log;
    private final HintRenderer hints;
    private final Terminal terminal;
    private final boolean json;
    private final PrintStream out;
    private final Map<String, Duration> shown = new HashMap<>();
    private final Set<String> warned = new HashSet<>();
    private boolean drawn;

    /**
     * A console.
     *
     * @param terminal what the console can do
     * @param json whether results are shown as JSON instead of as text
     * @param out where the line that is drawn again and results go
     */
    public ConsoleReporter(Log log, HintRenderer hints, Terminal terminal, boolean json, PrintStream out) {
        this.log = log;
        this.hints = hints;
        this.terminal = terminal;
        this.json = json;
        this.out = out;
    }

    @Override
    public synchronized void report(Event event) {
        if (event instanceof Event.Progress progress) {
            show(progress);
            return;
        }
        erase();
        if (event instanceof Event.Result result) {
            show(result);
        } else if (!(event instanceof Event.Refused) && !(event instanceof Event.Failed)) {
            Event.Level level = EventText.level(event);
            if (level == Event.Level.WARNING && !warned.add(event.toString())) {
                // it was said before
                return;
            }
            for (String given : EventText.lines(event)) {
                String line = Printable.text(given);
                log(level, event instanceof CheckResult check ? coloured(check, line) : line);
            }
            Hint hint = event instanceof CheckResult ? null : EventText.hint(event);
            if (hint != null) {
                hints.render(hint).lines().forEach(line -> log(level, line));
            }
        }
    }

    private void log(Event.Level level, String line) {
        if (level == Event.Level.WARNING) {
            log.warn(line);
        } else if (level == Event.Level.DEBUG || json) {
            log.debug(line);
        } else {
            log.info(line);
        }
    }

    private String coloured(CheckResult check, String line) {
        String word = line.substring(0, Math.max(0, line.indexOf(' ')));
        return switch (check.outcome()) {
                    case OK -> terminal.green(word);
                    case WARNING -> terminal.yellow(word);
                    case REFUSED -> terminal.red(word);
                }
                + line.substring(word.length());
    }

    private void show(Event.Result result) {
        if (json) {
            out.println(Printable.json(Json.pretty(result.data())));
            out.flush();
        } else if (log.isInfoEnabled()) {
            lines(result).forEach(log::info);
        } else {
            // with -q the result is all that is shown
            lines(result).stream().filter(line -> !line.isBlank()).forEach(out::println);
        }
    }

    private static List<String> lines(Event.Result result) {
        return result.text().stream().map(Printable::text).toList();
    }

    private static String line(Event.Progress progress) {
        return Printable.value(EventText.line(progress));
    }

    private void show(Event.Progress progress) {
        if (terminal.redraws()) {
            erase();
            if (!progress.ended() && progress.seconds().compareTo(SHORT) >= 0) {
                out.print(terminal.fit(line(progress)));
                out.flush();
                drawn = true;
            }
        } else if (!progress.ended()) {
            Duration last = shown.getOrDefault(progress.label(), Duration.ZERO);
            if (progress.seconds().minus(last).compareTo(PAUSE) >= 0) {
                shown.put(progress.label(), progress.seconds());
                log(Event.Level.INFO, line(progress));
            }
        }
        if (progress.ended()) {
            shown.remove(progress.label());
            if (progress.seconds().compareTo(PAUSE) >= 0) {
                log(Event.Level.INFO, line(progress));
            }
        }
    }

    private void erase() {
        if (drawn) {
            out.print(ERASE);
            out.flush();
            drawn = false;
        }
    }
}
