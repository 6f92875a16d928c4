package io.github.mmupgrade.context;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.ProcessId;
import io.github.mmupgrade.host.ProcessInfo;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.report.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The process that was told to stop, kept in a file until it has ended. A server takes seconds to end, and looks like
 * one that runs until then: whoever comes after a call that was killed in between must not take it for one that does.
 */
public final class StopOrder {

    private static final String FILE = "stopping";

    private final GoalContext context;

    public StopOrder(GoalContext context) {
        this.context = context;
    }

    /** Keeps the process that is about to be told to stop. A state directory that cannot be written is no obstacle. */
    void given(long pid) {
        Optional<ProcessInfo> process = new Processes(context.host()).find(pid);
        if (process.isEmpty()) {
            return;
        }
        try {
            GoalContext.privateDirectory(context.state());
            AtomicFile.write(file(), AtomicFile.PRIVATE, process.get().id() + "\n");
        } catch (IOException | ProblemException fullOrReadOnly) {
            // stopping the server matters more than the note of it
            context.reporter().debug("The order to stop is not kept: " + file() + " cannot be written");
        }
    }

    /** The process that was told to stop and has not ended yet. */
    public Optional<Long> stopping() {
        try {
            return Files.exists(file())
                    ? ProcessId.tryParse(Files.readString(file()))
                            .filter(new Processes(context.host())::runs)
                            .map(ProcessId::pid)
                    : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Forgets the process: it has ended. */
    void carriedOut() {
        try {
            Files.deleteIfExists(file());
        } catch (IOException readOnly) {
            // a process that has ended is not found again: another with its number began at another time
        }
    }

    private Path file() {
        return context.state().resolve(FILE);
    }
}
