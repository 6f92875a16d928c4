package io.github.mmupgrade.testing.scene;

import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Faults of one installation, one after the other: what the one leaves is what the next one begins with. */
abstract class FaultRun implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 180;

    private final Scene scene;
    private final Path log;
    private final boolean discardNewData;
    private final FaultCount count = new FaultCount();

    /**
     * Faults.
     *
     * @param scene whose journal says what was done
     * @param log what a killed process has said
     * @param discardNewData whether the way back may set aside what was written meanwhile
     */
    FaultRun(Scene scene, Path log, boolean discardNewData) {
        this.scene = scene;
        this.log = log;
        this.discardNewData = discardNewData;
    }

    /** Makes sure that all is as before. */
    abstract void assertOld() throws Exception;

    /** Has a fault happen, goes back, and notes it where something was lost. */
    final void ended(String name, FaultCount.Fault fault) {
        String[] last = {""};
        count.add(name, () -> last[0], () -> {
            fault.happen();
            last[0] = KillScene.lastEvent(scene.place().journal());
            try {
                scene.goals().rollback(null, discardNewData);
            } catch (RefusedException e) {
                assertTrue(e.getMessage(), e.getMessage().contains("There is no run"));
            }
            assertOld();
        });
    }

    /** Starts a goal that is killed behind an event; 0 for none. */
    final Process start(String goal, String given, int killedBehind) {
        return UpgradeProcess.start(
                List.of(),
                List.of(
                        scene.root.toString(),
                        scene.server.directory().toString(),
                        given,
                        goal,
                        Integer.toString(killedBehind)),
                log);
    }

    /** Calls a goal that is killed behind an event; says how it ended. */
    final int call(String goal, String given, int killedBehind) throws Exception {
        Process process = start(goal, given, killedBehind);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(goal + " hangs:\n" + log());
        }
        return process.exitValue();
    }

    final void tearLastEvent() throws IOException {
        KillScene.tearLastEvent(scene.place().journal().file());
    }

    final int events() {
        return scene.place().journal().events().size();
    }

    final String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** What was not survived, each with its trace. */
    public final List<String> losses() {
        return count.losses();
    }

    /** How many there were, as the last line that a command prints. */
    final String summary() {
        return count.summary();
    }

    @Override
    public abstract void close();

    @Override
    public final String toString() {
        return count.toString();
    }
}
