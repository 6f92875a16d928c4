package io.github.mmupgrade.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;

/**
 * Runs one program for at most so long.
 *
 * <p>Commons Exec ends only the process itself on a time-out; this one ends what it started, too. And the system, not a
 * thread of ours, writes to a file: the program itself then meets a full disk and says so.
 */
final class LimitedExecutor extends DefaultExecutor {

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "command-limit");
        thread.setDaemon(true);
        return thread;
    });

    private final Command command;
    private final AtomicBoolean timedOut = new AtomicBoolean();
    private volatile List<String> running = List.of();
    private volatile Process process;
    private ScheduledFuture<?> timer;

    @SuppressWarnings("deprecation") // the builder can't build a subclass
    LimitedExecutor(Command command) {
        this.command = command;
        setExitValues(null);
    }

    @Override
    protected Process launch(CommandLine line, Map<String, String> environment, Path ignored) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(line.toStrings());
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (command.directory() != null) {
            builder.directory(command.directory().toFile());
        }
        File file = command.standardOutput() == null
                ? null
                : command.standardOutput().toFile();
        if (command.daemonLog() != null) {
            builder.redirectErrorStream(true);
            file = command.daemonLog().toFile();
        }
        if (file != null) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(file));
        }
        process = builder.start();
        timer = TIMER.schedule(this::timeOut, command.limit().toMillis(), TimeUnit.MILLISECONDS);
        return process;
    }

    @Override
    public int execute(CommandLine line, Map<String, String> environment) throws IOException {
        try {
            return super.execute(line, environment);
        } finally {
            if (timer != null) {
                timer.cancel(false);
            }
        }
    }

    private void timeOut() {
        if (process.isAlive()) {
            timedOut.set(true);
            running = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                    .map(LimitedExecutor::inWords)
                    .toList();
            endFamily();
        }
    }

    /** Ends the program and whatever it started that still is its descendant. */
    void endFamily() {
        Process root = process;
        if (root == null) {
            return;
        }
        List<ProcessHandle> family = root.descendants().toList();
        root.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
    }

    /** Number and program only: arguments can hold secrets. */
    private static String inWords(ProcessHandle handle) {
        return handle.pid() + " ("
                + handle.info()
                        .command()
                        .map(path -> path.substring(path.lastIndexOf('/') + 1))
                        .orElse("unknown program")
                + ")";
    }

    /** What ran when the limit was over. */
    List<String> running() {
        return running;
    }

    boolean timedOut() {
        return timedOut.get();
    }
}
