package io.github.mmupgrade.agent;

import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.JavaProgram;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts the process that carries a job out: as a transient unit of systemd where that runs, because it ends what belongs
 * to a login session as it likes; else in a session of its own.
 */
final class JobProcess {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int A_MOMENT = 20;

    /** Systemd 236 has both {@code --pipe} and {@code --collect}. */
    private static final int OLDEST_SYSTEMD = 236;

    private static final Path RUNNING_SYSTEMD = Path.of("/run/systemd/system");
    private static final Pattern VERSION = Pattern.compile("systemd (\\d+)");

    private final Host host;
    private final String classpath;
    private final Duration patience;

    JobProcess(Host host, String classpath) {
        this(host, classpath, PATIENCE);
    }

    /**
     * The same.
     *
     * @param patience how long it may take until it has begun
     */
    JobProcess(Host host, String classpath, Duration patience) {
        this.host = host;
        this.classpath = classpath;
        this.patience = patience;
    }

    /**
     * Starts it and waits until it has begun. It is handed its work by its standard input, secrets included, and takes
     * nothing more from there.
     *
     * @throws StageFailedException when it does not begin
     */
    void start(Job job, AgentRequest.Run call) {
        List<String> line = new ArrayList<>(prefix(job));
        line.addAll(List.of(
                JavaProgram.java().toString(),
                "-XX:-UsePerfData",
                "-Dfile.encoding=UTF-8",
                "-Djna.tmpdir=" + System.getProperty("jna.tmpdir", System.getProperty("java.io.tmpdir")),
                "-DZstdTempFolder=" + System.getProperty("ZstdTempFolder", System.getProperty("java.io.tmpdir")),
                "-cp",
                classpath,
                Agent.class.getName(),
                Agent.JOB,
                job.directory().toString()));
        ProcessBuilder builder = new ProcessBuilder(line);
        // where a login shell has left us may be gone soon
        builder.directory(Path.of("/").toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(job.output().toFile()));
        try {
            Process process = builder.start();
            try (OutputStream input = process.getOutputStream()) {
                input.write((call.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            await(job, process);
        } catch (IOException e) {
            throw failed(job, IoReason.of(e), e);
        }
    }

    private void await(Job job, Process process) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (!job.hasBegun()) {
            if (!process.isAlive() && !job.hasBegun()) {
                throw failed(job, Files.readString(job.output()).strip(), null);
            }
            if (System.nanoTime() > end) {
                giveUp(job, process);
                throw failed(job, "it has not begun within " + patience.toSeconds() + " s", null);
            }
            try {
                Thread.sleep(A_MOMENT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    /** One that begins all the same reads that it has ended, and does nothing. */
    private void giveUp(Job job, Process process) throws IOException {
        job.end(AgentReply.Outcome.INTERRUPTED);
        process.destroyForcibly();
        if (isUnit()) {
            host.run(Command.of("systemctl", "--no-ask-password", "stop", unit(job))
                    .build());
        }
        if (job.hasBegun()) {
            throw new StageFailedException(
                    "The process that carries out " + job.description().goal() + " took more than "
                            + patience.toSeconds() + " s to begin, and was told to end.",
                    Hint.run("Show the current state of the server and the run.", Goal.STATUS));
        }
    }

    private boolean isUnit() {
        return host.self().uid() == 0 && Files.isDirectory(RUNNING_SYSTEMD) && systemdIsNewEnough();
    }

    private static String unit(Job job) {
        return "mattermost-maven-plugin-" + job.name() + ".service";
    }

    private static StageFailedException failed(Job job, String why, Exception cause) {
        return new StageFailedException(
                "The process that carries out " + job.description().goal() + " could not be started: " + why
                        + ". Nothing was changed.",
                Hint.of("Look into " + job.output() + " on that machine."),
                cause);
    }

    private List<String> prefix(Job job) {
        if (isUnit()) {
            List<String> line = new ArrayList<>(List.of(
                    "systemd-run",
                    "--quiet",
                    "--collect",
                    "--pipe",
                    "--unit=" + unit(job),
                    "--description=mattermost-maven-plugin " + job,
                    // a server that is started without a service of its own is a child of this one, and stays
                    "--property=KillMode=process"));
            for (String variable : List.of("LC_ALL", "PATH", "HOME")) {
                String value = host.environment().get(variable);
                if (value != null) {
                    line.add("--setenv=" + variable + "=" + value);
                }
            }
            return line;
        }
        return host.which("setsid").isPresent()
                ? List.of("setsid")
                : List.of("sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh");
    }

    private boolean systemdIsNewEnough() {
        if (host.which("systemd-run").isEmpty()) {
            return false;
        }
        String text = host.run(Command.of("systemd-run", "--version").build()).output();
        Matcher version = VERSION.matcher(text);
        return version.find() && Integer.parseInt(version.group(1)) >= OLDEST_SYSTEMD;
    }

    /** Asks the process of a job to end. */
    static void stop(Job job) {
        job.process().flatMap(id -> ProcessHandle.of(id.pid())).ifPresent(ProcessHandle::destroy);
    }
}
