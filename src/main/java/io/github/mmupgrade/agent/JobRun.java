package io.github.mmupgrade.agent;

import io.github.mmupgrade.engine.Engine;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** Carries a goal out where the agent is. */
final class JobRun {

    private JobRun() {}

    /** The engine of a call. */
    static Engine engine(RequestSecrets secrets, AgentRequest.Run run, Clock clock) {
        return new Engine(
                new LocalHost().knowing(secrets.variables()), clock, major -> postgres(run, major), hint -> run.hints()
                        .command(hint));
    }

    private static Path postgres(AgentRequest.Run run, int major) {
        if (run.postgres() == null) {
            throw new RefusedException(
                    "No embedded PostgreSQL " + major + " was sent here. Nothing was changed.",
                    Hint.of(io.github.mmupgrade.rehearsal.PostgresBinaries.INSTEAD));
        }
        return run.postgres();
    }

    /** Carries a goal out and says how it ended; the last event says why, if it was not done. */
    static AgentReply.Outcome carryOut(AgentRequest.Run run, RequestSecrets secrets, Reporter reporter, Clock clock) {
        try {
            engine(secrets, run, clock).run(run.request(), secrets, reporter);
            return AgentReply.Outcome.DONE;
        } catch (ProblemException told) {
            return AgentReply.Outcome.NOT_DONE;
        }
    }

    /** Carries a job out, by the process that was started for it. */
    static void carryOut(Job job, BufferedReader input) throws IOException {
        AgentRequest asked = AgentRequest.parse(String.valueOf(input.readLine()));
        input.close();
        if (!(asked instanceof AgentRequest.Run run)) {
            throw new IOException("A job is handed a goal to carry out");
        }
        RequestSecrets secrets = RequestSecrets.parse(Json.line(run.secrets()));
        Clock clock = Clock.systemUTC();
        Files.createFile(
                job.events(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        job.belongsToThisProcess();
        if (job.end().isPresent()) {
            // whoever started it has waited too long, and has said that nothing was changed
            System.exit(1);
        }
        AgentReply.Outcome outcome = AgentReply.Outcome.INTERRUPTED;
        try (Writer events = Files.newBufferedWriter(job.events(), StandardCharsets.UTF_8, StandardOpenOption.APPEND)) {
            outcome = carryOut(
                    run,
                    secrets,
                    event ->
                            write(events, new EventJson.Stamped(clock.instant().truncatedTo(ChronoUnit.MILLIS), event)),
                    clock);
        } finally {
            job.end(outcome);
        }
        System.exit(0);
    }

    /** A full disk must not end an upgrade: what is not shown is in its journal. */
    private static void write(Writer events, EventJson.Stamped event) {
        synchronized (events) {
            try {
                events.write(EventJson.write(event) + "\n");
                events.flush();
            } catch (IOException full) {
                // the goal goes on
            }
        }
    }
}
