package io.github.mmupgrade.maven.session;

import io.github.mmupgrade.remote.RemoteWork;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;

/**
 * What happens when the build is ended from outside (Ctrl-C, or a pipeline that is cancelled) while something goes on on
 * another machine: a person is asked whether to stop it, and nobody else stops it.
 */
public final class InterruptHook implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 60_000;

    private final RemoteWork engine;
    private final boolean terminal;
    private final String what;
    private final String command;
    private final InputStream in;
    private final PrintStream out;
    private final Thread hook = new Thread(this::interrupted, "interrupted");
    private final Thread worker = Thread.currentThread();

    /**
     * Waits for it.
     *
     * @param terminal whether a person can be asked
     * @param what goes on, and where
     * @param command the command that joins it
     */
    public InterruptHook(
            RemoteWork engine, boolean terminal, String what, String command, InputStream in, PrintStream out) {
        this.engine = engine;
        this.terminal = terminal;
        this.what = what;
        this.command = command;
        this.in = in;
        this.out = out;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void interrupted() {
        if (engine.hasBegun()) {
            stopOrLeave();
        }
        // the build does not get to it any more
        engine.close();
    }

    private void stopOrLeave() {
        if (terminal && wantsStop()) {
            engine.stop();
            try {
                worker.join(PATIENCE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return;
        }
        engine.leave();
        out.println();
        out.println(what + " goes on. To join it:");
        out.println("  " + command);
        out.flush();
    }

    private boolean wantsStop() {
        out.println();
        out.print(what + " is under way. Stop it? It can be resumed, or rolled back. [y/N] ");
        out.flush();
        try {
            int answer = in.read();
            return answer == 'y' || answer == 'Y';
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the hook is at work
        }
    }
}
