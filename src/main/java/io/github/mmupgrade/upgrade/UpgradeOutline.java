package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.stages.CopyAheadStage;
import io.github.mmupgrade.stages.DownloadStage;
import java.util.ArrayList;
import java.util.List;

/** What an upgrade would do, told before anything of it is done. */
final class UpgradeOutline {

    private final GoalContext context;
    private final PlannedUpgrade forecast;

    UpgradeOutline(GoalContext context, PlannedUpgrade forecast) {
        this.context = context;
        this.forecast = forecast;
    }

    /** The steps, a line each. */
    List<String> lines() {
        if (forecast.path().isEmpty()) {
            return List.of("do nothing: " + forecast.path().target() + ", " + forecast.edition() + ", is installed");
        }
        List<String> lines = new ArrayList<>(new DownloadStage(context).plan(forecast));
        lines.addAll(new CopyAheadStage().plan(context, null, 1));
        lines.add(
                context.options().announcement().webhook().isPresent()
                        ? "announce that the server will be down"
                        : "announce nothing: no webhook is configured");
        for (Hop hop : forecast.path().hops()) {
            lines.add("stop the server, save what changed, put " + hop.to() + " in place of " + hop.from()
                    + ", write its configuration, start it and verify it");
        }
        lines.add("complete the backup and remove the leftovers of earlier upgrades");
        return lines;
    }
}
