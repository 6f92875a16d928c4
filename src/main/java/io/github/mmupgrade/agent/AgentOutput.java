package io.github.mmupgrade.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.report.EventJson;
import io.github.mmupgrade.report.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where an agent says something. Safe for use by several threads. */
final class AgentOutput {

    private final PrintStream out;

    AgentOutput(PrintStream out) {
        this.out = out;
    }

    /** Says something; ends the process when nobody hears it any more. */
    synchronized void say(AgentReply reply) {
        byte[] line = (reply.toLine() + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(line, 0, line.length);
        out.flush();
        if (out.checkError()) {
            // the connection is gone; a job goes on without us
            Runtime.getRuntime().halt(1);
        }
    }

    /** Tells of an event that belongs to no job. */
    void tell(EventJson.Stamped event) {
        tell(0, Json.tree(EventJson.write(event)));
    }

    /** Tells of an event of a job. */
    void tell(long number, JsonNode event) {
        say(new AgentReply.Told(number, event));
    }

    /** Hands over the reports in a directory. */
    void reports(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files = entries.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            say(new AgentReply.Report(file.getFileName().toString(), Files.readString(file)));
        }
    }
}
