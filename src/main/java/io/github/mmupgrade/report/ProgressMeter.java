package io.github.mmupgrade.report;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Tells a reporter how far a long step has come, five times a second at most. */
final class ProgressMeter implements Reporter.Meter {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Reporter reporter;
    private final String label;
    private long total;
    private final String unit;
    private final LongSupplier nanos;
    private final long start;
    private long last;
    private long done;
    private boolean ended;

    /**
     * A meter that starts now.
     *
     * @param nanos tells the time in nanoseconds, from any origin
     */
    ProgressMeter(Reporter reporter, String label, long total, String unit, LongSupplier nanos) {
        this.reporter = reporter;
        this.label = label;
        this.total = total;
        this.unit = unit;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        this.last = start;
    }

    @Override
    public synchronized void expect(long all) {
        total = all;
    }

    @Override
    public void advance(long more) {
        Event.Progress progress;
        synchronized (this) {
            done += more;
            long now = nanos.getAsLong();
            if (ended || now - last < PAUSE.toNanos()) {
                return;
            }
            last = now;
            progress = progress(now, false);
        }
        reporter.report(progress);
    }

    private Event.Progress progress(long now, boolean end) {
        long elapsed = now - start;
        boolean known = total > 0 && done > 0 && done <= total;
        Duration left = known ? Duration.ofNanos((long) ((double) elapsed * (total - done) / done)) : null;
        return new Event.Progress(label, done, total, unit, Duration.ofNanos(elapsed), end ? Duration.ZERO : left, end);
    }

    @Override
    public void close() {
        Event.Progress progress;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            progress = progress(nanos.getAsLong(), true);
        }
        reporter.report(progress);
    }
}
