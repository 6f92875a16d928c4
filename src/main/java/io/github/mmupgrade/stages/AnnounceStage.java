package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
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
                            new Webhook(url).post(text);
                            context.reporter().info("Announced: " + text);
                        },
                        () -> context.reporter().info("Nothing was announced: no webhook is configured"));
    }

    private static String text(GoalContext context, Run run) {
        String given = context.options().announcement().text();
        return given == null
                ? "This server is about to be upgraded to Mattermost " + run.requireFact(0, JournalKeys.TARGET)
                        + " and will be down for a short while."
                : given;
    }
}
