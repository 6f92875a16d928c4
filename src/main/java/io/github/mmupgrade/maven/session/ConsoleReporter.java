package io.github.mmupgrade.maven.session;

import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.maven.plugin.logging.Log;

/** Reports to the build's console: whole lines, and of a long step at most one line in ten seconds. */
public final class ConsoleReporter implements Reporter {

    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Log log;
    private final HintRenderer hints;
    private final Clock clock;

    public ConsoleReporter(Log log, HintRenderer hints, Clock clock) {
        this.log = log;
        this.hints = hints;
        this.clock = clock;
    }

    @Override
    public void info(String line) {
        line.lines().forEach(log::info);
    }

    @Override
    public void warn(String line) {
        line.lines().forEach(log::warn);
    }

    @Override
    public void hint(Hint hint) {
        hints.render(hint).lines().forEach(log::info);
    }

    @Override
    public void debug(String line) {
        log.debug(line);
    }

    @Override
    public Meter meter(String label, long totalBytes) {
        return new LineMeter(label, totalBytes);
    }

    private final class LineMeter implements Meter {
        private final String label;
        private final long total;
        private final Instant start = clock.instant();
        private Instant last = start;
        private long done;

        LineMeter(String label, long total) {
            this.label = label;
            this.total = total;
        }

        @Override
        public synchronized void advance(long bytes) {
            done += bytes;
            Instant now = clock.instant();
            if (Duration.between(last, now).compareTo(PAUSE) >= 0) {
                last = now;
                log.info(line(Duration.between(start, now)));
            }
        }

        private String line(Duration elapsed) {
            double rate = done / Math.max(0.001, elapsed.toMillis() / 1000.0);
            String text = label + ": " + Amount.bytes(done);
            if (total > 0) {
                long left = (long) ((total - done) / Math.max(1, rate));
                text += " of " + Amount.bytes(total) + ", " + Amount.bytes((long) rate) + "/s, " + Math.max(0, left)
                        + " s left";
            }
            return text;
        }

        @Override
        public synchronized void close() {
            Duration elapsed = Duration.between(start, clock.instant());
            if (elapsed.compareTo(PAUSE) >= 0) {
                log.info(label + ": " + Amount.bytes(done) + " in " + elapsed.toSeconds() + " s");
            }
        }
    }
}
