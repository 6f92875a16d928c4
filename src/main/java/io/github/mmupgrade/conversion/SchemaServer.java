package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ServerLifecycle;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.scratch.Isolation;
import io.github.mmupgrade.scratch.ScratchCopy;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.scratch.ScratchProcesses;
import io.github.mmupgrade.scratch.ScratchServer;
import java.nio.file.Path;

/** Starts a copy of the installed release on another database, once, and stops it again. */
final class SchemaServer {

    private static final Path PARENT = Path.of(System.getProperty("java.io.tmpdir"));

    private final GoalContext context;

    SchemaServer(GoalContext context) {
        this.context = context;
    }

    /** Ends and removes what a killed attempt has left: its server must not write to the new database any more. */
    void endLeftovers() {
        for (ScratchPlace place : ScratchPlace.find(PARENT, name())) {
            ScratchProcesses.end(context.host(), place.installation());
            place.remove();
            context.reporter().info("Removed what an interrupted run had left in " + place);
        }
    }

    private String name() {
        return "schema-" + context.installation().stateName();
    }

    /** Has the release make its tables. It finds those that an interrupted attempt has made. */
    void make(DataSource target, Version release) {
        endLeftovers();
        InstalledServer server = context.server();
        Owner owner = context.host().self().uid() == 0 ? server.user() : null;
        ScratchPlace place = ScratchPlace.make(PARENT, name());
        try {
            place.note(new ScratchPlace.Note(ProcessHandle.current().pid(), 0, null, null, null, -1, -1));
            place.directory(place.state(), null);
            place.directory(place.backups(), null);
            place.directory(place.installation().getParent(), owner);
            new ScratchCopy(context.host(), context.installation().directory(), place.installation(), owner, false)
                    .programs(server.fileStore());
            ScratchServer scratch =
                    new ScratchServer(place, Isolation.read(false), context.options(), ScratchServer.freePort());
            scratch.configure(context.host(), server.effective().asDocument(), target);
            GoalContext there =
                    GoalContext.open(scratch.options(DatabaseSaving.NONE), context.host(), quiet(), context.clock());
            ServerLifecycle lifecycle = new ServerLifecycle(there);
            try {
                lifecycle.startAndWait(release);
            } catch (ProblemException e) {
                throw new StageFailedException(
                        "A copy of Mattermost " + release + " did not make its tables in " + target + ": "
                                + e.getMessage(),
                        Hint.run("Fix the cause, then run the goal again.", Goal.CONVERT_DATABASE),
                        e);
            } finally {
                ScratchProcesses.end(context.host(), place.installation());
            }
        } finally {
            place.remove();
        }
    }

    /** What is said of the copy would be taken for the server. */
    private Reporter quiet() {
        return event ->
                EventText.lines(event).forEach(line -> context.reporter().debug("copy: " + line));
    }
}
