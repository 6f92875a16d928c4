package io.github.mmupgrade.engine;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.runreport.RunReports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Has the report of a run written when a goal has come to its end, and says where it is. */
final class ReportAtEnd implements Reporter {

    private static final Set<Goal> REPORTED =
            Set.of(Goal.UPGRADE, Goal.MIGRATE, Goal.CONVERT_DATABASE, Goal.ROLLBACK, Goal.REHEARSE);

    private final EventRecorder recorder;
    private final Reporter console;
    private final RunReports reports;
    private final boolean rehearsal;

    /**
     * Stands in front of a recorder.
     *
     * @param console where the recorder hands events on to
     * @param goal the goal that is carried out
     */
    ReportAtEnd(EventRecorder recorder, Reporter console, RunReports reports, Goal goal) {
        this.console = console;
        this.recorder = recorder;
        this.reports = reports;
        this.rehearsal = goal == Goal.REHEARSE;
    }

    @Override
    public void report(Event event) {
        if (event instanceof Event.Result result && REPORTED.contains(result.goal())) {
            recorder.report(
                    written(event).map(file -> RunReports.with(result, file)).orElse(result));
        } else {
            if (event instanceof Event.Failed || event instanceof Event.Refused) {
                // where it is, is no part of it
                written(event).ifPresent(file -> console.info("Report: " + file));
            }
            recorder.report(event);
        }
    }

    /** Writes the report with what was said so far and an event that was not said yet; empty when there is none. */
    private Optional<Path> written(Event last) {
        try {
            List<Stamped> events = new ArrayList<>(recorder.events());
            events.add(recorder.stamped(last));
            Optional<String> run = recorder.run();
            if (run.isPresent()) {
                return Optional.of(reports.ofRun(run.get(), events, recorder));
            }
            boolean rehearsed = events.stream().map(Stamped::event).anyMatch(ReportAtEnd::tells);
            return rehearsal && rehearsed ? Optional.of(reports.ofRehearsal(events, recorder)) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            recorder.warn(RunReports.notWritten(e));
            return Optional.empty();
        }
    }

    /** Whether a rehearsal has come so far that there is something to report: a dry run's result is empty. */
    private static boolean tells(Event event) {
        return event instanceof Event.Failed
                || (event instanceof Event.Result result && !result.data().isEmpty());
    }
}
