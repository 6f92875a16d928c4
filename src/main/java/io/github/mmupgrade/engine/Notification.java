package io.github.mmupgrade.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Printable;
import io.github.mmupgrade.stages.Webhook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a webhook is told of how a goal ended, in Mattermost's Markdown. Holds no secret, because no event does. */
final class Notification {

    /** A post takes 16383 characters, those of servers before 5.0 take 4000. */
    private static final int LONGEST = 3_500;

    private static final Map<Goal, String> NOUNS = Map.of(
            Goal.UPGRADE, "upgrade",
            Goal.MIGRATE, "migration",
            Goal.CONVERT_DATABASE, "move to PostgreSQL",
            Goal.ROLLBACK, "rollback",
            Goal.REHEARSE, "rehearsal of an upgrade");

    private final Request request;
    private final String host;

    Notification(Request request, String host) {
        this.request = request;
        this.host = host;
    }

    /** Sends what there is to say, if anything. A webhook that does not take it is a warning. */
    void send(Webhook webhook, EventRecorder recorder, Event end) {
        text(recorder, end).ifPresent(text -> webhook.postPatiently(text)
                .ifPresentOrElse(
                        why -> recorder.warn("The notification was not posted: " + webhook + " " + why + "."),
                        () -> recorder.debug("The notification was posted: " + webhook)));
    }

    private Optional<String> text(EventRecorder recorder, Event end) {
        // a goal that had nothing to do, or was refused before it began, changes nothing that others have to know
        boolean began = request.kubernetes() != null
                ? recorder.result().filter(result -> result.data().has("run")).isPresent()
                : request.goal() == Goal.REHEARSE
                        ? recorder.result().isPresent()
                        : recorder.run().isPresent();
        if (end instanceof Event.Failed failed) {
            return Optional.of(problem("failed", failed.text(), recorder));
        }
        if (!began) {
            return Optional.empty();
        }
        if (end instanceof Event.Refused refused) {
            return Optional.of(problem(
                    request.goal() == Goal.REHEARSE ? "found an obstacle" : "was refused", refused.text(), recorder));
        }
        return recorder.result().map(result -> title("is done") + details(result) + said(result));
    }

    private String problem(String how, String text, EventRecorder recorder) {
        return title(how) + recorder.result().map(Notification::details).orElse("") + "\n" + block(text);
    }

    private String title(String how) {
        return "**Mattermost on " + host + ": the " + NOUNS.get(request.goal()) + " " + how + ".**\n- installation: "
                + code(
                        request.kubernetes() == null
                                ? request.options().installDirectory().toString()
                                : request.kubernetes().cluster().resource().toString());
    }

    private static String details(Event.Result result) {
        JsonNode data = result.data();
        boolean rehearsal = result.goal() == Goal.REHEARSE;
        List<String> lines = new ArrayList<>(List.of(""));
        if (rehearsal) {
            add(lines, "from", data.path("installedVersion"));
            add(lines, "to", data.path("targetVersion"));
        } else {
            add(lines, "from", data.path("previousVersion"));
            add(lines, data.has("previousVersion") ? "to" : "release", data.path("installedVersion"));
        }
        addTime(lines, "downtime", data.path("downtimeSeconds"));
        addTime(lines, "predicted downtime", data.path("predictedDowntimeSeconds"));
        add(lines, "backup", data.path("backup"));
        add(lines, "report", data.path("reportFile"));
        return String.join("\n", lines);
    }

    private static void add(List<String> lines, String name, JsonNode value) {
        if (value.isTextual()) {
            lines.add("- " + name + ": " + code(value.asText()));
        }
    }

    private static void addTime(List<String> lines, String name, JsonNode seconds) {
        if (seconds.isNumber()) {
            lines.add("- " + name + ": " + Amount.duration(Duration.ofMillis(Math.round(seconds.asDouble() * 1000))));
        }
    }

    /** A rollback says in sentences what became of everything. */
    private static String said(Event.Result result) {
        return result.goal() == Goal.ROLLBACK ? "\n" + block(String.join("\n", result.text())) : "";
    }

    private static String code(String text) {
        return "`" + Printable.value(text).replace('`', '?') + "`";
    }

    /** As it stands: nobody is mentioned by what a log happens to hold. */
    private static String block(String text) {
        String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "\n...";
        return "```text\n" + shown.replace("```", "'''") + "\n```";
    }
}
