package io.github.mmupgrade.runreport;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.context.PluginVersion;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson.Stamped;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Hint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What every page has: its frame, and what was said, checked and warned of. */
final class Page {

    /** How something ended, as the page colours it. */
    enum Mood {
        GOOD,
        DOUBTFUL,
        BAD;

        String css() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

    private final Html html;
    private final List<Stamped> events;
    private final Function<Hint, String> commands;

    /**
     * Parts of a page.
     *
     * @param events what was said, the oldest first
     * @param commands makes the command of a hint that has a goal
     */
    Page(Html html, List<Stamped> events, Function<Hint, String> commands) {
        this.html = html;
        this.events = events;
        this.commands = commands;
    }

    /** A moment as people read it. */
    static String moment(Instant at) {
        return MOMENT.format(at);
    }

    /** The whole page around its content. */
    static String framed(String title, Html content, Instant now) {
        Html head = new Html();
        head.open("html", "lang", "en").open("head").open("meta", "charset", "utf-8");
        head.open(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; style-src 'unsafe-inline'");
        head.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        head.open("meta", "name", "color-scheme", "content", "light dark");
        head.element("title", title);
        Html foot = new Html()
                .element(
                        "footer",
                        "Written at " + moment(now) + " by mattermost-maven-plugin " + PluginVersion.text() + ".");
        return "<!DOCTYPE html>\n" + head + "<style>\n" + style() + "</style>\n</head>\n<body>\n<main>\n" + content
                + "</main>\n" + foot + "</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream css = Page.class.getResourceAsStream("page.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The title with how it ended, and the main figures. */
    void heading(String kind, String title, Mood mood, String outcome, Map<String, String> figures) {
        html.open("header", "class", mood.css())
                .element("p", kind, "class", "kind")
                .element("h1", title)
                .element("p", outcome, "class", "outcome");
        terms(figures);
        html.close("header");
    }

    /** Terms with their values; nothing when there are none. */
    void terms(Map<String, String> terms) {
        if (!terms.isEmpty()) {
            html.open("dl");
            terms.forEach(html::term);
            html.close("dl");
        }
    }

    /** The refusal or the failure that ended it; empty when the last goal was neither refused nor failed. */
    Optional<Event> failure() {
        Event last = null;
        for (Stamped stamped : events) {
            Event event = stamped.event();
            if (event instanceof Event.Failed || event instanceof Event.Refused || event instanceof Event.Result) {
                last = event;
            }
        }
        return Optional.ofNullable(last).filter(event -> !(event instanceof Event.Result));
    }

    /** What is to be done, with the command where a goal helps. */
    void hint(Hint hint) {
        html.element("p", hint.text());
        if (hint.goal() != null) {
            command(commands.apply(hint));
        }
    }

    /** A command that breaks between its arguments, and is copied as one line. */
    private void command(String command) {
        html.open("pre", "class", "command").open("code");
        for (String word : command.split("(?<= )", -1)) {
            html.open("span").text(word.stripTrailing()).end("span").text(word.endsWith(" ") ? " " : "");
        }
        html.end("code").end("pre");
    }

    /** Why it ended as it did, and what to do about it; nothing when all went well. */
    void failureSection() {
        failure()
                .ifPresent(failed -> html.section("What went wrong", () -> {
                    html.lines(EventText.lines(failed));
                    Optional.ofNullable(EventText.hint(failed)).ifPresent(this::hint);
                }));
    }

    /** The checks with what each has found last, and the warnings, each once. */
    void checksAndWarnings() {
        Map<String, CheckResult> checks = new LinkedHashMap<>();
        Set<String> warnings = new LinkedHashSet<>();
        for (Stamped stamped : events) {
            if (stamped.event() instanceof CheckResult check) {
                checks.put(check.name(), check);
            } else if (stamped.event() instanceof Event.Message message
                    && message.level() == Event.Level.WARNING
                    && !message.text().isBlank()) {
                warnings.add(message.text());
            }
        }
        html.section("Checks and warnings", () -> {
            if (warnings.isEmpty()) {
                html.element("p", "There was no warning.");
            } else {
                html.open("ul", "class", "warnings");
                warnings.forEach(warning -> html.element("li", warning));
                html.close("ul");
            }
            if (!checks.isEmpty()) {
                html.open("table", "class", "checks").columns("Check", "Found");
                html.open("tbody");
                checks.values().forEach(this::check);
                html.close("tbody").close("table");
            }
        });
    }

    private void check(CheckResult check) {
        String outcome = check.outcome().name().toLowerCase(Locale.ROOT);
        html.open("tr", "class", outcome)
                .open("th", "scope", "row")
                .text(check.name())
                .text(" ")
                .element("small", outcome)
                .close("th")
                .open("td");
        if (check.text().contains("\n")) {
            // a table in text
            html.lines(List.of(check.text()));
        } else {
            html.text(check.text());
        }
        if (check.hint() != null) {
            hint(check.hint());
        }
        html.close("td").close("tr");
    }

    /** Everything that was said, with its time. */
    void log() {
        html.section(
                "Everything that was said",
                () -> html.details("Show the " + events.size() + " events, with their times in UTC", () -> {
                    html.open("table", "class", "log").open("tbody");
                    String shown = "";
                    for (Stamped stamped : events) {
                        String text = String.join("\n", EventText.lines(stamped.event()));
                        if (text.isBlank() || stamped.event() instanceof CheckResult) {
                            continue;
                        }
                        String time = TIME.format(stamped.at());
                        html.open(
                                        "tr",
                                        "class",
                                        EventText.level(stamped.event()) == Event.Level.WARNING ? "warning" : "info")
                                .open("td");
                        if (!time.equals(shown)) {
                            html.element("time", time, "datetime", stamped.at().toString());
                            shown = time;
                        }
                        html.close("td").element("td", text).close("tr");
                    }
                    html.close("tbody").close("table");
                }));
    }

    /** What a conversion has done with each table. */
    void copiedTables(JsonNode tables) {
        html.open("table", "class", "figures")
                .columns("Table", "Rows", "Size in MySQL", "Seconds", "Copied after the stop", "Repaired values")
                .open("tbody");
        for (JsonNode table : tables) {
            html.row(
                    table.path("table").asText(),
                    table.path("rows").asText(),
                    Amount.bytes(table.path("bytes").asLong()),
                    table.path("seconds").asText(),
                    table.path("afterStop").asText(),
                    table.path("repairs").asText());
        }
        html.close("tbody").close("table");
    }
}
