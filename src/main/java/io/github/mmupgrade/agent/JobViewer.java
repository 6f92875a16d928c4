package io.github.mmupgrade.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Tells the events of a job as they come, from some event on, to its end. */
final class JobViewer {

    private static final int A_MOMENT = 25;
    private static final int CHUNK = 1 << 16;

    private final Job job;
    private final AgentOutput output;
    private long position;
    private long number;

    JobViewer(Job job, AgentOutput output) {
        this.job = job;
        this.output = output;
    }

    /**
     * Tells everything after some event.
     *
     * @param after the number of an event; 0 for everything
     */
    void follow(long after) throws IOException, InterruptedException {
        while (true) {
            // asked before the events are read: what was written up to its end is then among them
            boolean runs = job.process().isPresent();
            Optional<AgentReply.Outcome> end = job.end();
            tell(after);
            if (end.isPresent() || !runs) {
                AgentReply.Outcome outcome = end.or(job::end).orElse(AgentReply.Outcome.INTERRUPTED);
                tell(after);
                output.reports(job.reports());
                output.say(new AgentReply.Ended(outcome));
                return;
            }
            Thread.sleep(A_MOMENT);
        }
    }

    /** A full disk may have cut a line. */
    private static JsonNode event(String line) {
        try {
            return Json.tree(line);
        } catch (IllegalArgumentException damaged) {
            return Json.tree(EventJson.write(new EventJson.Stamped(
                    Instant.now().truncatedTo(ChronoUnit.MILLIS),
                    new Event.Message(
                            Event.Level.WARNING,
                            "Something was said that could not be written down; was the disk full?",
                            null))));
        }
    }

    private void tell(long after) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(job.events())) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            channel.position(position);
            while (channel.read(chunk) > 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    byte each = chunk.get();
                    line.write(each);
                    if (each == '\n') {
                        position += line.size();
                        if (++number > after) {
                            output.tell(number, event(line.toString(StandardCharsets.UTF_8)));
                        }
                        line.reset();
                    }
                }
                chunk.clear();
            }
        } catch (NoSuchFileException notYet) {
            // it will be
        }
    }
}
