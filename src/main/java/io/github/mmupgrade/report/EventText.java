package io.github.mmupgrade.report;

import java.time.Duration;
import java.util.List;

/** What people read of an event: its level and its lines. */
public final class EventText {

    /** A stage that takes longer than this says so. */
    private static final Duration LONG = Duration.ofSeconds(10);

    private static final double MILLIS = 1000;

    private EventText() {}

    /** How much the event matters to people. */
    public static Event.Level level(Event event) {
        if (event instanceof Event.Message message) {
            return message.level();
        }
        if (event instanceof CheckResult check) {
            return check.outcome() == CheckResult.Outcome.OK ? Event.Level.INFO : Event.Level.WARNING;
        }
        if (event instanceof Event.Refused || event instanceof Event.Failed) {
            return Event.Level.WARNING;
        }
        if (event instanceof Event.Result) {
            return Event.Level.INFO;
        }
        boolean tookLong =
                event instanceof Event.StageEnded stage && stage.seconds().compareTo(LONG) >= 0;
        return tookLong ? Event.Level.INFO : Event.Level.DEBUG;
    }

    /** The event without its hint, a line each; none for what a person need not read, such as progress. */
    public static List<String> lines(Event event) {
        if (event instanceof Event.Message message) {
            return message.text().isEmpty() && message.hint() != null
                    ? List.of()
                    : message.text().isEmpty()
                            ? List.of("")
                            : message.text().lines().toList();
        }
        if (event instanceof CheckResult check) {
            return check.toString().lines().toList();
        }
        if (event instanceof Event.Result result) {
            return result.text();
        }
        if (event instanceof Event.StageEnded stage) {
            return List.of(
                    stage.stage() + (stage.done() ? " took " : " failed after ") + Amount.duration(stage.seconds()));
        }
        if (event instanceof Event.DowntimeEnded down) {
            return down.seconds() == null
                    ? List.of("Mattermost answers again")
                    : List.of("Mattermost was down for " + Amount.duration(down.seconds()));
        }
        if (event instanceof Event.Refused refused) {
            return refused.text().lines().toList();
        }
        if (event instanceof Event.Failed failed) {
            return failed.text().lines().toList();
        }
        return List.of();
    }

    /** The event's hint; null when it has none. */
    public static Hint hint(Event event) {
        if (event instanceof Event.Message message) {
            return message.hint();
        }
        if (event instanceof Event.Refused refused) {
            return refused.hint();
        }
        return event instanceof Event.Failed failed ? failed.hint() : null;
    }

    /** Progress as one line: {@code copying files: 1.2 GB of 4.0 GB, 110 MB/s, 25 s left}. */
    public static String line(Event.Progress progress) {
        double elapsed = Math.max(0.001, progress.seconds().toMillis() / MILLIS);
        long rate = (long) (progress.done() / elapsed);
        String text = progress.label() + ": " + amount(progress.done(), progress.unit());
        if (progress.ended()) {
            return text + " in " + Amount.duration(progress.seconds()) + ", " + amount(rate, progress.unit()) + "/s";
        }
        if (progress.total() > 0) {
            text += " of " + amount(progress.total(), progress.unit());
        }
        text += ", " + amount(rate, progress.unit()) + "/s";
        return progress.left() == null ? text : text + ", " + Amount.duration(progress.left()) + " left";
    }

    private static String amount(long value, String unit) {
        return unit.equals(Event.Progress.BYTES) ? Amount.bytes(value) : value + " " + unit;
    }
}
