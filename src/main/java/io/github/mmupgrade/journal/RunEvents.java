package io.github.mmupgrade.journal;

import io.github.mmupgrade.report.EventJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * What was said while a run was worked on, in the run's own directory: a line of JSON for each event, over all goals
 * that have worked on it. The journal says what was done; nothing depends on this file.
 */
public final class RunEvents {

    /** Its name. */
    public static final String FILE = "events.jsonl";

    private final Path file;

    /** Those in a run's directory. */
    public RunEvents(Path directory) {
        this.file = directory.resolve(FILE);
    }

    /** Adds events at the end. */
    public void add(List<EventJson.Stamped> events) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        List<String> lines = events.stream().map(EventJson::write).toList();
        Files.write(file, lines, StandardOpenOption.APPEND);
    }

    /** All events, the oldest first. What cannot be read, such as a line that a power cut has torn, is left out. */
    public List<EventJson.Stamped> read() {
        List<EventJson.Stamped> events = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                try {
                    events.add(EventJson.read(line));
                } catch (IOException torn) {
                    // the others still count
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException unreadable) {
            return events;
        }
        return events;
    }
}
