package io.github.mmupgrade.context;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.server.ListenAddress;
import io.github.mmupgrade.server.MaintenancePage;
import io.github.mmupgrade.server.WaitTimer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells when nobody can use Mattermost any more, and when they can again: the events, and a page on the server's port
 * where that is wanted.
 */
public final class Downtime {

    /** The goals that stop the server and start it again, and what they say of it. */
    private static final Map<Goal, String> WHAT = Map.of(
            Goal.UPGRADE, "Mattermost is being upgraded.",
            Goal.MIGRATE, "Mattermost is moving to a new place.",
            Goal.CONVERT_DATABASE, "Mattermost is moving to another database.",
            Goal.ROLLBACK, "Mattermost is going back to its previous release.");

    /** What comes to the forecast of the database's time: the programs are exchanged, and the new server starts. */
    private static final Duration BESIDES = Duration.ofSeconds(30);

    private static final String NONE = "There is no maintenance page: ";

    private final Reporter reporter;
    private final boolean wantsPage;
    private String what;
    private Duration forecast;
    private Duration since;
    private Duration total = Duration.ZERO;
    private boolean unknown;
    private boolean ended;
    private boolean told;
    private MaintenancePage page;

    Downtime(Reporter reporter, boolean wantsPage) {
        this.reporter = reporter;
        this.wantsPage = wantsPage;
    }

    /** Whatever takes the server down from now on belongs to this goal. */
    public void during(Goal goal) {
        what = WHAT.get(goal);
    }

    /** How long the server is going to be down to save the database. */
    public void expect(Duration down) {
        forecast = down;
    }

    /** The server is about to be told to stop. */
    void begins() {
        if (since == null) {
            since = WaitTimer.real().elapsed();
            reporter.report(new Event.DowntimeBegun());
        }
    }

    /** The server's processes are gone and its port is free: from now on the page answers there, where it can. */
    void isDown(Supplier<ListenAddress> address) {
        if (!wantsPage || what == null || page != null) {
            return;
        }
        try {
            ListenAddress listen = address.get();
            if (listen.tls()) {
                tell(Event.Level.INFO, NONE + "the server itself speaks TLS (ServiceSettings.ConnectionSecurity).");
                return;
            }
            page = MaintenancePage.open(
                    listen, what, forecast == null ? null : Instant.now().plus(forecast.plus(BESIDES)));
            tell(Event.Level.INFO, "A maintenance page answers on " + listen + " until the server is started");
        } catch (IOException e) {
            tell(Event.Level.WARNING, NONE + IoReason.of(e) + ".");
        } catch (RuntimeException | OutOfMemoryError e) {
            // the latter where the system starts no more threads; a page is no reason to leave the server down
            tell(Event.Level.WARNING, NONE + e.getMessage());
        }
    }

    private void tell(Event.Level level, String text) {
        if (!told) {
            told = true;
            reporter.report(new Event.Message(level, text, null));
        }
    }

    /** The port is wanted for a server, or somebody is going to look who has it. */
    void needsPort(Supplier<ListenAddress> address) {
        closePage();
        // the source of a migration may have the same port
        MaintenancePage.free(address);
    }

    /** No page stays. */
    public void closePage() {
        if (page != null) {
            page.close();
            page = null;
        }
    }

    /** A server answers. When it was an earlier call that stopped it, how long it was down is not known here. */
    void ends() {
        Duration down = since == null ? null : WaitTimer.real().elapsed().minus(since);
        unknown |= down == null;
        total = down == null ? total : total.plus(down);
        ended = true;
        since = null;
        reporter.report(new Event.DowntimeEnded(down));
    }

    /** Whether this call has brought a server back that was down, and none is down now. */
    public boolean isOver() {
        return ended && since == null;
    }

    /** How long nobody could use Mattermost in this call; empty when it was an earlier call that stopped it. */
    public Optional<Duration> total() {
        return ended && !unknown ? Optional.of(total) : Optional.empty();
    }
}
