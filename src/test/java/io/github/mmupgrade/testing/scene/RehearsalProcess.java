package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.rehearsal.Rehearsal;
import io.github.mmupgrade.rehearsal.RehearsalOptions;
import io.github.mmupgrade.rehearsal.RehearsalTest;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.scratch.FileChoice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A rehearsal in a process of its own, so that it can be told to end. */
public final class RehearsalProcess {

    private RehearsalProcess() {}

    /**
     * Rehearses.
     *
     * @param arguments the scene's directory, the installation, the archive
     */
    public static void main(String[] arguments) {
        Path root = Path.of(arguments[0]);
        UpgradeOptions options = Scene.options(
                root, Path.of(arguments[1]), arguments[2], Duration.ofMillis(200), DatabaseSaving.AUTO, false);
        try {
            boolean done = new Rehearsal(
                            new RehearsalOptions(
                                    null,
                                    Optional.empty(),
                                    false,
                                    FileChoice.NONE,
                                    false,
                                    root.resolve("scratch"),
                                    root.resolve("report/rehearsal.json")),
                            options,
                            new LocalHost(),
                            new UpgradeProcess.Console(),
                            Clock.systemUTC(),
                            RehearsalTest.binaries())
                    .run()
                    .isPresent();
            System.out.println(done ? "DONE" : "NOTHING");
        } catch (ProblemException e) {
            System.out.println("FAILED " + e.getMessage());
            System.exit(UpgradeProcess.FAILED);
        }
    }

    public static Process start(Scene scene, Path log) {
        List<String> line = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                RehearsalProcess.class.getName(),
                scene.root.toString(),
                scene.server.directory().toString(),
                scene.archive);
        try {
            return new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
