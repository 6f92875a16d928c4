package io.github.mmupgrade.scratch;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.server.RunningServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The servers that run from a copy. */
public final class ScratchProcesses {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ScratchProcesses() {}

    /** Ends them; nothing happens when none runs. */
    public static void end(Host host, Path installation) {
        List<ProcessHandle> running = RunningServer.find(host, installation).stream()
                .flatMap(server -> ProcessHandle.of(server.pid()).stream())
                .toList();
        running.forEach(ProcessHandle::destroy);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (running.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        running.forEach(ProcessHandle::destroyForcibly);
    }
}
