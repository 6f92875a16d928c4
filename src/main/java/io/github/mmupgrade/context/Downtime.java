package io.github.mmupgrade.context;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.server.WaitTimer;
import java.time.Duration;

/** Tells when nobody can use Mattermost any more, and when they can again. */
final class Downtime {

    private final Reporter reporter;
    private Duration since;

    Downtime(Reporter reporter) {
        this.reporter = reporter;
    }

    /** The server is about to be told to stop. */
    void begins() {
        if (since == null) {
            since = WaitTimer.real().elapsed();
            reporter.report(new Event.DowntimeBegun());
        }
    }

    /** A server answers. When it was an earlier call that stopped it, how long it was down is not known here. */
    void ends() {
        Duration down = since == null ? null : WaitTimer.real().elapsed().minus(since);
        since = null;
        reporter.report(new Event.DowntimeEnded(down));
    }
}
