package io.github.mmupgrade.stages;

import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.context.StartBan;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupPlace;
import io.github.mmupgrade.saving.ChangedFiles;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import io.github.mmupgrade.service.ServiceState;
import java.util.List;
import java.util.Map;

/** Stops the server, and makes sure that nobody else writes. */
public final class StopStage implements Stage {

    @Override
    public StageName name() {
        return StageName.STOP;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        InstalledServer server = context.server();
        return List.of(
                server.running().isPresent()
                        ? "stop " + server.control().name() + " ("
                                + server.control().kind() + "), process "
                                + server.running().get().pid()
                        : "not stop anything: the server does not run");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        InstalledServer server = context.server();
        boolean ran = server.running().isPresent();
        // once it was seen running in this hop it has to run again in the end, however often this breaks
        run.note(hop, StageName.STOP, Map.of(JournalKeys.WAS_RUNNING, Boolean.toString(ran || run.wasRunning(hop))));
        if (ran && hop == 1 && !run.isConversion()) {
            // what was copied ahead must still be there: without it, all of it would be copied while nobody can work
            new BackupPlace(context).require();
            if (!ChangedFiles.areNoted(run)) {
                // goals that are called one by one copy nothing ahead
                ChangedFiles.note(context, run, StageName.STOP);
            }
            new DatabaseMethods(context).beforeStop(run);
        }
        if (ran) {
            // from now on nobody can use it
            run.note(hop, StageName.STOP, Map.of(JournalKeys.STOP_ORDERED, "true"));
        }
        ServerLifecycle lifecycle = new ServerLifecycle(context);
        lifecycle.stop();
        ClusterPart part = context.options().cluster();
        if (part != null && part.waitsForFirst()) {
            // a machine that starts again must not migrate the database under the first one's old release
            StartBan.of(context)
                    .set("It waits until " + part.nodes().get(0) + " has migrated the database to "
                            + run.requireFact(0, JournalKeys.TARGET)
                            + ". Go on with the upgrade of the cluster, or roll it back.");
        }
        if (part == null) {
            lifecycle.requireNoOtherWriter();
        } else if (part.waitsForStops()) {
            lifecycle.requireNoOtherWriter(context.options().limits().stop());
        }
        return Map.of();
    }

    @Override
    public boolean stillHolds(GoalContext context, Run run, int hop) {
        if (run.isBegun(hop, StageName.START) || usesNewDatabase(context, run, hop)) {
            // what runs behind the install is the new server, which the start stage has started
            return true;
        }
        InstalledServer server = context.server();
        // one that waits to be started again by itself comes up as soon as its program is back
        return server.running().isEmpty() && server.control().state() != ServiceState.STARTING;
    }

    /** Whether a conversion has come so far that a server uses the new database whenever it is started. */
    public static boolean usesNewDatabase(GoalContext context, Run run, int hop) {
        // between the two events of the step only the configuration itself tells whether it was written
        return run.isStepDone(hop, StageName.CONVERT_CONFIG, "write")
                || (run.isStepBegun(hop, StageName.CONVERT_CONFIG, "write")
                        && context.server()
                                .effective()
                                .text("SqlSettings.DriverName")
                                .filter("postgres"::equals)
                                .isPresent());
    }
}
