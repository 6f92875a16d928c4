package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.Downtime;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;
import java.util.Map;

/** Tells people that the server will be away. */
public final class AnnounceStage implements Stage {

    @Override
    public StageName name() {
        return StageName.ANNOUNCE;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of(
                context.options().announcement().webhook().isPresent()
                        ? "post: " + text(context, run)
                        : "announce nothing: no webhook is configured");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        post(context, text(context, run));
        return Map.of();
    }

    /** Posts a text, when a webhook is configured. */
    public static void post(GoalContext context, String text) {
        context.options()
                .announcement()
                .webhook()
                .ifPresentOrElse(
                        url -> {
                            Webhook webhook = new Webhook(url);
                            webhook.post(text).ifPresent(why -> {
                                throw new RefusedException(
                                        "The announcement was not posted: " + webhook + " " + why
                                                + ". Nothing was changed.",
                                        Hint.of(
                                                "Check the webhook's URL, or announce nothing: remove it from settings.xml,"
                                                        + " or unset the variable " + PropertyNames.WEBHOOK_VARIABLE
                                                        + "."));
                            });
                            context.reporter().info("Announced: " + text);
                        },
                        () -> context.reporter().info("Nothing was announced: no webhook is configured"));
    }

    /**
     * Tells people that the server is there again, when they were told that it would be away. Never fails.
     *
     * @param release the release that answers
     */
    public static void back(GoalContext context, String release) {
        Downtime downtime = context.downtime();
        if (!downtime.isOver()) {
            return;
        }
        String text = "Mattermost is back, with release " + release + "."
                + downtime.total()
                        .map(down -> " It was down for " + Amount.duration(down) + ".")
                        .orElse("");
        context.options().announcement().webhook().map(Webhook::new).ifPresent(webhook -> webhook.postPatiently(text)
                .ifPresentOrElse(
                        why -> context.reporter()
                                .warn("It was not announced that the server is back: " + webhook + " " + why + "."),
                        () -> context.reporter().info("Announced: " + text)));
    }

    private static String text(GoalContext context, Run run) {
        String given = context.options().announcement().text();
        return given == null
                ? "This server is about to be upgraded to Mattermost " + run.requireFact(0, JournalKeys.TARGET)
                        + " and will be down for a short while."
                : given;
    }
}
