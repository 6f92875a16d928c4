package io.github.mmupgrade.engine;

import io.github.mmupgrade.journal.RunEvents;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Hands events on, and keeps those that matter later with the run that they belong to, once it is known. */
final class EventRecorder implements Reporter {

    private final Reporter reporter;
    private final Clock clock;
    private final List<EventJson.Stamped> waiting = new ArrayList<>();
    private Path directory;
    private RunEvents file;
    private Event.Result result;

    EventRecorder(Reporter reporter, Clock clock) {
        this.reporter = reporter;
        this.clock = clock;
    }

    @Override
    public void report(Event event) {
        reporter.report(event);
        boolean matters = event instanceof Event.DowntimeBegun
                || event instanceof Event.DowntimeEnded
                || event instanceof Event.StageBegun
                || event instanceof Event.StageEnded
                || EventText.level(event) != Event.Level.DEBUG;
        if (matters && !(event instanceof Event.Progress)) {
            synchronized (this) {
                result = event instanceof Event.Result told ? told : result;
                waiting.add(stamped(event));
                write();
            }
        }
    }

    /** The result that the goal has told. */
    synchronized Optional<Event.Result> result() {
        return Optional.ofNullable(result);
    }

    /** The event with the time that it is now. */
    EventJson.Stamped stamped(Event event) {
        return new EventJson.Stamped(clock.instant().truncatedTo(ChronoUnit.MILLIS), event);
    }

    /** What was kept of the run that is worked on, the oldest first; without a run, what was said so far. */
    synchronized List<EventJson.Stamped> events() {
        List<EventJson.Stamped> all = new ArrayList<>(file == null ? List.of() : file.read());
        all.addAll(waiting);
        return all;
    }

    /** The name of the run that is worked on; empty when there is none. */
    synchronized Optional<String> run() {
        return Optional.ofNullable(directory).map(found -> found.getFileName().toString());
    }

    /** From now on, and with what was said before and belongs to no other, it is about the run of this directory. */
    synchronized void belongsTo(Path itsDirectory) {
        if (!itsDirectory.equals(directory)) {
            directory = itsDirectory;
            file = new RunEvents(directory);
            write();
        }
    }

    private void write() {
        if (file != null && !waiting.isEmpty()) {
            try {
                file.add(waiting);
                waiting.clear();
            } catch (IOException e) {
                // the journal is what counts; these are tried again with the next event
                reporter.debug("The events of the run cannot be kept: " + IoReason.of(e));
            }
        }
    }
}
