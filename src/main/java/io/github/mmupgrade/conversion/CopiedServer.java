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
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.report.StageFailedException;
import io.github.mmupgrade.scratch.Isolation;
import io.github.mmupgrade.scratch.ScratchCopy;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.scratch.ScratchProcesses;
import io.github.mmupgrade.scratch.ScratchServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** A copy of the installed release that is started on another database, and reaches nobody. */
public final class CopiedServer {

    private final GoalContext context;
    private final ScratchPlace place;

    private CopiedServer(GoalContext context, ScratchPlace place) {
        this.context = context;
        this.place = place;
    }

    /**
     * How long it took.
     *
     * @param start until it answered
     * @param stop until it had ended
     */
    record Took(Duration start, Duration stop) {}

    /** Ends and removes what a killed attempt has left: its server must not write to the new database any more. */
    public static void endLeftovers(GoalContext context) {
        for (Path parent : parents(context)) {
            for (ScratchPlace place : ScratchPlace.find(parent, name(context))) {
                ScratchProcesses.end(context.host(), place.installation());
                place.remove();
                context.reporter().info("Removed what an interrupted run had left in " + place);
            }
        }
    }

    /** Where there may be a place for it, in the order in which they are tried. */
    private static List<Path> parents(GoalContext context) {
        return List.of(
                Path.of(System.getProperty("java.io.tmpdir")),
                context.installation().directory().getParent());
    }

    /** Where programs can be run: the directory for temporary files may be mounted noexec. */
    private static Path parent(GoalContext context) {
        return parents(context).stream()
                .filter(CopiedServer::runsPrograms)
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        "A copy of the server is started once, and no program can be run in any of " + parents(context)
                                + " that this user may write to. The server was not touched.",
                        Hint.of("Mount one of them without noexec, or run as a user who may write to it.")));
    }

    static boolean runsPrograms(Path directory) {
        try {
            Path trial = Files.createTempFile(
                    directory,
                    ".mattermost-trial",
                    null,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                return Files.isExecutable(trial);
            } finally {
                Files.delete(trial);
            }
        } catch (IOException e) {
            return false;
        }
    }

    private static String name(GoalContext context) {
        return "schema-" + context.installation().stateName();
    }

    /**
     * Has the installed release make its tables. It finds those that an interrupted attempt has made.
     *
     * @param goal the goal to run again when it fails
     */
    public static void makeTables(GoalContext context, DataSource target, Version release, Goal goal) {
        endLeftovers(context);
        ScratchPlace place = ScratchPlace.make(parent(context), name(context));
        try {
            place.note(new ScratchPlace.Note(ProcessHandle.current().pid(), 0, null, null, null, -1, -1));
            in(context, place).runOnce(target, release, goal);
        } finally {
            place.remove();
        }
    }

    /** Copies the programs of the installation into a place of one's own. */
    static CopiedServer in(GoalContext context, ScratchPlace place) {
        InstalledServer server = context.server();
        Owner owner = context.host().self().uid() == 0 ? server.user() : null;
        place.directory(place.state(), null);
        place.directory(place.backups(), null);
        if (owner != null) {
            place.directory(place.installation(), owner);
        }
        new ScratchCopy(context.host(), context.installation().directory(), place.installation(), owner, false)
                .programs(server.fileStore());
        return new CopiedServer(context, place);
    }

    /**
     * Starts it, waits until it answers, and stops it.
     *
     * @throws StageFailedException when it does not answer
     */
    Took runOnce(DataSource database, Version release, Goal goal) {
        ScratchServer scratch =
                new ScratchServer(place, Isolation.read(false), context.options(), ScratchServer.freePort());
        scratch.configure(context.host(), context.server().effective().asDocument(), database);
        GoalContext there =
                GoalContext.open(scratch.options(DatabaseSaving.NONE), context.host(), quiet(), context.clock());
        long begun = System.nanoTime();
        long answered;
        try {
            new ServerLifecycle(there).startAndWait(release);
        } catch (ProblemException e) {
            throw new StageFailedException(
                    "A copy of Mattermost " + release + " does not start on " + database + ": " + e.getMessage(),
                    Hint.run("Fix the cause, then run the goal again.", goal),
                    e);
        } finally {
            answered = System.nanoTime();
            ScratchProcesses.end(context.host(), place.installation());
        }
        return new Took(Duration.ofNanos(answered - begun), Duration.ofNanos(System.nanoTime() - answered));
    }

    /** What is said of the copy would be taken for the server. */
    private Reporter quiet() {
        return event ->
                EventText.lines(event).forEach(line -> context.reporter().debug("copy: " + line));
    }
}
