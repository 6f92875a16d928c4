package io.github.mmupgrade.runreport;

import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalEvent.Kind;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Amount;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * When each stage ran, and when nobody could use the server.
 *
 * @param stages in the order of their beginnings
 * @param downtimes in their order
 * @param stillDown whether the last downtime has no end yet
 */
record Timeline(List<Stage> stages, List<Span> downtimes, boolean stillDown) {

    /** What undoes a run tells of the server by these steps. */
    private static final String STOP_STEP = "stop";

    private static final String START_STEP = "start";

    /** From when until when. */
    record Span(Instant begin, Instant end) {
        Duration length() {
            return Duration.between(begin, end);
        }

        boolean touches(Span other) {
            return begin.isBefore(other.end) && other.begin.isBefore(end);
        }
    }

    /** How a stage ended. */
    enum Outcome {
        DONE,
        FAILED,
        /** It has not ended, or nobody wrote down how. */
        INTERRUPTED
    }

    /**
     * A stage.
     *
     * @param hop its hop, from 1; 0 for what is done once
     * @param name its name
     */
    record Stage(int hop, String name, Span span, Outcome outcome) {}

    /** What the journal says of a run. */
    static Timeline of(Run run) {
        List<Stage> stages = new ArrayList<>();
        Map<String, JournalEvent> begun = new LinkedHashMap<>();
        Instant last = null;
        for (JournalEvent event : run.events()) {
            boolean ofStage = event.step() == null && !event.stage().equals(StageName.RUN.key());
            String key = event.hop() + " " + event.stage();
            if (ofStage && event.kind() == Kind.BEGIN) {
                // killed, and begun again
                add(stages, begun.put(key, event), last, Outcome.INTERRUPTED);
            } else if (ofStage && (event.kind() == Kind.DONE || event.kind() == Kind.FAILED)) {
                add(stages, begun.remove(key), event.at(), event.kind() == Kind.DONE ? Outcome.DONE : Outcome.FAILED);
            }
            last = event.at();
        }
        for (JournalEvent open : begun.values()) {
            add(stages, open, last, Outcome.INTERRUPTED);
        }
        stages.sort((one, other) -> one.span().begin().compareTo(other.span().begin()));
        return downtimes(run, stages);
    }

    private static void add(List<Stage> stages, JournalEvent begin, Instant end, Outcome outcome) {
        if (begin != null) {
            stages.add(new Stage(begin.hop(), begin.stage(), new Span(begin.at(), end), outcome));
        }
    }

    private static Timeline downtimes(Run run, List<Stage> stages) {
        List<Span> found = new ArrayList<>();
        Instant down = null;
        boolean ordered = false;
        Instant last = null;
        for (JournalEvent event : run.events()) {
            last = event.at();
            if (down == null && run.wasRunning(1) && stops(event)) {
                down = event.at();
                ordered = is(event, StageName.ROLLBACK, STOP_STEP);
            } else if (down != null && !ordered && event.isStopOrder()) {
                // the stage has done something before, while the server was still up
                down = event.at();
                ordered = true;
            } else if (down != null && starts(event)) {
                found.add(new Span(down, event.at()));
                down = null;
            }
        }
        if (down != null) {
            found.add(new Span(down, last));
        }
        return new Timeline(stages, found, down != null);
    }

    private static boolean stops(JournalEvent event) {
        return event.kind() == Kind.BEGIN
                && (is(event, StageName.STOP, null) || is(event, StageName.ROLLBACK, STOP_STEP));
    }

    private static boolean starts(JournalEvent event) {
        return event.kind() == Kind.DONE
                && (is(event, StageName.START, null) || is(event, StageName.ROLLBACK, START_STEP));
    }

    private static boolean is(JournalEvent event, StageName stage, String step) {
        return event.stage().equals(stage.key()) && Objects.equals(event.step(), step);
    }

    /** How long nobody could use the server, all together. */
    Duration downtime() {
        return downtimes.stream().map(Span::length).reduce(Duration.ZERO, Duration::plus);
    }

    /** Draws it; a second time for what happened while the server was down, where that is too short to be seen. */
    void draw(Html html) {
        draw(html, hop -> hop == 0 ? "All hops" : "Hop " + hop);
    }

    /**
     * The same.
     *
     * @param groups what a hop is called
     */
    void draw(Html html, IntFunction<String> groups) {
        if (stages.isEmpty()) {
            html.element("p", "No stage was begun.");
            return;
        }
        TimeScale all = new TimeScale(stages.stream().map(Stage::span).toList());
        chart(html, "All stages", stages, all, groups);
        List<Stage> meanwhile = stages.stream()
                .filter(stage -> downtimes.stream().anyMatch(stage.span()::touches))
                .toList();
        if (!downtimes.isEmpty() && downtime().multipliedBy(4).compareTo(all.length()) < 0) {
            chart(html, "While the server was down", meanwhile, new TimeScale(downtimes), groups);
        }
        html.open("p", "class", "legend");
        for (String[] each : new String[][] {
            {"bar done", "done"}, {"bar failed", "failed"}, {"bar interrupted", "interrupted"}, {"down", "server down"}
        }) {
            html.open("span")
                    .open("i", "class", each[0])
                    .close("i")
                    .text(each[1])
                    .close("span");
        }
        html.close("p");
    }

    private void chart(Html html, String caption, List<Stage> shown, TimeScale scale, IntFunction<String> groups) {
        html.open("table", "class", "timeline").element("caption", caption);
        html.open("colgroup").open("col").open("col").open("col").close("colgroup");
        html.open("thead", "class", "unseen").open("tr");
        for (String column : List.of("Stage", "When", "How long")) {
            html.element("th", column, "scope", "col");
        }
        html.close("tr").close("thead").open("tbody");
        boolean severalHops = stages.stream().anyMatch(stage -> stage.hop() > 1);
        int hop = 0;
        for (Stage stage : shown) {
            if (severalHops && stage.hop() != hop) {
                hop = stage.hop();
                html.open("tr", "class", "hop")
                        .element("th", groups.apply(hop), "colspan", "3", "scope", "rowgroup")
                        .close("tr");
            }
            html.open("tr").element("th", stage.name(), "scope", "row").open("td", "class", "track");
            downtimes.forEach(down -> bar(html, "down", down, scale));
            bar(html, "bar " + css(stage.outcome()), stage.span(), scale);
            String took = Amount.duration(stage.span().length());
            html.close("td")
                    .element("td", stage.outcome() == Outcome.DONE ? took : took + ", " + css(stage.outcome()))
                    .close("tr");
        }
        html.close("tbody").close("table");
    }

    private static void bar(Html html, String css, Span span, TimeScale scale) {
        double from = scale.at(span.begin());
        double to = scale.at(span.end());
        html.open("i", "class", css, "style", String.format(Locale.ROOT, "left:%.2f%%;width:%.2f%%", from, to - from))
                .close("i");
    }

    private static String css(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
