package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.testing.LineReporter;
import io.github.mmupgrade.upgrade.Goals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A goal in a process of its own, so that it can be killed. */
public final class UpgradeProcess {

    /** The exit status of a process that was killed at an event: that of SIGKILL. */
    public static final int KILLED = 137;

    /** How a goal ends that refused or failed. */
    public static final int FAILED = 3;

    /** The variable that names how the database is saved, a constant of {@link DatabaseSaving}. */
    static final String DATABASE = "DATABASE_BACKUP";

    /** The variable that says whether there is a maintenance page. */
    static final String PAGE = "MAINTENANCE_PAGE";

    /** The variable that says by how much its clock is ahead, an ISO 8601 duration. */
    public static final String CLOCK_AHEAD = "CLOCK_AHEAD";

    private static final int NEVER = Integer.MAX_VALUE;

    private UpgradeProcess() {}

    /**
     * Calls a goal.
     *
     * @param arguments the scene's directory, the installation, the archive (or what is migrated from), the goal, the number of the journal's event
     *     behind which the process is killed (0 for none), a text: {@code announce} to print each event
     */
    public static void main(String[] arguments) {
        UpgradeOptions options = Scene.options(
                Path.of(arguments[0]),
                Path.of(arguments[1]),
                arguments[2],
                Duration.ofMillis(200),
                DatabaseSaving.valueOf(System.getenv().getOrDefault(DATABASE, DatabaseSaving.AUTO.name())),
                Boolean.parseBoolean(System.getenv(PAGE)));
        int wanted = Integer.parseInt(arguments[4]) == 0 ? NEVER : Integer.parseInt(arguments[4]);
        Clock clock =
                Clock.offset(Clock.systemUTC(), Duration.parse(System.getenv().getOrDefault(CLOCK_AHEAD, "PT0S")));
        Goals goals = new Goals(options, new LocalHost(), new Console(), clock);
        int[] seen = {0};
        goals.observe(event -> {
            seen[0]++;
            if (arguments.length > 5) {
                System.out.println("event " + event.stage() + " " + event.step() + " " + event.kind());
            }
            if (seen[0] == wanted) {
                Runtime.getRuntime().halt(KILLED);
            }
        });
        try {
            switch (arguments[3]) {
                case "upgrade" -> goals.upgrade();
                case "rollback" -> goals.rollback(null, true);
                case "restore" -> goals.restore(null, true, null);
                case "convert-database" -> goals.convertDatabase(ConversionKillRun.options(arguments[2]));
                case "migrate" -> goals.migrate(MigrationScene.forGood(arguments[2]));
                default -> throw new IllegalArgumentException(arguments[3]);
            }
        } catch (ProblemException e) {
            System.out.println("FAILED " + e.getMessage() + " HINT " + e.hint());
            System.exit(FAILED);
        }
    }

    /** Starts one, as the leader of a process group of its own. */
    public static Process start(List<String> before, List<String> arguments, Path log) {
        List<String> line = new ArrayList<>(before);
        line.addAll(List.of(
                // what a shell starts in the background ignores Ctrl-C, and so would all that comes of it
                "env",
                "--default-signal=INT,TERM",
                "setsid",
                "--wait",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx256m",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                UpgradeProcess.class.getName()));
        line.addAll(arguments);
        try {
            return new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints what is said, a mark in front. */
    static final class Console implements LineReporter {
        @Override
        public void info(String line) {
            System.out.println("info " + line);
        }

        @Override
        public void warn(String line) {
            System.out.println("warn " + line);
        }

        @Override
        public void debug(String line) {
            System.out.println("debug " + line);
        }
    }
}
