package io.github.mmupgrade.runreport;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.runreport.Timeline.Outcome;
import io.github.mmupgrade.runreport.Timeline.Span;
import io.github.mmupgrade.runreport.Timeline.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The page of one call that worked on all nodes of a cluster: which node did what, when, and who served meanwhile. */
public final class ClusterPage {

    private final Goal goal;
    private final Map<String, List<Stamped>> nodes;
    private final List<Stamped> events;
    private final Path directory;
    private final Html html = new Html();
    private final Page page;
    private final JsonNode found;

    /**
     * A page.
     *
     * @param goal the goal that was called
     * @param nodes what each node said, by its name, in the order of the work; the oldest first
     * @param events what was said to the caller, the oldest first; the last one is how it ended
     * @param directory where the page will be; the pages of the nodes are linked from there
     * @param commands makes the command of a hint that has a goal
     */
    public ClusterPage(
            Goal goal,
            Map<String, List<Stamped>> nodes,
            List<Stamped> events,
            Path directory,
            Function<Hint, String> commands) {
        this.goal = goal;
        this.nodes = nodes;
        this.events = events;
        this.directory = directory;
        this.page = new Page(html, events, commands);
        this.found = last() instanceof Event.Result result ? result.data() : Json.MAPPER.createObjectNode();
    }

    private Event last() {
        return events.get(events.size() - 1).event();
    }

    /** The page as text. */
    public String text() {
        boolean well = page.failure().isEmpty();
        String version = found.path("targetVersion")
                .asText(found.path("installedVersion").asText());
        String title = (goal == Goal.ROLLBACK ? "Rollback" : "Upgrade") + " of a cluster"
                + (version.isEmpty() ? "" : " to Mattermost " + version);
        String outcome = well ? "Succeeded" : "Failed";
        Timeline timeline = timeline();
        page.heading(
                "Cluster of " + String.join(", ", nodes.keySet()),
                title,
                well ? Page.Mood.GOOD : Page.Mood.BAD,
                outcome,
                figures(timeline));
        page.failureSection();
        html.section("Nodes", this::table);
        List<String> names = List.copyOf(nodes.keySet());
        html.section("Stages", () -> timeline.draw(html, group -> names.get(group - 1)));
        page.checksAndWarnings();
        page.log();
        return Page.framed(title + ": " + outcome, html, end());
    }

    private static String seconds(Duration down) {
        return down.isZero() ? "0 s" : Amount.duration(down);
    }

    private Instant end() {
        return events.get(events.size() - 1).at();
    }

    private Map<String, String> figures(Timeline timeline) {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("Without service", seconds(timeline.downtime()));
        figures.put("Took", Amount.duration(Duration.between(events.get(0).at(), end())));
        if (found.has("order")) {
            figures.put(
                    "Order",
                    found.path("order").asText() + ". " + found.path("reason").asText());
        }
        if (found.has("leftOut")) {
            figures.put("Left out", String.join(", ", Json.texts(found.path("leftOut"))));
        }
        return figures;
    }

    private void table() {
        html.open("table", "class", "figures")
                .columns("Node", "Its server was down", "Its own report")
                .open("tbody");
        nodes.forEach((name, said) -> {
            Duration down = downtimes(said).stream().map(Span::length).reduce(Duration.ZERO, Duration::plus);
            html.open("tr")
                    .element("th", name, "scope", "row")
                    .element("td", seconds(down))
                    .open("td");
            String report = report(name, said);
            if (!report.isEmpty()) {
                Path file = Path.of(report);
                html.element(
                        "a",
                        file.getFileName().toString(),
                        "href",
                        file.startsWith(directory)
                                ? directory.relativize(file).toString()
                                : file.toUri().toString());
            }
            html.close("td").close("tr");
        });
        html.close("tbody").close("table");
    }

    private String report(String name, List<Stamped> said) {
        String last = "";
        for (Stamped each : said) {
            if (each.event() instanceof Event.Result result) {
                last = result.data().path("reportFile").asText(last);
            }
        }
        return found.path("nodes").path(name).path("reportFile").asText(last);
    }

    private Timeline timeline() {
        List<Stage> stages = new ArrayList<>();
        List<Span> nobody = null;
        int group = 0;
        for (List<Stamped> said : nodes.values()) {
            group++;
            stages.addAll(stages(group, said));
            List<Span> down = downtimes(said);
            nobody = nobody == null ? down : common(nobody, down);
        }
        return new Timeline(stages, nobody == null ? List.of() : nobody, false);
    }

    private List<Stage> stages(int group, List<Stamped> said) {
        List<Stage> stages = new ArrayList<>();
        Map<String, Instant> begun = new LinkedHashMap<>();
        for (Stamped each : said) {
            if (each.event() instanceof Event.StageBegun begin) {
                begun.put(name(begin.hop(), begin.stage()), each.at());
            } else if (each.event() instanceof Event.StageEnded ended) {
                String name = name(ended.hop(), ended.stage());
                Instant begin = begun.remove(name);
                stages.add(new Stage(
                        group,
                        name,
                        new Span(begin == null ? each.at().minus(ended.seconds()) : begin, each.at()),
                        ended.done() ? Outcome.DONE : Outcome.FAILED));
            }
        }
        begun.forEach((name, at) -> stages.add(new Stage(group, name, new Span(at, end()), Outcome.INTERRUPTED)));
        return stages;
    }

    private static String name(int hop, String stage) {
        return hop > 1 ? stage + " (hop " + hop + ")" : stage;
    }

    private List<Span> downtimes(List<Stamped> said) {
        List<Span> found = new ArrayList<>();
        Instant down = null;
        for (Stamped each : said) {
            if (each.event() instanceof Event.DowntimeBegun && down == null) {
                down = each.at();
            } else if (each.event() instanceof Event.DowntimeEnded && down != null) {
                found.add(new Span(down, each.at()));
                down = null;
            }
        }
        if (down != null) {
            found.add(new Span(down, end()));
        }
        return found;
    }

    /** The times that are in both lists. */
    private static List<Span> common(List<Span> some, List<Span> others) {
        List<Span> found = new ArrayList<>();
        for (Span one : some) {
            for (Span other : others) {
                if (one.touches(other)) {
                    found.add(new Span(
                            one.begin().isAfter(other.begin()) ? one.begin() : other.begin(),
                            one.end().isBefore(other.end()) ? one.end() : other.end()));
                }
            }
        }
        return found;
    }
}
