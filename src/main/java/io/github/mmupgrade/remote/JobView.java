package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.AgentReply;
import io.github.mmupgrade.agent.AgentRequest;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.remote.ssh.RemoteHost;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.util.List;

/** Shows on this machine what is carried out on another one. */
final class JobView {

    private static final long PAUSE_NANOS = 200_000_000;

    private final RemoteHost target;
    private final ReportFiles files;
    private final Reporter reporter;
    private AgentTalk talk;
    private String reportsThere;
    private Event last;
    private volatile boolean begun;
    private volatile boolean ended;
    private String job;
    private volatile boolean left;
    private volatile boolean stopping;
    private AgentReply.Joined joined;
    private long shown;
    private long acknowledged;
    private long acknowledgedAt;

    JobView(RemoteHost target, ReportFiles files, Reporter reporter) {
        this.target = target;
        this.files = files;
        this.reporter = reporter;
    }

    /**
     * Shows everything up to the end.
     *
     * @throws ProblemException when it did not end well
     */
    void follow(AgentTalk through, Goal goal) throws LostConnectionException, OtherEngineException {
        synchronized (this) {
            talk = through;
        }
        if (left) {
            throw left(goal);
        }
        joined = null;
        while (true) {
            AgentReply reply = through.next();
            if (reply instanceof AgentReply.Joined other) {
                joined = other;
                show(other);
            } else if (reply instanceof AgentReply.ReportsIn where) {
                if (!where.directory().equals(reportsThere)) {
                    // something else than before the connection was lost, and told from its beginning
                    shown = 0;
                    acknowledged = 0;
                }
                reportsThere = where.directory();
                job = where.job();
                begun = job != null;
                if (stopping) {
                    through.ask(new AgentRequest.Stop());
                }
            } else if (reply instanceof AgentReply.OtherEngine engine) {
                throw new OtherEngineException(engine);
            } else if (reply instanceof AgentReply.Told told) {
                show(told, through);
            } else if (reply instanceof AgentReply.Report report) {
                write(report);
            } else if (reply instanceof AgentReply.Ended end) {
                sayThatAllWasShown(through);
                // one that was told to stop brings its stage to an end first
                ended = !List.of(AgentReply.Outcome.STOPPED, AgentReply.Outcome.NOT_SHOWN)
                        .contains(end.outcome());
                end(end.outcome(), goal);
                return;
            }
        }
    }

    private void show(AgentReply.Joined other) {
        if (begun) {
            // our own, after the connection was lost
            return;
        }
        String what = "The " + other.goal() + " that " + other.caller() + " has begun at " + other.since();
        if (other.running()) {
            reporter.info(what + " is under way on " + target + ". Showing it to its end");
        } else {
            reporter.info(what + " has ended meanwhile on " + target + ". This is how");
        }
    }

    private void show(AgentReply.Told told, AgentTalk through) throws LostConnectionException {
        if (told.number() > 0 && told.number() <= shown) {
            // told again, because the connection was lost before we could say that it was shown
            return;
        }
        String json = Json.line(told.event());
        try {
            Event event = EventJson.read(reportsThere == null ? json : files.translated(json, reportsThere))
                    .event();
            boolean end = event instanceof Event.Refused || event instanceof Event.Failed;
            if (!end || isAnothers()) {
                reporter.report(event);
            }
            last = event;
        } catch (IOException e) {
            reporter.debug("Not understood: " + json);
        }
        if (System.nanoTime() - acknowledgedAt > PAUSE_NANOS) {
            // the last event only together with the end: whoever has seen that is not shown it again
            acknowledge(shown, through);
        }
        shown = Math.max(shown, told.number());
    }

    private boolean isAnothers() {
        return joined != null && !joined.same();
    }

    /** Unless the agent hears that, the next call of the goal shows this end once more. */
    private void sayThatAllWasShown(AgentTalk through) {
        try {
            acknowledge(shown, through);
            through.end();
        } catch (LostConnectionException e) {
            reporter.debug("The connection was lost behind the end: " + e.getMessage());
        }
    }

