package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.Workplace;
import io.github.mmupgrade.journal.Facts;
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
    public List<String> plan(Workplace place, Run run, int hop) {
        return List.of(
                place.options().announcement().webhook().isPresent()
                        ? "post: " + text(place, run)
                        : "announce nothing: no webhook is configured");
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        post(place, text(place, run));
        return Map.of();
    }

    /** Posts a text, when a webhook is configured. */
    public static void post(Workplace place, String text) {
        place.options()
                .announcement()
                .webhook()
                .ifPresentOrElse(
                        url -> {
                            new Webhook(url).post(text);
                            place.reporter().info("Announced: " + text);
                        },
                        () -> place.reporter().info("Nothing announced: no webhook is configured"));
    }

    private static String text(Workplace place, Run run) {
        String given = place.options().announcement().text();
        return given == null
                ? "This server is about to be upgraded to Mattermost " + run.requireFact(0, Facts.TARGET)
                        + " and will be away for a short while."
                : given;
    }
}
