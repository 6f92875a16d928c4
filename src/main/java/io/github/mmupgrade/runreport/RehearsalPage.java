package io.github.mmupgrade.runreport;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The page of a rehearsal: what its result tells, or what was said until it failed. */
final class RehearsalPage {

    private final String place;
    private final Instant now;
    private final Html html = new Html();
    private final Page page;
    private final JsonNode found;

    /**
     * A page.
     *
     * @param place what was rehearsed with, and on which host
     * @param events what was said, the oldest first
     * @param commands makes the command of a hint that has a goal
     */
    RehearsalPage(String place, Instant now, List<Stamped> events, Function<Hint, String> commands) {
        this.place = place;
        this.now = now;
        this.page = new Page(html, events, commands);
        this.found = events.stream()
                .map(Stamped::event)
                .filter(Event.Result.class::isInstance)
                .map(event -> ((Event.Result) event).data())
                .reduce((earlier, later) -> later)
                .orElseGet(Json.MAPPER::createObjectNode);
    }

    /** The page as text. */
    String text() {
        boolean conversion = found.has("tables");
        boolean complete = conversion || found.has("hops");
        boolean well = found.path("succeeded").asBoolean();
        List<String> path = new ArrayList<>();
        if (complete && !conversion) {
            path.add(found.path("from").asText());
            path.addAll(Json.texts(found.path("hops")));
        }
        String title = !complete
                ? "The rehearsal did not come to its end"
                : conversion
                        ? "Move of Mattermost " + found.path("release").asText() + " to PostgreSQL"
                        : "Mattermost " + String.join(" → ", path);
        String what = conversion ? "The conversion" : "The upgrade";
        String outcome = !complete ? "Failed" : what + (well ? " would succeed" : " would fail");
        page.heading("Rehearsal with " + place, title, well ? Page.Mood.GOOD : Page.Mood.BAD, outcome, figures());
        page.failureSection();
        if (conversion) {
            html.section("Stages", () -> timeline().draw(html));
            html.section("Tables", () -> page.copiedTables(found.path("tables")));
        } else if (complete) {
            html.section("Stages", () -> timeline().draw(html));
            html.section("What it changes in the database", this::database);
            html.section("Configuration", () -> html.lines(Json.texts(found.path("settings"))));
            html.section("Notes to read and acknowledge", () -> listed(found.path("notes")));
            html.section("Errors that the releases logged", () -> {
                if (found.path("errors").isEmpty()) {
                    html.element("p", "None.");
                }
                found.path("errors").properties().forEach(each -> {
                    html.element("h3", "Mattermost " + each.getKey());
                    listed(each.getValue());
                });
            });
            html.section("How the copy differs from the original", () -> listed(found.path("remarks")));
        }
        page.checksAndWarnings();
        page.log();
        return Page.framed("Rehearsal of " + title + ": " + outcome, html, now);
    }

    private Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        JsonNode prediction = found.path("prediction");
        if (prediction.isObject()) {
            figures.put("Downtime predicted", milliseconds(prediction.path("downtimeMilliseconds")));
            figures.put("In the rehearsal", milliseconds(prediction.path("measured")));
            if (found.path("hops").size() > 1) {
                figures.put("Users kept out", milliseconds(prediction.path("keptOutMilliseconds")));
            }
        }
        if (found.has("predictedSeconds")) {
            figures.put("Downtime predicted", seconds(found.path("predictedDowntimeSeconds")));
            figures.put("All of it", seconds(found.path("predictedSeconds")));
        }
        if (found.has("url")) {
            figures.put("Running", found.path("url").asText());
        }
        return figures;
    }

    private static String seconds(JsonNode value) {
        return Amount.duration(Duration.ofMillis(Math.round(value.asDouble() * 1000)));
    }

    private static String milliseconds(JsonNode value) {
        return Amount.duration(Duration.ofMillis(value.asLong()));
    }

    /** The report knows how long each stage took, not when: they are drawn one after another. */
    private Timeline timeline() {
        List<Timeline.Stage> stages = new ArrayList<>();
        List<Timeline.Span> downtimes = new ArrayList<>();
        Instant at = Instant.EPOCH;
        Instant down = null;
        for (JsonNode each : found.path("stages")) {
            Instant end = at.plusMillis(each.path("milliseconds").asLong());
            String name = each.path("stage").asText();
            stages.add(new Timeline.Stage(
                    each.path("hop").asInt(), name, new Timeline.Span(at, end), Timeline.Outcome.DONE));
            if (name.equals("stop")) {
                down = at;
            } else if (name.equals("start") && down != null) {
                downtimes.add(new Timeline.Span(down, end));
                down = null;
            }
            at = end;
        }
        if (down != null) {
            downtimes.add(new Timeline.Span(down, at));
        }
        return new Timeline(stages, downtimes, down != null);
    }

    private void database() {
        html.open("table", "class", "figures").columns("", "Before", "After").open("tbody");
        html.row(
                "Size",
                Amount.bytes(found.path("databaseBytesBefore").asLong()),
                Amount.bytes(found.path("databaseBytesAfter").asLong()));
        html.close("tbody").close("table");
        for (String kind : List.of("tables", "columns", "indexes")) {
            List<String> changes = Json.texts(found.path("schema").path(kind));
            if (!changes.isEmpty()) {
                html.details(changes.size() + " changes to " + kind, () -> html.lines(changes));
            }
        }
    }

    private void listed(JsonNode array) {
        List<String> lines = Json.texts(array);
        if (lines.isEmpty()) {
            html.element("p", "None.");
            return;
        }
        html.open("ul");
        lines.forEach(line -> html.element("li", line));
        html.close("ul");
    }
}