    private void acknowledge(long number, AgentTalk through) throws LostConnectionException {
        if (number > acknowledged) {
            through.ask(new AgentRequest.Shown(number));
            acknowledged = number;
            acknowledgedAt = System.nanoTime();
        }
    }

    private void write(AgentReply.Report report) {
        try {
            files.write(report.name(), report.content());
        } catch (IOException e) {
            reporter.warn("The report " + report.name() + " cannot be written here: " + IoReason.of(e) + ". It is on "
                    + target + " in " + reportsThere);
        }
    }

    private void end(AgentReply.Outcome outcome, Goal goal) {
        if (isAnothers()) {
            throw new AnotherGoalException(
                    goal + " was not begun, because " + joined.goal() + " was under way on " + target
                            + ". That has ended now.",
                    Hint.run("Run it again.", goal));
        }
        switch (outcome) {
            case DONE -> {
                // the result was shown
            }
            case NOT_DONE, NOT_SHOWN -> throw problem(goal);
            case STOPPED ->
                throw new StageFailedException(
                        goal + " on " + target + " was stopped. The Mattermost server may be down"
                                + " until you go on: what was done is in the journal.",
                        Hint.run("Go on with it.", goal));
            case INTERRUPTED ->
                throw new StageFailedException(
                        goal + " on " + target
                                + " was interrupted: its process ended unexpectedly, without an error message. The"
                                + " Mattermost server may be down until you go on: what was done is in the journal.",
                        Hint.run("Go on with it.", goal));
        }
    }

    private ProblemException problem(Goal goal) {
        if (last instanceof Event.Refused refused) {
            reporter.report(refused);
            return new RefusedException(refused.text(), refused.hint());
        }
        if (last instanceof Event.Failed failed) {
            reporter.report(failed);
            return new StageFailedException(failed.text(), failed.hint());
        }
        return new StageFailedException(
                goal + " on " + target + " has failed and did not say why.",
                Hint.run("Show the current state of the server and the run.", Goal.STATUS));
    }

    boolean hasBegun() {
        return begun;
    }

    /** Whether it may be under way: its end was not seen. */
    boolean mayGoOn() {
        return !ended;
    }

    /** The name of the job that is shown; null as long as there is none. */
    String job() {
        return job;
    }

    /** Up to which of its events it was shown. */
    long shown() {
        return shown;
    }

    boolean isLeft() {
        return left;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Ends the view; what is shown goes on. */
    synchronized void leave() {
        left = true;
        if (talk != null) {
            talk.close();
        }
    }

    /** Stops what is shown. */
    synchronized void stop() {
        stopping = true;
        if (talk != null && begun) {
            try {
                talk.ask(new AgentRequest.Stop());
            } catch (LostConnectionException e) {
                // asked again when it is joined again
                talk.close();
            }
        }
    }

    /** What is said when the view was left. */
    ProblemException left(Goal goal) {
        return new StageFailedException(
                goal + " goes on on " + target + "; this build no longer follows it.", Hint.run("Join it.", goal));
    }

    /** What is said when the way back is refused. */
    ProblemException lost(Goal goal, ProblemException refused) {
        String why = refused.getMessage().replaceFirst("\\.( Nothing was (changed|sent)\\.)?$", "");
        ProblemException lost = lost(goal, why);
        return new StageFailedException(
                lost.getMessage(),
                Hint.run(refused.hint().text() + " " + lost.hint().text(), goal),
                refused);
    }

    /** What is said when the connection is gone for good. */
    ProblemException lost(Goal goal, String why) {
        return new StageFailedException(
                "The connection to " + target + " is lost: " + why + ". "
                        + (begun
                                ? goal + " goes on there without it."
                                : "Whether " + goal + " has begun there is not known."),
                Hint.run("Join it when the machine can be reached again.", goal));
    }
}
