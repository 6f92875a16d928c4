package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.StartBan;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.NextGoal;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.server.ServerProbe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts the new release, and waits until it answers. */
public final class StartStage implements Stage {

    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);

    @Override
    public StageName name() {
        return StageName.START;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        InstalledServer server = context.server();
        return List.of(
                "start " + server.control().name() + " (" + server.control().kind() + ") and wait until "
                        + run.requireFact(hop, JournalKeys.TO) + " answers on " + server.listenAddress());
    }

    @Override
    public void require(GoalContext context, Run run, int hop) {
        if (!run.isDone(hop, run.configurationStage())) {
            throw new RefusedException(
                    "Release " + run.requireFact(hop, JournalKeys.TO)
                            + " has no configuration yet and was not started.",
                    Hint.run("Run the next stage of the run.", NextGoal.of(run)));
        }
        if (context.options().cluster() == null) {
            StartBan.of(context).require();
        }
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        if (run.fact(hop, JournalKeys.SCHEMA_COMMAND).filter("true"::equals).isPresent()) {
            // done twice, it finds nothing left to move
            run.step(hop, StageName.START, "upgrade_db_30", Map.of(), () -> UpgradeDb30Command.run(context, run));
        }
        if (context.options().cluster() != null) {
            // whoever upgrades the cluster asks for the start when it is this node's turn
            StartBan.of(context).lift();
        }
        new ServerLifecycle(context).startAndWait(Version.parse(run.requireFact(hop, JournalKeys.TO)));
        return Map.of();
    }

    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        Optional<Version> answering = new ServerProbe(context.server().listenAddress(), ONE_ANSWER)
                .ask()
                .release();
        return answering.isPresent();
    }
}
